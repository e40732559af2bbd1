"""The latest day an extract names, and the 数据截至 it suggests."""

import re
from datetime import date
from typing import NamedTuple

import duckdb

from scorecard.calendar.clock import today
from scorecard.calendar.period import StatisticalCalendar, month_index
from scorecard.catalog.contracts import Table

_MONTH = re.compile(  # of 2026年1-10月 the last one
    r"(?<!\d)(20\d\d)(?:年\d{1,2}月?[-—–~～至到]+(\d{1,2})月|[-._年 ](\d{1,2})(?=\D|$)|(\d\d)(?!\d))", re.ASCII
)
_DAY = re.compile(r"(?<!\d)(20\d\d)(?:[-._年 ](\d{1,2})[-._月 ](\d{1,2})|(\d\d)(\d\d))(?![\d月])", re.ASCII)


class LatestDay(NamedTuple):
    """The latest day up to today that any date of an extract names, and the rows that name a day of its month."""

    day: date
    rows: int


def latest_day(con: duckdb.DuckDBPyConnection, table: Table, months: StatisticalCalendar) -> LatestDay | None:
    """The latest day in `typed`; days that lie ahead by nature (deadlines) and days after today are left out."""
    columns = past_dates(table)
    if not columns:
        return None
    latest = ", ".join(f"max({day}) FILTER ({day} <= DATE '{today()}')" for day in columns)
    ((day,),) = con.execute(f"SELECT greatest({latest}) FROM typed").fetchall()
    if day is None:
        return None
    ((rows,),) = con.execute(f"SELECT count(*) FROM typed WHERE {names_a_day_of(table, day, months)}").fetchall()
    return LatestDay(day, rows)


def past_dates(table: Table) -> tuple[str, ...]:
    """SQL for every day of a row that has come: all dates but those that lie ahead by nature."""
    return tuple(
        f'"{name}"::DATE' for name, column in table.columns.items() if column.type.is_date and not column.future
    )


def names_a_day_of(table: Table, day: date, months: StatisticalCalendar) -> str:
    """SQL condition: the row names a day of the month that `day` lies in; of a register, by the date it begins with.

    What was found in September and closed in November is no row of a register's November.
    """
    month = months.month_of(day)
    first, last = months.month_start(month), months.month_end(month)
    begins = [f'"{table.begins_on}"::DATE'] if table.entered_by == "register" and table.begins_on else past_dates(table)
    named = (f"{one} BETWEEN DATE '{first}' AND DATE '{last}'" for one in begins)
    return f"({' OR '.join(named) or 'false'})"


def suggested_as_of(latest: date | None, file_name: str, months: StatisticalCalendar) -> date | None:
    """The end of the month of the latest day, never after today; None when neither the file nor its name has a day.

    A month in the file's name counts when it is later, a day in it when it lies in the month of the latest one: an extract
    written on the 5th of a month for the month before is none of that month.
    """
    first, day = _named(_MONTH, file_name), _named(_DAY, file_name)
    month = None if first is None else month_index(first)
    if latest is None:
        return None if month is None else min(months.month_end(month), today())
    of_latest = months.month_of(latest)
    if day is not None and latest <= day <= today() and months.month_of(day) == of_latest:
        return day
    if month is not None and day is None and of_latest < month <= months.month_of(today()):
        return min(months.month_end(month), today())
    return min(months.month_end(of_latest), today())


def _named(pattern: re.Pattern[str], file_name: str) -> date | None:
    """The first day (of the month, without a day) that stands in a file name."""
    for match in pattern.finditer(file_name):
        numbers = [int(number) for number in match.groups() if number]
        try:
            return date(*(numbers if len(numbers) == 3 else [*numbers, 1]))  # pyright: ignore[reportArgumentType]
        except ValueError:
            continue
    return None
