"""Statistical months that close on another day than the calendar's. The tables were worked out by hand from a calendar;
the second implementation counts day by day (tests/support/naive.py).
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from scorecard.calendar.period import (
    CALENDAR,
    GRAINS,
    Grain,
    MonthRule,
    StatisticalCalendar,
    month_index,
    month_label,
    year_before,
)
from scorecard.catalog.court import Court, StatisticalMonths
from tests.support.naive import day_table, months_from, spans

DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))


def court(*rules: tuple[date, int, int]) -> Court:
    """A court with these rules: first month, closing day, month the year begins with."""
    made = tuple(months_from(start, day, begins) for start, day, begins in rules)
    return Court(name="", short_name="", court_codes=(), statistical_months=made)


@st.composite
def rules(draw: st.DrawFn) -> tuple[StatisticalMonths, ...]:
    """Up to three closing days, one after the other; the year begins in one month throughout."""
    starts = draw(st.lists(st.dates(date(2020, 1, 1), date(2029, 12, 1)), max_size=3, unique_by=month_index))
    begins = draw(st.sampled_from([1, 1, 2, 4, 10, 12]))
    made = [(start.replace(day=1), draw(st.integers(1, 31)), begins) for start in sorted(starts)]
    return court((date(2000, 1, 1), draw(st.integers(1, 31)), begins), *made).statistical_months


def months_of(made: tuple[StatisticalMonths, ...]) -> StatisticalCalendar:
    return Court(name="", short_name="", court_codes=(), statistical_months=made).months


TWENTIETH = court((date(2000, 1, 1), 20, 1)).months
FROM_2026 = court((date(2026, 1, 1), 20, 1)).months  # calendar months before
BACK_IN_JULY = court((date(2000, 1, 1), 20, 1), (date(2026, 7, 1), 31, 1)).months
OCTOBER = court((date(2000, 1, 1), 31, 10)).months


@pytest.mark.parametrize(
    ("months", "day", "name"),
    [
        (TWENTIETH, date(2025, 12, 20), "2025年12月"),
        (TWENTIETH, date(2025, 12, 21), "2026年1月"),
        (TWENTIETH, date(2025, 12, 31), "2026年1月"),
        (TWENTIETH, date(2026, 1, 1), "2026年1月"),
        (TWENTIETH, date(2026, 1, 20), "2026年1月"),
        (TWENTIETH, date(2026, 1, 21), "2026年2月"),
        (TWENTIETH, date(2024, 2, 29), "2024年3月"),
        (FROM_2026, date(2025, 12, 31), "2025年12月"),
        (FROM_2026, date(2026, 1, 1), "2026年1月"),
        (FROM_2026, date(2026, 1, 21), "2026年2月"),
        (BACK_IN_JULY, date(2026, 6, 20), "2026年6月"),
        (BACK_IN_JULY, date(2026, 6, 21), "2026年7月"),
        (BACK_IN_JULY, date(2026, 7, 31), "2026年7月"),
        (BACK_IN_JULY, date(2026, 8, 1), "2026年8月"),
        (court((date(2000, 1, 1), 30, 1)).months, date(2026, 2, 28), "2026年2月"),  # no 30th: its last day
        (court((date(2000, 1, 1), 30, 1)).months, date(2026, 3, 1), "2026年3月"),
        (court((date(2000, 1, 1), 30, 1)).months, date(2026, 3, 31), "2026年4月"),
    ],
)
def test_a_day_belongs_to_the_month_that_a_reader_of_the_rule_would_say(
    months: StatisticalCalendar, day: date, name: str
) -> None:
    assert month_label(months.month_of(day)) == name


@pytest.mark.parametrize(
    ("months", "grain", "key", "dated"),
    [
        (TWENTIETH, "month", "2026-01", "2026年1月（2025年12月21日至2026年1月20日）"),
        (TWENTIETH, "month", "2024-03", "2024年3月（2024年2月21日至2024年3月20日）"),
        (TWENTIETH, "quarter", "2026-Q1", "2026年一季度（2025年12月21日至2026年3月20日）"),
        (TWENTIETH, "ytd", "2026-10", "2026年1—10月（2025年12月21日至2026年10月20日）"),
        (TWENTIETH, "year", "2026", "2026年（2025年12月21日至2026年12月20日）"),
        (FROM_2026, "month", "2025-12", "2025年12月"),
        (FROM_2026, "month", "2026-01", "2026年1月（2026年1月1日至2026年1月20日，统计期调整，共20天）"),
        (FROM_2026, "month", "2026-02", "2026年2月（2026年1月21日至2026年2月20日）"),
        (FROM_2026, "year", "2026", "2026年（2026年1月1日至2026年12月20日，统计期调整，共354天）"),
        (FROM_2026, "year", "2027", "2027年（2026年12月21日至2027年12月20日）"),
        (BACK_IN_JULY, "month", "2026-07", "2026年7月（2026年6月21日至2026年7月31日，统计期调整，共41天）"),
        (BACK_IN_JULY, "month", "2026-08", "2026年8月"),
        (BACK_IN_JULY, "quarter", "2026-Q3", "2026年三季度（2026年6月21日至2026年9月30日，统计期调整，共102天）"),
        (OCTOBER, "month", "2025-10", "2025年10月"),
        (OCTOBER, "quarter", "2026-Q1", "2026年一季度（2025年10月1日至2025年12月31日）"),
        (OCTOBER, "ytd", "2025-12", "2025年10—12月（2025年10月1日至2025年12月31日）"),
        (OCTOBER, "ytd", "2026-03", "2025年10月—2026年3月（2025年10月1日至2026年3月31日）"),
        (OCTOBER, "year", "2026", "2026年（2025年10月1日至2026年9月30日）"),
    ],
)
def test_a_period_says_its_days_where_they_are_not_those_of_the_calendar(
    months: StatisticalCalendar, grain: Grain, key: str, dated: str
) -> None:
    period = months.parse(grain, key)
    assert period is not None and period.dated == dated
    assert period.label == dated.partition("（")[0]


@given(rules(), DAYS)
@settings(deadline=None)
def test_every_day_belongs_to_exactly_one_month_and_no_day_lies_between_two(
    made: tuple[StatisticalMonths, ...], day: date
) -> None:
    months = months_of(made)
    month = months.month_of(day)
    assert months.month_start(month) <= day <= months.month_end(month)
    assert months.month_of(months.month_start(month)) == month == months.month_of(months.month_end(month))
    assert months.month_start(month + 1) == months.month_end(month) + timedelta(days=1)
    assert months.month_of(months.month_end(month) + timedelta(days=1)) == month + 1
    year, number = day_table(made, 2017, 2034)[day]
    assert month == year * 12 + number - 1


@given(rules(), DAYS, st.integers(0, 700))
@settings(deadline=None)
def test_periods_are_those_of_a_second_implementation_and_are_named_by_their_keys(
    made: tuple[StatisticalMonths, ...], first: date, days: int
) -> None:
    months, last = months_of(made), first + timedelta(days=days)
    found = [one for grain in GRAINS for one in months.between(grain, months.month_of(first), months.month_of(last))]
    assert {(one.grain, one.key, one.first, one.last) for one in found} == {
        (one.grain, one.key, one.first, one.last) for one in spans(first, last, made)
    }
    assert all(months.parse(one.grain, one.key) == one for one in found)


@given(DAYS)
def test_a_court_that_closes_on_the_last_day_counts_by_the_calendar(day: date) -> None:
    months = court((date(2000, 1, 1), 31, 1)).months
    month = month_index(day)
    assert months.month_of(day) == CALENDAR.month_of(day) == month
    for grain in GRAINS:
        one, other = months.containing(grain, month), CALENDAR.containing(grain, month)
        assert (one, one.first, one.last, one.dated) == (other, other.first, other.last, other.label)


@pytest.mark.parametrize(
    ("months", "grain", "key", "of_like_length"),
    [
        (TWENTIETH, "month", "2026-03", True),  # 28 days, like March of 2025
        (TWENTIETH, "month", "2024-03", True),  # 29 days against 28: a leap day is no other length
        (TWENTIETH, "year", "2024", True),
        (FROM_2026, "month", "2026-01", False),  # 20 days against 31
        (FROM_2026, "month", "2026-02", False),  # 31 days against 28
        (FROM_2026, "month", "2026-05", True),  # 30 days against 31
        (FROM_2026, "ytd", "2026-06", False),  # 171 days against 181
        (FROM_2026, "year", "2027", False),  # 365 days against 354
        (CALENDAR, "month", "2024-02", True),
        (OCTOBER, "ytd", "2026-03", True),
    ],
)
def test_a_period_is_as_long_as_that_of_the_year_before_or_not(
    months: StatisticalCalendar, grain: Grain, key: str, of_like_length: bool
) -> None:
    period = months.parse(grain, key)
    assert period is not None
    assert period.as_long_as(year_before(period)) == of_like_length


def test_the_first_month_after_a_day_is_whole() -> None:
    assert month_label(TWENTIETH.first_whole(date(2023, 12, 21))) == "2024年1月"
    assert month_label(TWENTIETH.first_whole(date(2024, 1, 1))) == "2024年2月"
    assert month_label(CALENDAR.first_whole(date(2024, 1, 1))) == "2024年1月"


def test_years_that_begin_in_another_month_follow_each_other_without_a_gap() -> None:
    """A court that changes to years from October on: 2026 has nine months, 2027 has twelve."""
    months = court((date(2026, 10, 1), 31, 10)).months
    told = [(one.key, one.first, one.last, one.at_change) for one in months.between("year", 2025 * 12, 2027 * 12)]
    assert told == [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), False),
        ("2026", date(2026, 1, 1), date(2026, 9, 30), True),
        ("2027", date(2026, 10, 1), date(2027, 9, 30), False),
    ]
    assert months.parse("quarter", "2026-Q4") is None
    # From April years back to January ones: the first quarter of 2027 would be April to June and January to March.
    assert not StatisticalCalendar((MonthRule(2020 * 12 + 3, 31, 4), MonthRule(2027 * 12, 31, 1))).is_sound()
