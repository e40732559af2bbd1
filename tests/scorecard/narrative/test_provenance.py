"""What leaves the building of the seeds' texts: never the number of a source."""

import re

import pytest

from scorecard.narrative.provenance import untagged
from tests.support.samples import SEEDS


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("四十八小时内裁定（S87）", "四十八小时内裁定"),
        ("公开值62.88%—66.10%（S34、S35、S36）", "公开值62.88%—66.10%"),
        ("快速审理规则（湖北，2021年，S46）", "快速审理规则（湖北，2021年）"),
        ("一份文件（如S104）", "一份文件"),
        ("2021年（S39）；2022年（SM产品）", "2021年；2022年（SM产品）"),
    ],
)
def test_the_number_of_a_source_is_taken_out(written: str, left: str) -> None:
    assert untagged(written) == left


def test_no_text_of_an_indicator_or_a_target_keeps_one() -> None:
    texts = [path.read_text("utf-8") for path in SEEDS.glob("indicators/*/*.toml")]
    texts.append((SEEDS / "targets.csv").read_text("utf-8"))
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("sources")]
    assert sum(bool(re.search(r"S\d", line)) for line in lines) > 40
    assert [left for line in lines if re.search(r"S\d", left := untagged(line))] == []
