"""Whether each table came in on time, month after month: the day it was first accepted against the day it was due.

A first delivery brings the whole past at once and proves no punctuality for it: months count from the one it reached.
Tables are named, never people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from scorecard.assessment.due_dates import deadline
from scorecard.calendar.period import month_end, month_index
from scorecard.catalog.definitions import Catalog

TimelinessWord = Literal["按期", "迟报", "逾期未报"]


@dataclass(frozen=True)
class Delivery:
    """One month of one table: when it was due, when it was first in (None: not yet), days late."""

    through: date
    due: date
    accepted: date | None
    word: TimelinessWord
    days: int


def timeliness(catalog: Catalog, batches: Iterable[Mapping[str, Any]], today: date) -> dict[str, tuple[Delivery, ...]]:
    """Table -> its months, newest first, for every table that is handed in; months not yet due and not in are left out."""
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
