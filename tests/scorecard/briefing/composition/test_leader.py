"""领导参阅 and the monthly paper: the order of what must be asked about, each once, and nothing that is not judged left unsaid."""

import re

import pytest

from scorecard.assessment.standings import counts
from scorecard.briefing.composition.leader import MOST, asked
from scorecard.briefing.paper.material import Material, gather
from scorecard.briefing.paper.model import PaperTable, Paragraph
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.narrative.plain_verdict import asks
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Version
from tests.scorecard.briefing.composition.conftest import NOW, Written, words
from tests.support.actors import OFFICER

Kinds = dict[str, tuple[DataDir, Version, str]]


def material(kinds: Kinds, kind: str = "sample", **wish: str) -> Material:
    _, version, last = kinds[kind]
    request = BriefingRequest(wish.pop("template", "monthly"), wish.pop("period", last), **wish)
    return gather(version, resolve(version, request, OFFICER, NOW), OFFICER)


@pytest.mark.parametrize("period", ["2025-07", "2026-03", "2026-10"])
def test_everything_missed_or_worsening_is_asked_about_once_the_most_pressing_first(kinds: Kinds, period: str) -> None:
    given = material(kinds, period=period)
    listed = asked(given)
    names = [one.card.indicator.id for one in listed]
    # A second, naive reading: what misses to date, or misses or worsens in the month itself.
    wanted = {id for id, card in given.every.items() if asks(card) or asks(given.monthly[id])}
    assert sorted(names) == sorted(wanted)
    ranks = [
        0 if one.card.verdict.word == "未达标" and one.card.month and one.card.month.verdict.word != "达标" else 1
        for one in listed
    ]
    assert ranks == sorted(ranks)
    order = list(given.every)
    same = [order.index(one.card.indicator.id) for one, rank in zip(listed, ranks, strict=True) if rank == 0]
    assert same == sorted(same)


def test_a_cumulative_paper_says_what_its_last_month_signals(kinds: Kinds, written: Written) -> None:
    given = material(kinds)
    said = "".join(words(written("monthly")))
    signals = [
        card for card in given.monthly.values() if card.control and card.control.variation in ("需要关注", "真实改善")
    ]
    assert len(signals) > 3
    assert all(card.indicator.name in said for card in signals)


def test_a_page_has_six_rows_and_says_how_many_more_there_are(kinds: Kinds, written: Written) -> None:
    listed = asked(material(kinds, template="leader"))
    paper = written("leader")
    table = next(block for block in paper.blocks if isinstance(block, PaperTable) and block.drawings)
    assert len(table.rows) == min(MOST, len(listed)) == len(table.drawings)
    assert (f"另有{len(listed) - MOST}项" in table.note) == (len(listed) > MOST)
    assert len(paper.figures) <= 2
    assert not any("分子" in text for text in words(paper) if not text.startswith("2026"))


def test_the_domains_beside_each_other_add_up_to_all_indicators(kinds: Kinds, written: Written) -> None:
    given, paper = material(kinds, template="leader"), written("leader")
    strip = next(block for block in paper.blocks if isinstance(block, PaperTable))
    numbers = [int(number) for number in re.findall(r"\d+", "".join(strip.rows[0]))]
    assert sum(numbers) == len(given.every)
    missed = [int(number) for number in re.findall(r"未达标(\d+)", "".join(strip.rows[0]))]
    assert sum(missed) == counts(given.spoken)["未达标"]


def test_with_no_targets_the_page_says_that_nothing_could_be_judged(written: Written) -> None:
    said = "".join(words(written("leader", "untargeted")))
    assert "达标0" not in said
    assert not re.search(r"没有.{0,6}未达标|均已?达标", said)


def test_every_indicator_is_in_the_annex_and_every_definition(kinds: Kinds, written: Written) -> None:
    paper = written("monthly")
    tables, definitions, registers = paper.annexes
    named = [
        row[0].partition("（")[0] for block in tables.blocks if isinstance(block, PaperTable) for row in block.rows
    ]
    assert len(named) == len(kinds["sample"][1].catalog.indicators) == len(definitions.definitions)
    assert tables.landscape
    assert registers.landscape
    assert not paper.definitions
    assert {annex.name for annex in paper.annexes} == {
        f"{paper.name}_附件{at}_{name}" for at, name in enumerate(("全部指标", "指标口径", "措施、台账与登记"), 1)
    }


def test_what_is_asked_to_be_decided_is_at_most_three_and_names_who(written: Written) -> None:
    asking = next(b for b in written("leader").blocks if isinstance(b, Paragraph) and "请决定" in b.lead)
    assert re.findall(r"(\d)．", asking.text) == ["1", "2", "3"][: len(re.findall(r"(\d)．", asking.text))]
    assert "≥" not in asking.text
