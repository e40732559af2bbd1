"""The worklists of a version, computed when it is built: the rows on each list, their department and due date.

Table `worklist_item` points at rows by batch and line, so that a page reads a few pointers and never searches a table of
cases; `worklist_state` holds the day by which each list was judged, or the tables it lacks, and what it cannot tell because
a column that it reads is silent. A list that lacks a table has no items, which is not the same as an empty list.
"""

from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from datetime import date, timedelta
from functools import reduce
from operator import or_

import ibis

from etl.duckdb_connection import insert_rows
from etl.engines.engine import Engine, fetch
from etl.intake.batches import Batch
from etl.warehouse.silent_columns import Silence, silences
from etl.warehouse.tables import create_schema
from scorecard.catalog.conditions import Test
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.worklists import Deadline, Without, Worklist
from scorecard.queries.derived_columns import CALENDAR
from scorecard.queries.statements import Statement, statement
from scorecard.queries.terms import Expression, RowsExpression, as_date, later, located, matches, unbound

Heirs = Mapping[str, str]
_ITEM = "worklist, department, due_at, state, group_no, _batch, _line"


def write(engine: Engine, catalog: Catalog, as_of: Mapping[str, date], batches: Sequence[Batch] = ()) -> None:
    """Writes both tables for every worklist of the catalogue."""
    connection = engine.connection
    create_schema(connection)
    silent, told, items = silences(engine, catalog, batches), list[tuple[object, ...]](), list[Statement]()
    for worklist in catalog.worklists.values():
        lacking = [name for name in worklist.tables if name not in as_of]
        cut = None if lacking else min(as_of[name] for name in worklist.tables)
        sources = [] if cut is None else [catalog.worklists[name] for name in worklist.gathers] or [worklist]
        unknown = [what for one in sources if cut for what in _unknown(engine, catalog, one, cut, silent)]
        told.append((worklist.id, cut, ",".join(lacking), list(dict.fromkeys(unknown))))
        for one in sources:
            assert cut is not None
            items.append(_declared(catalog, worklist, one, cut))
    insert_rows(connection, "worklist_state", told)
    if items:
        connection.execute(f"INSERT INTO worklist_item ({_ITEM}) SELECT {_ITEM} FROM {engine.united(items)}")


def _declared(catalog: Catalog, worklist: Worklist, source: Worklist, cut: date) -> Statement:
    """The items of a list that come from `source`: the list itself, or one that it gathers what is due from."""
    without = source.without
    other = None if without is None else catalog.tables[without.table]
    given = (source, catalog.tables[source.table], other, _heirs(catalog, source, cut), cut)
    if not worklist.gathers:
        return statement(_items)(*given)
    months = catalog.court.months
    return statement(_due_this_month)(worklist.id, *given, months.month_end(months.month_of(cut + timedelta(1))))


def _unknown(engine: Engine, catalog: Catalog, worklist: Worklist, cut: date, silent: Iterable[Silence]) -> list[str]:
    """The sentences on silent columns that decide whether some row belongs on the list, or when it is due."""
    sentences: list[str] = []
    for silence in silent:
        table = silence.table
        read = table.made_of(_read(worklist, table.id)) & silence.columns
        if read and table.id == worklist.table:
            rows = located(table, table.id)
            wanted = _wanted(rows, worklist, ibis.date(str(cut)), table.resting_on(silence.columns))
            possible = rows.filter(wanted, rows["_batch"].isin(silence.batches), matches(rows, silence.only)).limit(1)
            if not fetch(engine, possible):
                continue
        sentences += [silence.reasons[column] for column in sorted(read)]
    return sentences


def _read(worklist: Worklist, table: str) -> set[str]:
    """Every column of a table that decides about an item."""
    without = worklist.without
    other = without if without is not None and without.table == table else None
    read = {other.match, *(name for test in other.where for name in test.columns)} if other is not None else set[str]()
    if table == worklist.table:
        tests = (*worklist.where, *worklist.unless, *(test for tests in worklist.one_of for test in tests))
        read |= {name for test in tests for name in test.columns} | {due.of for due in worklist.due}
        read |= {worklist.stock.start, worklist.stock.until} if worklist.stock is not None else set()
        read |= {worklist.repeated.column} if worklist.repeated is not None else set()
        read |= {worklist.department} if worklist.department is not None else set()
        read |= {without.match} if without is not None else set()
    return read


def _items(worklist: Worklist, table: Table, other: Table | None, heirs: Heirs, cut: date) -> RowsExpression:
    """One row per item, the columns of `worklist_item`."""
    day = ibis.date(cut)
    rows = located(table, table.id)
    rows = rows.filter(_wanted(rows, worklist, day))
    if worklist.without is not None and other is not None:
        rows = _unsettled(rows, other, worklist.without, day)
    if worklist.repeated is not None:
        column = worklist.repeated.column
        rows = rows.filter(rows[column].notnull())
        rows = rows.mutate(_times=rows.count().over(ibis.window(group_by=column)))
        rows = rows.filter(rows["_times"] >= worklist.repeated.at_least)
        rows = rows.mutate(group_no=ibis.dense_rank().over(ibis.window(order_by=column)) + 1)
    else:
        rows = rows.mutate(group_no=ibis.null("int64"))
    rows = _with_due(rows, worklist)
    if worklist.from_warning:
        near = as_date(rows["due_at"]) <= day + ibis.interval(days=worklist.warn_days)
        rows = rows.filter(rows["due_at"].isnull() | near)
    return rows.select(
        "due_at",
        "group_no",
        "_batch",
        "_line",
        worklist=ibis.literal(worklist.id),
        department=_answering(rows, worklist, heirs),
        state=_state(rows["due_at"], worklist, day),
    )


