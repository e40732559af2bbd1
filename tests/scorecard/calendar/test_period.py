"""Reporting periods. Expected dates and labels are read off a calendar and off court bulletins."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from scorecard.calendar.period import (
    CALENDAR,
    GRAINS,
    Grain,
    Period,
    add_interval,
    between,
    containing,
    month_index,
    parse,
    year_before,
)
from tests.support.court import period
from tests.support.naive import later, spans

DAYS = st.dates(date(1999, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("grain", "key", "first", "last", "label"),
    [
        ("month", "2026-01", date(2026, 1, 1), date(2026, 1, 31), "2026年1月"),
        ("month", "2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ("month", "2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026年12月"),
        ("quarter", "2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2026年一季度"),
        ("quarter", "2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年四季度"),
        ("ytd", "2026-01", date(2026, 1, 1), date(2026, 1, 31), "2026年1月"),
        ("ytd", "2026-10", date(2026, 1, 1), date(2026, 10, 31), "2026年1—10月"),
        ("year", "2026", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
        ("total", "2024-02..2026-10", date(2024, 2, 1), date(2026, 10, 31), "2024年2月—2026年10月"),
        ("total", "2026-02..2026-10", date(2026, 2, 1), date(2026, 10, 31), "2026年2—10月"),
        ("total", "2026-02..2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026年2月"),
    ],
)
def test_a_period_has_its_first_and_last_day_and_the_name_a_bulletin_gives_it(
    grain: Grain, key: str, first: date, last: date, label: str
) -> None:
    found = period(key, grain)
    assert (found.first, found.last, found.label, found.key, found.grain) == (first, last, label, key, grain)


@pytest.mark.parametrize(
    ("grain", "key"),
    [
        ("month", "2026-13"), ("month", "2026-1"), ("month", "2026"), ("month", "2026-Q1"), ("month", "2026-01-01"),
        ("quarter", "2026-Q5"), ("quarter", "2026-01"), ("ytd", "2026-00"), ("year", "26"), ("year", "2026-01"),
        ("month", ""), ("month", " 2026-01"), ("year", "2026\n"), ("total", "2026"), ("total", "2026-02..2026-01"),
    ],
)  # fmt: skip
def test_a_key_of_another_grain_is_no_period(grain: Grain, key: str) -> None:
    assert parse(grain, key) is None


@given(st.sampled_from(GRAINS), DAYS)
def test_every_day_lies_in_the_period_of_its_month_and_the_key_leads_back_to_it(grain: Grain, day: date) -> None:
    found = containing(grain, month_index(day))
    assert found.first <= day <= found.last
    assert parse(grain, found.key) == found


@given(DAYS)
def test_a_month_begins_on_its_first_and_ends_on_the_day_before_the_next(day: date) -> None:
    index = month_index(day)
    assert CALENDAR.month_start(index) == day.replace(day=1)
    assert CALENDAR.month_end(index) + timedelta(days=1) == CALENDAR.month_start(index + 1)


@given(DAYS, st.integers(-24, 24), st.integers(-400, 400))
def test_an_interval_is_months_first_then_days_as_a_second_implementation_counts_them(
    day: date, months: int, days: int
) -> None:
    assert add_interval(day, months, days) == later(day, months, days)


@pytest.mark.parametrize(
    ("day", "months", "days", "expected"),
    [
        (date(2025, 8, 31), 6, 0, date(2026, 2, 28)),  # clipped to the shorter month
        (date(2023, 8, 31), 6, 0, date(2024, 2, 29)),  # of a leap year
        (date(2024, 2, 29), 12, 0, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, 1, date(2026, 3, 1)),  # clipped to 28 February first, then a day
        (date(2025, 12, 31), 0, 90, date(2026, 3, 31)),
        (date(2026, 3, 31), -1, 0, date(2026, 2, 28)),
    ],
)
def test_an_interval_clips_the_end_of_the_month(day: date, months: int, days: int, expected: date) -> None:
    assert add_interval(day, months, days) == expected


def test_periods_between_two_months_are_all_that_have_a_month_between_in_time_order() -> None:
    first, last = month_index(date(2025, 11, 1)), month_index(date(2026, 2, 1))
    keys = {grain: [one.key for one in between(grain, first, last)] for grain in GRAINS}
    assert keys == {
        "month": ["2025-11", "2025-12", "2026-01", "2026-02"],
        "quarter": ["2025-Q4", "2026-Q1"],
        "ytd": ["2025-11", "2025-12", "2026-01", "2026-02"],
        "year": ["2025", "2026"],
    }


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40))
def test_periods_between_two_months_are_those_of_a_second_implementation(first: date, months: int) -> None:
    last = later(first.replace(day=1), months)
    expected = {(one.grain, one.key, one.first, one.last) for one in spans(first, last)}
    found = {
        (one.grain, one.key, one.first, one.last)
        for grain in GRAINS
        for one in between(grain, month_index(first), month_index(last))
    }
    assert found == expected


@pytest.mark.parametrize(
    ("grain", "key", "before"),
    [("month", "2026-02", "2025-02"), ("quarter", "2026-Q1", "2025-Q1"), ("ytd", "2026-10", "2025-10"), ("year", "2026", "2025")],
)  # fmt: skip
def test_the_year_before_is_the_same_period_of_last_year(grain: Grain, key: str, before: str) -> None:
    assert year_before(period(key, grain)) == period(before, grain)


@given(st.sampled_from(GRAINS), st.lists(DAYS, min_size=2, max_size=8))
def test_keys_of_one_grain_sort_in_time(grain: Grain, days: list[date]) -> None:
    found: list[Period] = [containing(grain, month_index(day)) for day in days]
    assert sorted(one.key for one in found) == [one.key for one in sorted(found, key=lambda one: one.last)]
