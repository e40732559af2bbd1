"""When an extract is late, and which periods that makes doubtful."""

from datetime import date

import pytest

from scorecard.definitions import Catalog
from scorecard.freshness import doubts_for, due_through, overdue
from scorecard.period import Period, parse


def month(key: str) -> Period:
    found = parse("month", key)
    assert found is not None
    return found


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
    assert due_through(today, 10) == through


def test_a_table_is_late_only_once_the_due_day_has_passed(catalog: Catalog) -> None:
    assert overdue(catalog, "cases", date(2026, 9, 30), date(2026, 11, 10)) == ""
    assert overdue(catalog, "cases", date(2026, 9, 30), date(2026, 11, 11)) == (
        f"{catalog.tables['cases'].name}数据截至2026-09-30，应报送至2026-10-31，已逾期"
    )


def test_a_table_that_never_came_is_said_to_be_missing(catalog: Catalog) -> None:
    assert overdue(catalog, "enforcement", None, date(2026, 11, 11)) == (
        f"{catalog.tables['enforcement'].name}尚未报送"
    )


def test_a_period_the_late_extract_covers_is_judged_as_it_is(catalog: Catalog) -> None:
    indicator = catalog.indicators["small_claims_rate"]
    as_of = {"cases": date(2026, 9, 30)}
    assert doubts_for(catalog, indicator, month("2026-09"), as_of, date(2026, 11, 20)) == ()
    assert doubts_for(catalog, indicator, month("2026-10"), as_of, date(2026, 11, 10)) == ()
    assert len(doubts_for(catalog, indicator, month("2026-10"), as_of, date(2026, 11, 20))) == 1


def test_each_late_table_of_an_indicator_is_named(catalog: Catalog) -> None:
    indicator = catalog.indicators["pre_mediation_diversion_rate"]
    found = doubts_for(catalog, indicator, month("2026-10"), {"cases": date(2026, 9, 30)}, date(2026, 11, 20))
    assert len(found) == 2
    assert "尚未报送" in "".join(found)
