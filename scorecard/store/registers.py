"""What small registers of a published version say in texts (progress, documents, adoptions).

A register that has not come in gives None, which is not the same as nothing in it. No private column is read.
"""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from scorecard.records.official_values import OfficialValue
from scorecard.records.progress_reports import TABLE, ProgressReport, from_rows
from scorecard.store.warehouse import fetched, has_table

BENCHMARKS = "benchmarks"


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
class FrameworkRange:
    """The range of an item of a framework, in its unit, from a day on, with its document."""

    item: str
    lower: Decimal | None
    upper: Decimal | None
    valid_from: date
    valid_until: date | None
    document: str

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def progress(connection: duckdb.DuckDBPyConnection) -> tuple[ProgressReport, ...] | None:
    """Every report of progress in force, the newest first."""
    columns = ("measure", "department", "reported_on", "status", "percent", "text", "evidence")
    query = f"SELECT {', '.join(columns)} FROM {TABLE} ORDER BY reported_on DESC, measure, department"
    rows = _fetch(connection, TABLE, query)
    return None if rows is None else from_rows(dict(zip(columns, row, strict=True)) for row in rows)


def documents(connection: duckdb.DuckDBPyConnection, row: str) -> tuple[CourtDocument, ...] | None:
    """The documents registered for a row of the plan (商1), then those for the whole plan, each the newest first."""
    names = ", ".join(field.name for field in fields(CourtDocument))
    order = "measure = '全部', issued_on DESC, title"
    query = f"SELECT {names} FROM documents WHERE measure IN ($row, '全部') ORDER BY {order}"
    rows = _fetch(connection, "documents", query, {"row": row})
    return None if rows is None else tuple(CourtDocument(*one) for one in rows)


def benchmarks(connection: duckdb.DuckDBPyConnection) -> tuple[OfficialValue, ...] | None:
    """What other courts and places published, by indicator, newest first; places by their names, for nothing here is ranked."""
    names = "indicator, value_year, span, '全部案件', place, value, unit, source, noted_on, NULL, difference, NULL"
    query = f"SELECT {names} FROM {BENCHMARKS} ORDER BY indicator, value_year DESC, span, place"
    rows = _fetch(connection, BENCHMARKS, query)
    return None if rows is None else tuple(OfficialValue(*one) for one in rows)


def framework_ranges(connection: duckdb.DuckDBPyConnection) -> tuple[FrameworkRange, ...]:
    """The ranges registered, of each item the latest begun first; empty where the register has not come in."""
    names = ", ".join(field.name for field in fields(FrameworkRange))
    query = f"SELECT {names} FROM framework_ranges ORDER BY item, valid_from DESC"
    return tuple(FrameworkRange(*one) for one in _fetch(connection, "framework_ranges", query) or ())


def check_results(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What departments found that looked at the cases behind a prompt, by column, the latest first."""
    names = ("prompt", "span", "department", "checked_on", "finding", "looked_at", "text")
    rows = _fetch(connection, "check_results", f"SELECT {', '.join(names)} FROM check_results ORDER BY checked_on DESC")
    return [dict(zip(names, row, strict=True)) for row in rows or ()]


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
    return fetched(connection, query, values or {}) if has_table(connection, table) else None
