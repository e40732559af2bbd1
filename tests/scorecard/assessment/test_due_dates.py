"""When an extract is due, and by how many days it is late."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis.strategies import dates

from scorecard.assessment.data_quality import NextDelivery, deadline, due_through, next_delivery, overdue
from scorecard.calendar.period import CALENDAR
from scorecard.catalog.definitions import Catalog
from tests.support.court import CATALOG


@pytest.mark.parametrize(
    ("today", "through"),
    [
        (date(2026, 11, 10), date(2026, 9, 30)),  # the 10th is the last day in time for October
        (date(2026, 11, 11), date(2026, 10, 31)),
        (date(2027, 1, 5), date(2026, 11, 30)),
        (date(2027, 1, 31), date(2026, 12, 31)),
    ],
)
def test_extracts_of_a_month_are_due_by_the_tenth_of_the_next(today: date, through: date) -> None:
    assert due_through(today, 10, CALENDAR) == through


def test_a_table_is_late_only_once_the_due_day_has_passed(catalog: Catalog) -> None:
    assert overdue(catalog, "cases", date(2026, 9, 30), date(2026, 11, 10)) == ""
    assert overdue(catalog, "cases", date(2026, 9, 30), date(2026, 11, 11)) == (
        f"{catalog.tables['cases'].name}数据截至2026-09-30，应报送至2026-10-31，已逾期1天"
    )


def test_a_table_that_never_came_is_said_to_be_missing(catalog: Catalog) -> None:
    assert overdue(catalog, "enforcement", None, date(2026, 11, 11)) == (
        f"{catalog.tables['enforcement'].name}尚未报送"
    )


@pytest.mark.parametrize(
    ("as_of", "through", "by", "days_late"),
    [
        (date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 10), 0),  # October is in: November is owed next
        (date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 10), 14),
        (date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 10), 14),  # all but a day of it
        (date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 10), 45),  # 21 days of October and 24 of November
        (None, date(2026, 10, 31), date(2026, 11, 10), 14),
    ],
)
def test_what_a_table_owes_and_by_how_many_days_it_is_late(
    catalog: Catalog, as_of: date | None, through: date, by: date, days_late: int
) -> None:
    assert next_delivery(catalog, "cases", as_of, date(2026, 11, 24)) == NextDelivery(through, by, days_late)


def test_a_due_day_a_month_does_not_have_is_its_last_day() -> None:
    assert deadline(date(2026, 1, 31), 31) == date(2026, 2, 28)
    assert deadline(date(2026, 11, 30), 10) == date(2026, 12, 10)


@given(as_of=dates(date(2024, 1, 1), date(2027, 12, 31)), looked=dates(date(2024, 6, 1), date(2027, 12, 31)))
@settings(deadline=None)
def test_days_late_and_the_sentence_that_says_late_never_disagree(as_of: date, looked: date) -> None:
    catalog = CATALOG
    late = next_delivery(catalog, "cases", as_of, looked).days_late
    said = overdue(catalog, "cases", as_of, looked)
    assert (late > 0) == bool(said)
    assert not said or said.endswith(f"已逾期{late}天")
