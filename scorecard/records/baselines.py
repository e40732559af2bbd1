"""Decisions to judge an indicator by a new baseline from a month on. No baseline ever moves by itself:

Limits that follow the data forgive every slow decline; a decision with a reason says that the process itself changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from scorecard.calendar.period import month_index
from scorecard.catalog.definitions import Catalog
from scorecard.records.rows import Contradiction, records, unknown_indicator

TABLE, PROBLEM_CODE = "baselines", "baseline_contradicts"
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


from_rows = partial(records, Baseline)  # in the order of the rows


def in_force(decisions: Sequence[Baseline], indicator: str) -> tuple[Baseline, ...]:
    """The decisions in force for an indicator, in time order: of several for one month the last one."""
    last: dict[date, Baseline] = {}
    for decision in sorted(decisions, key=lambda decision: decision.decided_at):
        if decision.indicator == indicator:
            last[decision.from_month] = decision
    return tuple(last[month] for month in sorted(last) if last[month].state != WITHDRAWN)


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    wrong = unknown_indicator(row, catalog)
    month, decided = row["from_month"], row["decided_at"]
    assert isinstance(month, date)
    if month.day != 1:
        remedy = "新基准从一个完整的月份开始"
        wrong.append(Contradiction("from_month", f"{month} 不是月初", "该月1日", remedy))
    if isinstance(decided, datetime) and month_index(month) > catalog.court.months.month_of(decided.date()):
        remedy = "流程改变之后才能重设基准"
        wrong.append(Contradiction("from_month", f"{month} 晚于决定时间", "不晚于决定当月", remedy))
    return wrong
