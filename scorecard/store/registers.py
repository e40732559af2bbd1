"""What small registers of a published version say in texts: reports of progress, documents, adoptions of information.

A register that has not come in gives None, which is not the same as nothing in it. No private column is read.
"""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from scorecard.calendar.period import Period, containing
from scorecard.records.progress_reports import TABLE, ProgressReport, from_rows
from scorecard.store.warehouse import has_table


@dataclass(frozen=True)
class CourtDocument:
    """A document that a row of the plan rests on, and where it is kept."""

    title: str
    kind: str
    number: str | None
    issued_on: date
    valid_until: date | None
    kept_at: str


@dataclass(frozen=True)
class Benchmark:
    """What another court or place published of one of our indicators, by its name, with the words of the register."""

    indicator: str
    place: str
    value_year: int
    span: str
    value: Decimal
    unit: str
    source: str
    difference: str | None

    @property
    def period(self) -> Period:
        """The period it speaks of: 1—9月 is 年度累计, 9月 a month."""
        january = self.value_year * 12
        if self.span == "全年":
            return containing("year", january)
        if self.span.startswith("第"):
            return containing("quarter", january + "一二三四".index(self.span[1]) * 3)
        month = int(self.span.removesuffix("月").rpartition("—")[2])
        return containing("ytd" if "—" in self.span else "month", january + month - 1)


def progress(connection: duckdb.DuckDBPyConnection) -> tuple[ProgressReport, ...] | None:
    """Every report of progress in force, the newest first."""
    columns = ("measure", "department", "reported_on", "status", "percent", "text", "evidence")
    rows = _fetch(
        connection, TABLE, f"SELECT {', '.join(columns)} FROM {TABLE} ORDER BY reported_on DESC, measure, department"
    )
    return None if rows is None else from_rows(dict(zip(columns, row, strict=True)) for row in rows)


def documents(connection: duckdb.DuckDBPyConnection, row: str) -> tuple[CourtDocument, ...] | None:
    """The documents registered for a row of the plan (商1), then those for the whole plan, each the newest first."""
    names = ", ".join(field.name for field in fields(CourtDocument))
    rows = _fetch(
        connection,
        "documents",
        f"SELECT {names} FROM documents WHERE measure IN ($row, '全部') ORDER BY measure = '全部', issued_on DESC, title",
        {"row": row},
    )
    return None if rows is None else tuple(CourtDocument(*one) for one in rows)


def benchmarks(connection: duckdb.DuckDBPyConnection) -> tuple[Benchmark, ...] | None:
    """The benchmarks by indicator, newest first; places by their names, for nothing here is ranked."""
    names = ", ".join(field.name for field in fields(Benchmark))
    query = f"SELECT {names} FROM benchmarks ORDER BY indicator, value_year DESC, span, place"
    rows = _fetch(connection, "benchmarks", query)
    return None if rows is None else tuple(Benchmark(*one) for one in rows)


def document_places(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Title -> number, day and place of every document registered, the newest of a title."""
    rows = _fetch(connection, "documents", "SELECT title, number, issued_on, kept_at FROM documents ORDER BY issued_on")
    return {
        title: f"{number or '无文号'}，{issued_on}，存{kept_at}" for title, number, issued_on, kept_at in rows or ()
    }


def adoptions(
    connection: duckdb.DuckDBPyConnection, first: date, last: date
) -> dict[str, tuple[tuple[str, date], ...]]:
    """Department -> the adoptions (level, day) of its information from `first` to `last`; a piece counts at each level."""
    rows = _fetch(
        connection,
        "information_reports",
        "SELECT department, list((level, adopted_on) ORDER BY adopted_on, report_no, level) FROM information_reports"
        " WHERE level <> '未采用' AND adopted_on BETWEEN $first AND $last GROUP BY 1",
        {"first": first, "last": last},
    )
    return {department: tuple(adopted) for department, adopted in rows or ()}


def _fetch(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, values: dict[str, Any] | None = None
) -> list[tuple[Any, ...]] | None:
    """The rows of a query over one table, or None when the version does not have that table."""
    if not has_table(connection, table):
        return None
    with connection.cursor() as cursor:
        return cursor.execute(query, values or {}).fetchall()
