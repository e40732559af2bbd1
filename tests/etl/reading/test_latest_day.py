"""The 数据截至 that a file suggests: the end of the month of its latest day, or what its name says; never a day to come."""

from datetime import date, timedelta

import pytest

from etl.intake.examine import examine
from etl.reading.latest_day import suggested_as_of
from scorecard.calendar.clock import today
from scorecard.calendar.period import CALENDAR, MonthRule, StatisticalCalendar
from scorecard.catalog.definitions import Catalog
from tests.support.extracts import cases_csv


def test_the_latest_day_is_that_of_any_date_that_has_come(catalog: Catalog) -> None:
    lines = cases_csv(3).decode().splitlines()
    late = (today() + timedelta(days=3)).isoformat()
    lines += [
        f"（2026）鲁0117民初9{day[-1]}号,买卖合同纠纷,{day},,,,民事审判庭,否,否,," for day in ("2026-09-28", late)
    ]
    found = examine("\n".join(lines).encode(), "a.csv", catalog.tables["cases"], catalog, today()).latest
    assert found == (date(2026, 9, 28), 1)


@pytest.mark.parametrize(
    ("latest", "name", "suggested"),
    [
        (date(2026, 9, 3), "案件.csv", date(2026, 9, 30)),
        (date(2026, 9, 3), "案件_20261008导出.csv", date(2026, 9, 30)),  # the day of the export is no 数据截至
        (date(2026, 9, 3), "案件 2026-09-15.csv", date(2026, 9, 15)),
        (date(2026, 9, 16), "案件 2026-09-15.csv", date(2026, 9, 30)),  # a row is later than the name
        (date(2026, 8, 28), "2026年9月案件.csv", date(2026, 9, 30)),  # a month without an event
        (date(2026, 8, 28), "202609.csv", date(2026, 9, 30)),
        (date(2026, 8, 28), "2026年案件.csv", date(2026, 8, 31)),
        (None, "2026.08 线索.csv", date(2026, 8, 31)),
        (None, "2026年1-8月线索.csv", date(2026, 8, 31)),
        (date(2026, 1, 5), "2026年1月至8月案件.csv", date(2026, 8, 31)),
        (None, "线索.csv", None),
    ],
)
def test_the_file_and_its_name_suggest_a_cut(latest: date | None, name: str, suggested: date | None) -> None:
    assert suggested_as_of(latest, name, CALENDAR) == suggested


def test_no_day_to_come_is_suggested() -> None:
    assert suggested_as_of(today(), "a.csv", CALENDAR) == today()
    assert suggested_as_of(None, f"{today() + timedelta(days=40):%Y年%m月}.csv", CALENDAR) == today()
    assert suggested_as_of(date(2024, 2, 3), "a.csv", CALENDAR) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("latest", "name", "suggested"),
    [
        (date(2026, 1, 18), "案件.csv", date(2026, 1, 20)),
        (date(2026, 1, 25), "案件.csv", date(2026, 2, 20)),
        (date(2026, 1, 18), "案件 2026-01-19.csv", date(2026, 1, 19)),
        (date(2026, 1, 18), "案件 2026-01-31.csv", date(2026, 1, 20)),  # the export of a day in the next month
        (date(2025, 12, 19), "2026年1月案件.csv", date(2026, 1, 20)),
    ],
)
def test_a_cut_is_suggested_by_statistical_months(latest: date, name: str, suggested: date) -> None:
    """A court that closes on the 20th: January ends on 20 January."""
    assert suggested_as_of(latest, name, StatisticalCalendar((MonthRule(0, 20, 1),))) == suggested
