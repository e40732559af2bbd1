"""Whatever a card stands at, its words do not contradict each other; all combinations stand in docs/judgement-words.md."""

import re

import pytest

from scorecard.assessment.control_limits import ASSURANCES, VARIATIONS
from scorecard.catalog.definitions import Catalog
from tests.support.plan.judgement_words import DOCUMENT, Combination, combinations, document


@pytest.fixture(scope="module")
def rows(catalog: Catalog) -> tuple[Combination, ...]:
    return combinations(catalog)


# (what a combination stands at, words that may then not be said, unless these are said too)
NEVER: tuple[tuple[str, str, str], ...] = (
    ("target=达标", r"再[增结][\d,.]+\S+即达进度|(?<!不)低于目标|(?<!不)高于目标", ""),
    ("target=未达标", r"已超进度(?!上限)|已达进度|不低于目标|不高于目标|在目标区间", ""),
    ("target=达标", r"【稳定不达标|下月仍不会达标", ""),
    ("target=达标", "按基准期的水平不会达标", "本期好于以往"),
    ("target=未达标", "会一直达标", "本期不及以往"),
    ("target=达标", "恶化", "虽达标，但比以往变差"),
    ("target=未达标", "改善", "虽未达标，但确有改善|未见改善|是否改善无从判断"),
    ("target=未达标", "未见改善】[^　]*属真实改善", ""),
    ("target=未设", "达标", ""),
    ("variation=真实改善", "下月仍不会达标|恶化|属正常波动(?!）)", "即转为正常波动"),
    ("variation=需要关注", "改善(?!：)", "未见改善"),
    ("variation=正常波动", "恶化|属真实改善|显著变化", ""),
    ("baseline=不稳", "真实改善|恶化|属正常波动|正常波动范围|稳定达标|稳定不达标|时达时不达|控制[上下]限", ""),
    ("baseline=不足", "真实改善|恶化|属正常波动|正常波动范围|稳定达标|稳定不达标|时达时不达|控制[上下]限", ""),
    ("doubt=数据待核", r"达标|(同比|环比|较1(—\d+)?月)(上升|下降)|属\S*(改善|恶化|波动)", ""),
    ("doubt=样本不足", r"达标|(同比|环比|较1(—\d+)?月)(上升|下降)|属\S*(改善|恶化|波动)|\d%（", ""),
    ("doubt=在途", r"未达标|即达标|(同比|环比|较1(—\d+)?月)(上升|下降)", ""),
    ("doubt=无数据", "达标|本月|属", ""),
)


@pytest.mark.parametrize(("at", "words", "unless"), NEVER)
def test_what_may_never_stand_together_does_not(
    rows: tuple[Combination, ...], at: str, words: str, unless: str
) -> None:
    field, _, value = at.partition("=")
    concerned = [row for row in rows if getattr(row, field) == value]
    assert concerned, at
    for row in concerned:
        for said in (row.card, row.drawer, row.paper):
            found = re.search(words, said)
            assert not found or (unless and re.search(unless, row.said)), (row.key, found and found.group(), said)


def test_one_plain_verdict_says_target_and_process_at_once(rows: tuple[Combination, ...]) -> None:
    """The words of the chip, written once more by hand: the target's word first, then what a signal or the limits add."""
    for row in rows:
        assert len(row.chip) <= 13, row.chip
        judged = row.target if row.target in ("达标", "未达标") and row.doubt == "无" else ""
        assert row.chip.removeprefix("稳定").startswith(judged), row.key
        assert ("好转" in row.chip or "改善" in row.chip) == (row.variation == "真实改善" and row.doubt == "无"), (
            row.key
        )
        assert ("变差" in row.chip) == (row.variation == "需要关注" and row.doubt == "无"), row.key
        assert not ("照此下去" in row.chip and row.variation != "正常波动"), row.key


def test_what_is_asked_about_says_on_its_chip_what_is_wrong(rows: tuple[Combination, ...]) -> None:
    """No list of what must be asked about holds a chip that praises, and none that blames is left out."""
    for row in rows:
        assert row.asked == bool(re.search("未达标|变差|难以保持", row.chip)), (row.key, row.chip)


def test_every_word_is_met_in_some_combination(rows: tuple[Combination, ...]) -> None:
    assert {row.variation for row in rows} >= {*VARIATIONS, "无"}
    assert {row.assurance for row in rows} >= {*ASSURANCES, "无"}
    assert {row.baseline for row in rows} == {"适合", "不稳", "不足", "不适用"}
    assert {row.doubt for row in rows} == {"无", "数据待核", "样本不足", "在途", "无数据"}
    assert {row.maturity for row in rows} == {"期满", "观察期未满"}


def test_the_document_is_current(catalog: Catalog) -> None:
    assert DOCUMENT.read_text("utf-8") == document(catalog), "python -m tests.support.plan.judgement_words"
