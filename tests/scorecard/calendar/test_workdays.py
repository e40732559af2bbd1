"""Working days: the State Council's notices of known years, make-up days included."""

from datetime import date, timedelta

import pytest

from scorecard.calendar import workdays


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 5), True),  # an ordinary Monday
        (date(2026, 1, 10), False),  # an ordinary Saturday
        (date(2025, 10, 1), False),  # 国庆节
        (date(2025, 9, 28), True),  # a Sunday worked for it (国办发明电〔2024〕12号)
        (date(2025, 10, 11), True),  # a Saturday worked for it
        (date(2024, 2, 9), True),  # the eve of 春节 2024: by the notice no holiday
        (date(2025, 1, 28), False),  # the eve of 春节 2025: by the notice a holiday
        (date(2024, 2, 18), True),  # a Sunday worked for it
    ],
)
def test_holidays_and_make_up_days_of_the_notices(day: date, works: bool) -> None:
    assert workdays.is_workday(day) is works


def test_days_outside_the_notices_have_no_answer() -> None:
    assert workdays.is_workday(workdays.FIRST - timedelta(days=1)) is None
    assert workdays.is_workday(workdays.LAST + timedelta(days=1)) is None
    assert workdays.is_workday(workdays.LAST) is not None


def test_the_years_of_the_statistics_are_covered() -> None:
    assert date(2021, 1, 1) >= workdays.FIRST
    assert date(2026, 12, 31) <= workdays.LAST


def test_every_covered_day_has_the_count_of_working_days_up_to_it() -> None:
    ordinal = dict(workdays.PACKAGE.ordinals())
    assert next(iter(ordinal)) == workdays.FIRST
    assert list(ordinal)[-1] == workdays.LAST
    assert len(ordinal) == (workdays.LAST - workdays.FIRST).days + 1
    # 2025-09-30 (Tuesday) to 2025-10-11 (Saturday): the 9th, the 10th and the make-up Saturday; the 1st to 8th are off.
    assert ordinal[date(2025, 10, 11)] - ordinal[date(2025, 9, 30)] == 3
    # Friday to Monday of an ordinary week: one working day, the Monday.
    assert ordinal[date(2026, 1, 12)] - ordinal[date(2026, 1, 9)] == 1
    assert ordinal[date(2026, 1, 11)] - ordinal[date(2026, 1, 9)] == 0


def test_the_counts_agree_with_the_days_one_by_one() -> None:
    count = 0
    for day, ordinal in workdays.PACKAGE.ordinals():
        count += bool(workdays.is_workday(day))
        assert ordinal == count
