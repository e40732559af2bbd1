"""When a table is due, whether it is late, and how punctual it was. Monthly extracts are due by a day of the next month."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from scorecard.calendar.period import month_end, month_index, month_start
from scorecard.catalog.definitions import Catalog

TimelinessWord = Literal["按期", "迟报", "逾期未报"]


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
    register = contract.entered_by == "register"  # kept as things happen: no month of it is due
    if as_of is None or register:
        return f"{contract.name}尚未{'登记' if register else '报送'}" if as_of is None else ""
    through = due_through(today, contract.due_day or catalog.court.due_day)
    if as_of < through:
        days = next_delivery(catalog, table, as_of, today).days_late
        return f"{contract.name}数据截至{as_of}，应报送至{through}，已逾期{days}天"
    return ""


# --- month after month: the day a table was first accepted against the day it was due. Tables are named, never people.


@dataclass(frozen=True)
class Delivery:
    """One month of one table: when it was due, when it was first in (None: not yet), days late."""

    through: date
    due: date
    accepted: date | None
    word: TimelinessWord
    days: int


def timeliness(catalog: Catalog, batches: Iterable[Mapping[str, Any]], today: date) -> dict[str, tuple[Delivery, ...]]:
    """Table -> its months, newest first, for every table that is handed in; months not yet due and not in are left out.

    A first delivery brings the whole past at once and proves no punctuality for it: months count from the one it reached.
    """
    records = list(batches)
    return {
        table.id: tuple(
            _months(catalog, table.id, [record for record in records if record["table"] == table.id], today)
        )[::-1]
        for table in catalog.tables.values()
        if table.seed is None and table.entered_by == "upload"
    }


def _months(catalog: Catalog, table: str, batches: list[Mapping[str, Any]], today: date) -> Iterable[Delivery]:
    """In time order. A cut in the middle of a month delivers the month before it."""
    reached = sorted(
        (date.fromisoformat(batch["as_of"]), datetime.fromisoformat(batch["accepted_at"]).date()) for batch in batches
    )
    if not reached:
        return
    due_day = catalog.tables[table].due_day or catalog.court.due_day
    first = min(reached, key=lambda cut: cut[1])[0]
    month = month_index(first) - (first != month_end(month_index(first)))
    while True:
        through = month_end(month)
        due = deadline(through, due_day)
        accepted = min((day for cut, day in reached if cut >= through), default=None)
        if accepted is None and due >= today:
            return
        days = max(0, ((accepted or today) - due).days)
        word: TimelinessWord = "逾期未报" if accepted is None else "迟报" if days else "按期"
        yield Delivery(through, due, accepted, word, days)
        month += 1
