"""From which month an indicator is judged by a new baseline, by whose decision and why. Never re-based by itself.

Limits that follow the data forgive every slow decline; a decision with a reason says that the process itself changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scorecard.calendar.period import month_index
from scorecard.catalog.definitions import Catalog
from scorecard.errors import hint

TABLE = "baselines"  # the table contract whose rows are these decisions
WITHDRAWN = "撤销"


@dataclass(frozen=True)
class Baseline:
    """One decision: `from_month` is the first month of the new baseline."""

    indicator: str
    from_month: date
    state: str
    reason: str
    decided_by: str
    decided_at: datetime


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Baseline, ...]:
    """Decisions in the order they were recorded; rows come from the door, so their types are right."""
    return tuple(
        Baseline(
            indicator=row["indicator"],
            from_month=row["from_month"],
            state=row["state"],
            reason=row["reason"],
            decided_by=row["decided_by"],
            decided_at=row["decided_at"],
        )
        for row in rows
    )


def in_force(decisions: Sequence[Baseline], indicator: str) -> tuple[Baseline, ...]:
    """The re-basings of an indicator that stand, in time order: of several for one month the one decided last."""
    last: dict[date, Baseline] = {}
    for one in sorted(decisions, key=lambda one: one.decided_at):
        if one.indicator == indicator:
            last[one.from_month] = one
    return tuple(last[month] for month in sorted(last) if last[month].state != WITHDRAWN)


def mistakes(row: Mapping[str, object], catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """(column, found, expected, remedy) for each contradiction in a decision; empty when it is sound."""
    found = unknown_indicator(row, catalog)
    month, decided = row["from_month"], row["decided_at"]
    assert isinstance(month, date)
    if month.day != 1:
        found.append(("from_month", f"{month} 不是月初", "该月1日", "新基准从一个完整的月份开始"))
    if isinstance(decided, datetime) and month_index(month) > month_index(decided.date()):
        found.append(("from_month", f"{month} 晚于决定时间", "不晚于决定当月", "流程改变之后才能重设基准"))
    return found


def unknown_indicator(row: Mapping[str, object], catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """The mistake that names an indicator nobody registered, or none."""
    name = str(row["indicator"])
    if name in catalog.indicators:
        return []
    expected = "指标口径页所列的指标 id"
    return [("indicator", f"“{name}”不是已登记的指标", expected, hint(name, catalog.indicators))]
