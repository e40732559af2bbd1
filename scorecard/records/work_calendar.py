"""The State Council's arrangement of a coming year, entered a day a row (scorecard/calendar/workdays.py counts by it)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from scorecard.calendar.workdays import PACKAGE, ArrangedDay
from scorecard.catalog.definitions import Catalog
from scorecard.records.rows import Contradiction

TABLE, PROBLEM_CODE = "work_calendar", "arrangement_contradicts"
WORKED = "调休上班"


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[ArrangedDay, ...]:
    """The days in the order of the rows; of one day the last row counts."""
    return tuple(ArrangedDay(row["day"], row["kind"] == WORKED, row["holiday"]) for row in rows)


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    day, issued = row["day"], row["document_on"]
    assert isinstance(day, date)
    assert isinstance(issued, date)
    wrong: list[Contradiction] = []
    if row["kind"] == WORKED and day.weekday() < 5 and PACKAGE.is_workday(day) is not False:
        wrong.append(
            Contradiction("day", f"{day} 是周一至周五，本来就上班", "调休上班的周六或周日", "请核对通知里的日期")
        )
    if not 0 <= day.year - issued.year <= 1:
        wrong.append(Contradiction("document_on", f"{issued} 发文，不安排 {day.year} 年", "当年或上一年的日期"))
    return wrong
