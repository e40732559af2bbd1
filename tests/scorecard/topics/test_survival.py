"""How long cases take: known answers of real registers, a naive second opinion, and what must hold for any cases."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from scorecard.topics.survival import Spell, ages, mean, median, survival
from tests.support import registers

spells = st.lists(st.builds(Spell, st.integers(0, 30), st.booleans()), min_size=1, max_size=40)


# -------------------------------------------------------------------------------------------------- known answers


def test_the_lung_trial_has_its_published_median_and_interval() -> None:
    found = survival(
        [Spell(int(row["time"]), row["status"] == "2") for row in registers.known_answers("survival_lung")]
    )
    assert (found.median, found.low, found.high) == (310, 285, 363)


@pytest.mark.parametrize(("arm", "median_", "low"), [("Maintained", 31, 18), ("Nonmaintained", 23, 8)])
def test_both_arms_of_the_aml_trial_have_theirs_and_no_upper_limit(arm: str, median_: int, low: int) -> None:
    """R's survfit prints NA for the upper limit of both: too few have ended to tell."""
    listed = [row for row in registers.known_answers("survival_aml") if row["x"] == arm]
    found = survival([Spell(int(row["time"]), row["status"] == "1") for row in listed])
    assert (found.median, found.low, found.high) == (median_, low, None)


def test_the_insolvency_register_takes_a_third_longer_than_its_closed_cases_say() -> None:
    cut = date(2023, 9, 30)
    listed = [
        (date.fromisoformat(row["立案日期"]), date.fromisoformat(row["结案日期"]) if row["结案日期"] else None)
        for row in registers.rows(registers.insolvencies())
    ]
    found = survival([Spell(((end or cut) - start).days, end is not None) for start, end in listed])
    closed = [(end - start).days for start, end in listed if end is not None]
    assert (found.cases, found.ended, found.pending) == (7_472, 6_236, 1_236)
    assert (found.median, found.low, found.high) == (1_220, 1_171, 1_264)
    assert median(closed) == Fraction(1_875, 2)
    assert round(float(mean(closed) or 0), 2) == 1_111.84
    shares = {days: [step.share for step in found.steps if step.days <= days][-1] for days in (365, 1_825)}
    assert shares == pytest.approx({365: 0.773835, 1_825: 0.306441}, abs=1e-6)


def test_cases_worked_out_by_hand() -> None:
    """5 cases: ends at 2 and 6 days, open at 3, 4 and 8. Open shares 4/5, then 4/5 x 1/2 = 2/5."""
    found = survival([Spell(2, True), Spell(3, False), Spell(4, False), Spell(6, True), Spell(8, False)])
    assert {step.days: step.share for step in found.steps} == pytest.approx({2: 0.8, 6: 0.4})
    assert found.median == 6
    assert found.high is None


def test_nothing_ended_has_no_median() -> None:
    found = survival([Spell(10, False), Spell(20, False)])
    assert (found.cases, found.ended, found.median, found.steps) == (2, 0, None, ())
    assert survival([]).median is None


# ------------------------------------------------------------------------------------------------ what always holds


def naive(cases: list[Spell]) -> Fraction | None:
    """The share still open, from its definition, at every length; the first of one half or less."""
    lengths = sorted({case.days for case in cases if case.ended})
    share, before = Fraction(1), None
    for length in lengths:
        if before is not None:  # the share was exactly one half since `before`
            return Fraction(before + length, 2)
        open_ = [case for case in cases if case.days >= length]
        ended = [case for case in open_ if case.ended and case.days == length]
        share *= 1 - Fraction(len(ended), len(open_))
        if share < Fraction(1, 2):
            return Fraction(length)
        if share == Fraction(1, 2):
            before = length
    return None if before is None else Fraction(before)


@given(spells)
def test_the_median_is_the_one_of_the_definition(cases: list[Spell]) -> None:
    assert survival(cases).median == naive(cases)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_with_nothing_pending_the_median_is_the_ordinary_one(days: list[int]) -> None:
    assert survival([Spell(one, True) for one in days]).median == median(days)


@given(spells)
def test_the_share_only_falls_and_lies_between_its_limits(cases: list[Spell]) -> None:
    steps = survival(cases).steps
    assert all(later.share < earlier.share for earlier, later in pairwise(steps))
    for step in steps:
        if step.low is None or step.high is None:
            assert step.share == 0
        else:
            assert 0 <= step.low <= step.share <= step.high <= 1


@given(spells)
def test_the_interval_holds_the_median(cases: list[Spell]) -> None:
    found = survival(cases)
    if found.median is not None:
        assert found.low is None or found.low <= found.median
        assert found.high is None or found.high >= found.median


@given(spells, st.integers(1, 10))
def test_a_case_still_open_never_makes_cases_look_shorter(cases: list[Spell], longer: int) -> None:
    plain = survival(cases).median
    waiting = survival([*cases, Spell(31 + longer, False)]).median
    assert waiting is None or (plain is not None and waiting >= plain)


# --------------------------------------------------------------------------------------------------------------- age


def test_pending_cases_are_counted_by_calendar_months_every_group_even_when_empty() -> None:
    assert [(group.label, group.count) for group in ages([0, 5, 6, 12, 23, 24, 40])] == [
        ("6个月以内", 2), ("6个月以上至1年", 1), ("1年以上至2年", 2), ("超过2年", 2),
    ]  # fmt: skip
    assert [group.count for group in ages([])] == [0, 0, 0, 0]


def test_the_mean_and_median_of_nothing_are_unknown() -> None:
    assert (mean([]), median([])) == (None, None)
    assert (mean([1, 2]), median([1, 2, 4, 9])) == (Fraction(3, 2), 3)
