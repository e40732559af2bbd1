"""The items of a published version's worklists: how many of each state, and the rows themselves, sorted by due date only.

Numbers are for everybody; rows are for those who may see case lists, a department its own. Private cells are masked here,
before anything leaves the store. Never sorted by judge, never ranked by department.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from scorecard.access import Actor
from scorecard.catalog.columns import BOOLEAN
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.catalog.worklists import STATES, ItemState, Worklist
from scorecard.store.evidence_rows import ShownRow, masked_cells
from scorecard.store.warehouse import fetched, rows_of

GROUP, SOURCE, LINE = "组号", "来源文件", "源文件行号"


@dataclass(frozen=True)
class Tally:
    """How many items of a list a department has in one state; `department` is None where the rows do not say whose."""

    worklist: str
    department: str | None
    state: ItemState
    count: int


@dataclass(frozen=True)
class DueCount:
    """How many items of a list a department has whose last day is this one."""

    worklist: str
    department: str | None
    on: date
    count: int


@dataclass(frozen=True)
class WorklistDate:
    """The day a list was judged on, or the tables that have not come in; and the columns that say nothing of some rows."""

    as_of: date | None
    lacking: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    def unjudged(self, catalog: Catalog) -> str:
        """Why nobody can tell what belongs on the list, which is not the same as nothing; empty where everybody can."""
        if self.lacking:
            return f"缺少{'、'.join(catalog.tables[name].name for name in self.lacking)}"
        return "；".join(self.unknown)


@dataclass(frozen=True)
class WorklistItem(ShownRow):
    """One row of a list. `late` is the number of days since its last day, negative before it, None without a term."""

    state: ItemState
    due: str
    late: int | None
    department: str
    source: str
    line: int


def tallies(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> tuple[Tally, ...]:
    """All counts of a version; nothing for one that was built before there were worklists."""
    if not catalog.worklists:
        return ()
    query = "SELECT worklist, department, state, count(*) FROM worklist_item GROUP BY ALL ORDER BY ALL"
    return tuple(Tally(*row) for row in fetched(connection, query))


def due_counts(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> tuple[DueCount, ...]:
    """The items of all lists by their last day, as far as they have one."""
    if not catalog.worklists:
        return ()
    counted = "SELECT worklist, department, due_at::DATE, count(*) FROM worklist_item WHERE due_at IS NOT NULL"
    return tuple(DueCount(*row) for row in fetched(connection, f"{counted} GROUP BY ALL ORDER BY ALL"))


def worklist_dates(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> dict[str, WorklistDate]:
    """Every worklist's day, or what it lacks."""
    if not catalog.worklists:
        return {}
    query = f"SELECT worklist, as_of, lacking, unknown FROM {rows_of(connection, 'worklist_state')}"
    return {
        name: WorklistDate(as_of, tuple(filter(None, lacking.split(","))), tuple(unknown or ()))
        for name, as_of, lacking, unknown in fetched(connection, query)
    }


def unjudged_lists(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> dict[str, str]:
    """Worklist -> why nobody can tell what belongs on it; those that were judged are left out."""
    said = {name: day.unjudged(catalog) for name, day in worklist_dates(connection, catalog).items()}
    return {name: why for name, why in said.items() if why}


def counted(counts: Iterable[Tally], worklist: str, department: str = ALL_DEPARTMENTS) -> dict[ItemState, int]:
    """The number in each state of one list, for a department or the whole court; zeros included."""
    numbers: dict[ItemState, int] = dict.fromkeys(STATES, 0)
    for tally in counts:
        if tally.worklist == worklist and department in (ALL_DEPARTMENTS, tally.department):
            numbers[tally.state] += tally.count
    return numbers


def headers(catalog: Catalog, worklist: Worklist) -> tuple[str, ...]:
    """The Chinese headers of an item's cells."""
    table = catalog.tables[worklist.table]
    group = (GROUP,) if worklist.repeated else ()
    return (*group, *(table.header(column) for column in worklist.columns))


def items(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    worklist: Worklist,
    actor: Actor,
    department: str,
    *,
    limit: int,
    offset: int = 0,
    text: str = "",
) -> tuple[WorklistItem, ...]:
    """Rows of a list by due date, then as they stand in their files. Raises Forbidden for who may not see case lists.

    A department sees its own rows and must say so: the whole court's are for those who may see every department's. `text` is looked for in
    the cells that are shown, masked ones left out.
    """
    actor.require("evidence", None if department == ALL_DEPARTMENTS else department)
    table = catalog.tables[worklist.table]
    columns = "".join(f', t."{column}"' for column in worklist.columns)
    whose, values = "", [worklist.id]
    if department != ALL_DEPARTMENTS:
        whose, values = " AND i.department = ?", [worklist.id, department]
    if text:
        cells = ", ".join(
            table.type_of(column).text_sql(f't."{column}"', catalog.departments)
            for column in worklist.columns
            if column not in table.private and table.type_of(column) != BOOLEAN
        )
        whose += f" AND contains(lower(concat_ws('\t', i.state, {cells})), lower(?))"
        values.append(text)
    counted = [f't."{due.of}" IS NOT NULL' for due in worklist.due if due.working_days]
    order = "i.due_at NULLS LAST, i.group_no, _batch, _line"
    within = f' JOIN "{table.id}" t USING (_batch, _line)' if text else ""
    # Cut to the page before the table of cases is touched: a list may have more rows than anybody reads.
    page = f"SELECT i.* FROM worklist_item i{within} WHERE worklist = ?{whose} ORDER BY {order} LIMIT ? OFFSET ?"
    query = (
        f"SELECT i.state, i.due_at, {' OR '.join(counted) or 'false'}, s.as_of, i.department, b.record, _line, i.group_no{columns}"
        f' FROM ({page}) i JOIN worklist_state s USING (worklist) JOIN "{table.id}" t USING (_batch, _line)'
        f" LEFT JOIN batch b ON b.number = _batch ORDER BY {order}"
    )
    rows = fetched(connection, query, [*values, limit, offset])
    return tuple(_item(catalog, table, worklist, row) for row in rows)


def _item(catalog: Catalog, table: Table, worklist: Worklist, row: tuple[Any, ...]) -> WorklistItem:
    state, due_at, counted, as_of, department, record, line, group, *values = row
    shown = masked_cells(catalog, table, worklist.columns, values, table.private)
    return WorklistItem(
        state=state,
        due=_due_text(worklist, due_at, counted),
        late=None if due_at is None else (as_of - due_at.date()).days,
        department=catalog.departments[department].name if department else f"未登记{catalog.words.unit}",
        values=(group, *shown) if worklist.repeated else shown,
        source=json.loads(record)["file_name"] if record else "",
        line=line,
    )


def _due_text(worklist: Worklist, due_at: datetime | None, counted: bool) -> str:
    """The due date; where none is known, whether a day to count from is, in a year without an arrangement of working days."""
    if due_at is None:
        return "" if not worklist.dated else "期限不明（工作日历未覆盖）" if counted else "期限不明"
    return f"{due_at:%Y-%m-%d %H:%M}" if worklist.to_the_minute else f"{due_at:%Y-%m-%d}"
