"""A matter of the invented court with its whole course, and what an extract of a day knows of it.

A matter is the row that it will be once everything has happened: a value for each column of its table. Names that begin with
_ are no columns: other matters it comes from, days that no column holds.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from etl.sample import parameters
from etl.sample.pace import EXTRACTS_FROM

Matter = dict[str, Any]


def shown(matter: Matter, table: str, as_of: date, **otherwise: object) -> Mapping[str, object]:
    """The row of a matter in the extract of that day; blank where what happened later is still unknown."""
    row = {column: value for column, value in {**matter, **otherwise}.items() if not column.startswith("_")}
    for since, columns in parameters.of("known")[table].items():
        if not happened(matter.get(since), as_of):
            row |= dict.fromkeys(columns)
    return row


def happened(day: date | datetime | None, as_of: date) -> bool:
    """Whether it has happened by that day."""
    return day is not None and (day.date() if isinstance(day, datetime) else day) <= as_of


def in_extract(started_on: date, ended_on: date | None, as_of: date) -> bool:
    """Whether an extract of 2024 onwards, cut on that day, holds the matter: begun, and not ended before 2024."""
    return started_on <= as_of and (started_on >= EXTRACTS_FROM or ended_on is None or ended_on >= EXTRACTS_FROM)