def _due_this_month(
    name: str, source: Worklist, table: Table, other: Table | None, heirs: Heirs, cut: date, last: date
) -> RowsExpression:
    """The rows of another list that fall due from the cut to the end of the month in which the day after it lies."""
    rows = _items(source.model_copy(update={"from_warning": False}), table, other, heirs, cut)
    due = as_date(rows["due_at"])
    rows = rows.filter((due >= ibis.date(cut)) & (due <= ibis.date(last)))
    return rows.mutate(worklist=ibis.literal(name), state=ibis.literal("临期"))


def _heirs(catalog: Catalog, worklist: Worklist, cut: date) -> Heirs:
    """Department -> who answers for its rows when the list is judged: what one left behind is its successor's to do."""
    if worklist.department is None:
        return {"": catalog.department_on(worklist.departments[0], cut)}
    return {one: heir for one in catalog.departments if (heir := catalog.department_on(one, cut)) != one}


def _answering(rows: RowsExpression, worklist: Worklist, heirs: Heirs) -> Expression:
    """Whose row it is: of a list without a column for it, the one that answers for all."""
    if worklist.department is None:
        return ibis.literal(heirs[""])
    named = rows[worklist.department]
    turned = [(named == one, ibis.literal(heir)) for one, heir in heirs.items()]
    return ibis.cases(*turned, else_=named) if turned else named


def _wanted(
    rows: RowsExpression, worklist: Worklist, day: Expression, silent: AbstractSet[str] = frozenset()
) -> Expression:
    """Conditions, and being in the stock at the end of the day where the list is one of open matters.

    With `silent` columns, which rows could be wanted: a test on one of them rules no row out.
    """

    def possible(tests: tuple[Test, ...]) -> Expression:
        return matches(rows, tuple(test for test in tests if not (test.columns & silent)))

    wanted = possible(worklist.where)
    if worklist.one_of:
        wanted &= reduce(or_, [possible(tests) for tests in worklist.one_of])
    if worklist.unless and not any(test.columns & silent for test in worklist.unless):
        wanted &= ~matches(rows, worklist.unless).fill_null(False)
    stock = worklist.stock
    if stock is not None and stock.start not in silent:
        wanted &= as_date(rows[stock.start]) <= day
    if stock is not None and stock.until not in silent:
        left = as_date(rows[stock.until])
        wanted &= left.isnull() | (left > day)
    return wanted


def _unsettled(rows: RowsExpression, table: Table, without: Without, day: Expression) -> RowsExpression:
    """Rows that no row of the other table settles."""
    other = unbound(table, table.id, derived=True)
    settled = other.filter(matches(other, without.where))
    settled = settled.select(settled[without.match].name("_settled")).distinct()
    return rows.anti_join(settled, rows[without.match] == settled["_settled"])


def _with_due(rows: RowsExpression, worklist: Worklist) -> RowsExpression:
    """The rows with `due_at`: the first term whose column is known; unknown where none is."""
    names: list[str] = []
    for number, due in enumerate(worklist.due):
        names.append(f"_due_{number}")
        if due.working_days:
            rows = _after_working_days(rows, due, names[-1])
        else:  # terms in hours run from the moment, all others from the day
            start = rows[due.of] if due.hours else as_date(rows[due.of])
            rows = rows.mutate(later(start, due).name(names[-1]))
    moments = [rows[name].cast("timestamp") for name in names]
    return rows.mutate(due_at=ibis.coalesce(*moments) if moments else ibis.null("timestamp"))


def _after_working_days(rows: RowsExpression, due: Deadline, name: str) -> RowsExpression:
    """The n-th working day after the start; unknown beyond the years the State Council has arranged."""
    calendar = ibis.table({"day": "date", "ordinal": "int64"}, name=CALENDAR)
    starts = calendar.select(calendar.day.name("_from"), calendar.ordinal.name("_ordinal"))
    ends = calendar.group_by(_reached=calendar.ordinal).agg(calendar.day.min().name(name))
    rows = rows.left_join(starts, as_date(rows[due.of]) == starts["_from"])
    rows = rows.mutate(_wanted_ordinal=rows["_ordinal"] + due.working_days)
    rows = rows.left_join(ends, rows["_wanted_ordinal"] == ends["_reached"])
    return rows.drop("_from", "_ordinal", "_wanted_ordinal", "_reached")


def _state(due: Expression, worklist: Worklist, day: Expression) -> Expression:
    """The states as the head of scorecard/catalog/worklists.py says them, over all rows at once."""
    if not worklist.due:
        return ibis.literal("在列")
    last = as_date(due)
    return ibis.cases(
        (due.isnull(), "期限不明"),
        (last < day, "超期"),
        (last <= day + ibis.interval(days=worklist.warn_days), "临期"),
        else_="未到期",
    )
