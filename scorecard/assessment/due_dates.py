"""When a table is due and when it is late. Monthly extracts are due by a day of the next month (default the 10th)."""

import calendar
from dataclasses import dataclass
from datetime import date

from scorecard.calendar.period import month_end, month_index, month_start
from scorecard.catalog.definitions import Catalog


@dataclass(frozen=True)
class NextDelivery:
    """The first month a table has not delivered whole: its last day, the day it is due by, days late (0 while in time)."""

    through: date
    by: date
    days_late: int


def due_through(today: date, due_day: int) -> date:
    """The last day that extracts handed in on time reach today: the end of the last month already due."""
    months_back = 1 if today.day > due_day else 2
    return month_end(month_index(today) - months_back)


def next_delivery(catalog: Catalog, table: str, as_of: date | None, today: date) -> NextDelivery:
    """What a table owes next. One that never came owes the last month already due, not all months of the past."""
    due_day = catalog.tables[table].due_day or catalog.court.due_day
    if as_of is None:
        through = due_through(today, due_day)
    else:  # a cut in the middle of a month leaves that month owed
        whole = as_of == month_end(month_index(as_of))
        through = month_end(month_index(as_of) + whole)
    by = deadline(through, due_day)
    return NextDelivery(through, by, max(0, (today - by).days))


def deadline(through: date, due_day: int) -> date:
    """The day by which the month that ends on `through` is due: that day of the next month, or its last one."""
    first = month_start(month_index(through) + 1)
    return first.replace(day=min(due_day, calendar.monthrange(first.year, first.month)[1]))


def overdue(catalog: Catalog, table: str, as_of: date | None, today: date) -> str:
    """The sentence that says a table is late, or an empty string."""
    contract = catalog.tables[table]
    if as_of is None:
        return f"{contract.name}尚未报送"
    through = due_through(today, contract.due_day or catalog.court.due_day)
    if as_of < through:
        days = next_delivery(catalog, table, as_of, today).days_late
        return f"{contract.name}数据截至{as_of}，应报送至{through}，已逾期{days}天"
    return ""
