"""Splits of the sample's changes: each is the change to the last digit, and the halves are those a plain loop counts."""

from collections import Counter
from datetime import date
from fractions import Fraction

import pytest

from scorecard.assessment.cards import card
from scorecard.calendar.period import Grain, parse
from scorecard.narrative.contribution_words import because, steps
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
    assert len(split_of) >= 3 and split_of.total() >= 30


def test_the_halves_of_a_split_are_those_a_plain_loop_counts(version: Version) -> None:
    """小额诉讼适用率 of October by procedure, counted once more from the rows."""
    at, of = period("2026-10"), version.catalog.indicators["small_claims_rate"]
    one = card(card_inputs(version, "month", "all", "all", date(2026, 11, 5)), of, at)
    (split,) = [each for each in change_splits(version, Selection(at, "all", "all"), one) if each.column == "适用程序"]
    assert split.change.before is not None
    counts: list[Counter[str]] = []
    for month in (split.change.before.period, at):
        rows = version.connection.execute("SELECT procedure, case_type, closed_on FROM cases").fetchall()
        counts.append(
            Counter(
                who or "未填" for who, kind, day in rows if kind == "民初" and day and month.first <= day <= month.last
            )
        )
    before, now = counts
    used = Fraction(now["小额诉讼"], now.total()), Fraction(before["小额诉讼"], before.total())
    assert split.change.difference == (used[0] - used[1]) * 100
    assert {part.group for part in split.parts} == set(before) | set(now)


def test_a_visitor_is_shown_no_split(version: Version) -> None:
    public, at = for_visitors(version), period("2026-10")
    one = card(
        card_inputs(public, "month", "all", "all", date(2026, 11, 5)),
        version.catalog.indicators["small_claims_rate"],
        at,
    )
    assert change_splits(public, Selection(at, "all", "all"), one) == ()
    assert because(()) == ""
