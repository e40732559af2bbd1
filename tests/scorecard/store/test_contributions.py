"""Splits of the sample's changes: each is the change to the last digit, and the halves are those a plain loop counts."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest

from scorecard.assessment.cards import card
from scorecard.calendar.period import Grain, parse
from scorecard.narrative.breakdown.contribution_words import because, steps
from scorecard.records.annotations import REDEFINED, Annotation
from scorecard.storage.data_dir import DataDir
from scorecard.store.contributions import change_splits
from scorecard.store.open_version import Selection, Version, card_inputs, for_visitors, open_published
from tests.support.court import period


@pytest.fixture(scope="module")
def version(sample: DataDir) -> Version:
    return open_published(sample)


@pytest.mark.parametrize(("grain", "key"), [("month", "2026-10"), ("ytd", "2026-10"), ("year", "2025")])
def test_every_split_of_every_indicator_is_its_change(version: Version, grain: Grain, key: str) -> None:
    at = parse(grain, key)
    assert at is not None
    inputs, split_of = card_inputs(version, grain, "all", "all", date(2026, 11, 5)), Counter[str]()
    for indicator in version.catalog.indicators.values():
        one = card(inputs, indicator, at)
        for split in change_splits(version, Selection(at, "all", "all"), one):
            assert sum((part.whole for part in split.parts), Fraction(0)) == split.change.difference
            assert len({part.group for part in split.parts}) == len(split.parts)
            assert len(steps(split, indicator.unit)) == len(split.parts)
            split_of[split.column] += 1
            assert because([split], indicator).count(split.change.text) <= 1
    assert len(split_of) >= 3 and split_of.total() >= 30


def test_the_parts_of_a_split_are_those_a_plain_loop_counts(version: Version) -> None:
    """电子送达适用率 of October by procedure: shares and rates of both months counted once more from the rows, then Kitagawa's sums."""
    at, of = period("2026-10"), version.catalog.indicators["e_service_case_rate"]
    one = card(card_inputs(version, "month", "all", "all", date(2026, 11, 5)), of, at)
    (split,) = [each for each in change_splits(version, Selection(at, "all", "all"), one) if each.column == "适用程序"]
    assert split.change.before is not None
    rows = version.connection.execute(
        "SELECT procedure, case_type, closed_on, outcome, e_service FROM cases"
    ).fetchall()
    tops, bottoms = [Counter[str](), Counter[str]()], [Counter[str](), Counter[str]()]
    for side, month in enumerate((split.change.before.period, at)):
        for procedure, kind, day, outcome, served in rows:
            if kind == "民初" and outcome not in (None, "不予受理") and day and month.first <= day <= month.last:
                bottoms[side][procedure or "未填"] += 1
                tops[side][procedure or "未填"] += bool(served)
    assert {part.group for part in split.parts} == set(bottoms[0]) | set(bottoms[1])
    wholes = [Fraction(tops[side].total(), bottoms[side].total()) for side in (0, 1)]
    for part in split.parts:
        was, now = (Fraction(bottoms[side][part.group], bottoms[side].total()) for side in (0, 1))
        rates = [
            Fraction(tops[side][part.group], bottoms[side][part.group]) for side in (0, 1) if bottoms[side][part.group]
        ]
        assert part.rate == (was + now) / 2 * (rates[-1] - rates[0]) * 100
        assert part.mix == ((rates[0] + rates[-1]) / 2 - sum(wholes) / 2) * (now - was) * 100
        assert (part.was, part.now, part.grew) == (was, now, now > was)
    assert sum((part.whole for part in split.parts), Fraction(0)) == (wholes[1] - wholes[0]) * 100


def test_a_change_across_a_break_is_not_split_and_so_has_no_reason(version: Version) -> None:
    at, of = period("2026-10"), version.catalog.indicators["e_service_case_rate"]
    inputs = card_inputs(version, "month", "all", "all", date(2026, 11, 5))
    assert because(change_splits(version, Selection(at, "all", "all"), card(inputs, of, at)), of)
    mark = Annotation(of.id, date(2026, 10, 1), REDEFINED, "口径调整", "文件", "有效", "审管办", datetime(2026, 10, 9))
    broken = card(replace(inputs, annotations=(mark,)), of, at)
    assert change_splits(version, Selection(at, "all", "all"), broken) == ()


def test_a_column_that_the_formula_tests_splits_nothing(version: Version) -> None:
    """小额诉讼程序适用率 rises by 小额诉讼: true and empty."""
    at, of = period("2026-10"), version.catalog.indicators["small_claims_rate"]
    one = card(card_inputs(version, "month", "all", "all", date(2026, 11, 5)), of, at)
    splits = change_splits(version, Selection(at, "all", "all"), one)
    assert splits
    assert "适用程序" not in {split.column for split in splits}


def test_a_visitor_is_shown_no_split(version: Version) -> None:
    public, at = for_visitors(version), period("2026-10")
    one = card(
        card_inputs(public, "month", "all", "all", date(2026, 11, 5)),
        version.catalog.indicators["small_claims_rate"],
        at,
    )
    assert change_splits(public, Selection(at, "all", "all"), one) == ()
