"""What the small registers of a published version say: reports of progress, pieces of information, revisits, activities.

Counts and texts by department and period, for pages that show what was done beside what it led to. A register that has
not come in gives None, which is not the same as nothing in it. No private column is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import duckdb

from scorecard.records.progress_reports import TABLE, ProgressReport, from_rows
from scorecard.store.warehouse import has_table

ADOPTED = ("国家级", "省级", "市级", "区级")


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
class Pieces:
    """What a department submitted in a period, and every adoption (level, day) of something of it in that period."""

    department: str
    submitted: int
    adoptions: tuple[tuple[str, date], ...]

    def adopted(self, level: str) -> int:
        return sum(one == level for one, _ in self.adoptions)


@dataclass(frozen=True)
class Piece:
    """One model case, piece of experience or research report; `levels` are those that adopted it."""

    title: str
    kind: str
    department: str
    submitted_on: date
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Revisits:
    """Revisits of a department in a period: how many, to how many cases, what they raised and what of it is closed.

    `unclear` counts the revisits whose number of issues, or of closed ones, nobody filled in.
    """

    department: str | None
    visits: int
    cases: int
    issues: int
    closed: int
    unclear: int


@dataclass(frozen=True)
class Activity:
    """How many entries of the work log of one kind a department made in a period, with how many different firms."""

    kind: str
    department: str
    entries: int
    firms: int


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


def document_places(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Title -> number, day and place of every document registered, the newest of a title."""
    rows = _fetch(connection, "documents", "SELECT title, number, issued_on, kept_at FROM documents ORDER BY issued_on")
    return {
        title: f"{number or '无文号'}，{issued_on}，存{kept_at}" for title, number, issued_on, kept_at in rows or ()
    }


def pieces(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> tuple[Pieces, ...] | None:
    """Information submitted and adopted from `first` to `last`, by department; an adoption counts on its own day."""
    span = {"first": first, "last": last}
    submitted = _fetch(
        connection,
        "information_reports",
        "SELECT department, count(DISTINCT report_no) FROM information_reports"
        " WHERE submitted_on BETWEEN $first AND $last GROUP BY 1 ORDER BY 1",
        span,
    )
    adopted = _fetch(
        connection,
        "information_reports",
        "SELECT department, level, adopted_on FROM information_reports"
        " WHERE level IN (SELECT unnest($levels)) AND adopted_on BETWEEN $first AND $last"
        " ORDER BY adopted_on, report_no, level",
        {**span, "levels": list(ADOPTED)},
    )
    if submitted is None or adopted is None:
        return None
    numbers = dict(submitted)
    return tuple(
        Pieces(who, numbers.get(who, 0), tuple((level, day) for one, level, day in adopted if one == who))
        for who in dict.fromkeys([*numbers, *(row[0] for row in adopted)])
    )


def register(
    connection: duckdb.DuckDBPyConnection, kinds: Sequence[str], first: date, last: date
) -> tuple[Piece, ...] | None:
    """The pieces of these kinds submitted from `first` to `last`, newest first, with the levels that adopted them."""
    rows = _fetch(
        connection,
        "information_reports",
        "SELECT coalesce(min(title), ''), min(kind), min(department), min(submitted_on),"
        " list(DISTINCT level) FROM information_reports WHERE kind IN (SELECT unnest($kinds))"
        " GROUP BY report_no HAVING min(submitted_on) BETWEEN $first AND $last ORDER BY 4 DESC, report_no DESC",
        {"kinds": list(kinds), "first": first, "last": last},
    )
    if rows is None:
        return None
    return tuple(
        Piece(title, kind, department, day, tuple(level for level in ADOPTED if level in levels))
        for title, kind, department, day, levels in rows
    )


def revisits(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> tuple[Revisits, ...] | None:
    """Revisits from `first` to `last` by department. Issues count where both numbers are known, as in the indicator."""
    rows = _fetch(
        connection,
        "revisits",
        "SELECT department, count(*), count(DISTINCT case_no),"
        " coalesce(sum(issues) FILTER (closed_issues IS NOT NULL), 0)::BIGINT,"
        " coalesce(sum(closed_issues) FILTER (issues IS NOT NULL), 0)::BIGINT,"
        " count(*) FILTER (issues IS NULL OR closed_issues IS NULL)"
        " FROM revisits WHERE revisited_on BETWEEN $first AND $last GROUP BY 1 ORDER BY 1",
        {"first": first, "last": last},
    )
    return None if rows is None else tuple(Revisits(*row) for row in rows)


def activities(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> tuple[Activity, ...] | None:
    """Entries of the work log from `first` to `last` by kind and department."""
    rows = _fetch(
        connection,
        "work_log",
        "SELECT kind, department, count(*), count(DISTINCT firm_code) FROM work_log"
        " WHERE held_on BETWEEN $first AND $last GROUP BY 1, 2 ORDER BY 1, 2",
        {"first": first, "last": last},
    )
    return None if rows is None else tuple(Activity(*row) for row in rows)


def _fetch(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, values: dict[str, Any] | None = None
) -> list[tuple[Any, ...]] | None:
    """The rows of a query over one table, or None when the version does not have that table."""
    if not has_table(connection, table):
        return None
    with connection.cursor() as cursor:
        return cursor.execute(query, values or {}).fetchall()
