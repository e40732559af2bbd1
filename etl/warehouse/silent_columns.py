"""Columns of which a batch says nothing, and the values, worklists and pages that must not be taken for known because of it.

A column is silent in a batch that lacks it, or that leaves it blank in every row in which it was to be filled in: what an
extract does not say is neither no nor zero. Whatever rests on such rows is withheld, with the reason; rows of other batches
still count.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import chain, count
from operator import or_

import duckdb
import ibis

from etl.duckdb_connection import insert_rows
from etl.engines.engine import Engine, fetch, loaded
from etl.intake.batches import Batch
from etl.warehouse import cut_dates
from etl.warehouse.corrections import Source
from etl.warehouse.tables import Gathered, as_they_are, calendar_of, create_schema, delivered, gathered, rows_gathered
from scorecard.calendar import workdays
from scorecard.calendar.period import StatisticalCalendar, month_label
from scorecard.catalog.conditions import Test
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.catalog.formulas import Term
from scorecard.queries import terms
from scorecard.queries.statements import Statement, statement
from scorecard.queries.terms import Expression, RowsExpression, as_date, located


@dataclass(frozen=True)
class Silence:
    """Batches, by number, whose rows (`only` those) say nothing of the same columns of a table; a sentence on each column."""

    table: Table
    reasons: Mapping[str, str]
    batches: tuple[int, ...]
    only: tuple[Test, ...] = ()

    @property
    def columns(self) -> AbstractSet[str]:
        return self.reasons.keys()


def write(engine: Engine, catalog: Catalog, batches: Sequence[Batch], as_of: Mapping[str, date]) -> None:
    """Fills batch_column, silent_column, silence and value_doubt (schema.sql), and withholds the values that rest on silent
    columns. Needs indicator_value and period.
    """
    connection = engine.connection
    create_schema(connection)
    # The table and number of every batch that still has rows in its table.
    held = [engine.result(statement(_used)(catalog.tables[name])) for name in as_of]
    used = set(connection.execute(" UNION ALL ".join(f"FROM {rows}" for rows in held)).fetchall()) if held else set()
    columns: list[tuple[object, ...]] = []
    for table in catalog.tables.values():
        own = [(number, batch) for number, batch in enumerate(batches, 1) if batch.table == table.id]
        if table.comes_as_file and (there := [source for source in own if (table.id, source[0]) in used]):
            columns += _columns_of(engine, table, there)
    insert_rows(connection, "batch_column", columns)
    typed = [number for number, batch in enumerate(batches, 1) if batch.typed]
    connection.execute(_TOGETHER, [typed])
    _write_reasons(connection, catalog, batches)
    for silence in silences(engine, catalog, batches):
        only = f"[{','.join(test.model_dump_json() for test in silence.only)}]"
        said = [list(silence.reasons), list(silence.reasons.values()), list(silence.batches)]
        connection.execute("INSERT INTO silence VALUES (?, ?, ?, ?, ?)", [silence.table.id, *said, only])
        _write_doubts(engine, catalog, silence, as_of)
    _withhold(connection)


# Rows of a register that were typed one by one are one extract of it: a column that one of them fills in is not silent.
_TOGETHER = """
UPDATE batch_column SET silent = false WHERE number IN (SELECT unnest($1)) AND (table_id, column_name) IN
    (SELECT (table_id, column_name) FROM batch_column WHERE number IN (SELECT unnest($1)) AND known > 0)
"""


def silences(engine: Engine, catalog: Catalog, batches: Sequence[Batch]) -> tuple[Silence, ...]:
    """The silent columns of every table by the batches that share them, from batch_column; then closing dates in doubt."""
    rows = engine.connection.execute(
        "SELECT table_id, columns, list(number ORDER BY number) FROM (SELECT table_id, number,"
        " list(column_name ORDER BY column_name) AS columns FROM batch_column WHERE silent GROUP BY ALL) GROUP BY ALL"
        " ORDER BY ALL"
    ).fetchall()
    sentences = reasons(engine.connection)
    silent = [
        Silence(catalog.tables[table], {column: sentences[table, column] for column in columns}, tuple(numbered))
        for table, columns, numbered in rows
    ]
    numbers = {(batch.table, batch.name): number for number, batch in enumerate(batches, 1)}
    doubtful: list[Silence] = []
    for day in cut_dates.doubtful_days(catalog, batches):
        number = numbers[day.table.id, day.batch.name]
        # What the batch says nothing of is unknown of these rows as well: both together may let a row count.
        also = (one.reasons for one in silent if one.table == day.table and number in one.batches)
        together = dict(chain.from_iterable(said.items() for said in also)) | {day.cut.date: day.sentence}
        on_the_day = Test(column=day.cut.date, operator="eq", value=day.day)
        open_still = Test(column=day.cut.missing, operator="known", value=False)
        doubtful.append(Silence(day.table, together, (number,), (on_the_day, open_still)))
    return (*silent, *doubtful, *_uncovered(engine, catalog, batches))


def _uncovered(engine: Engine, catalog: Catalog, batches: Sequence[Batch]) -> Iterator[Silence]:
    """Rows with both days, one of them in a year whose working days nobody knows: how many lie between is unknown of them."""
    last = calendar_of(batches).last
    names = loaded(engine)
    for table in catalog.tables.values():
        for name, derived in table.derived.items():
            if derived.working_days_between is None or table.id not in names:
                continue
            start, end = derived.working_days_between
            only = tuple(Test(column=one, operator="known", value=one != name) for one in (name, start, end))
            rows = located(table, table.id)
            last_day = as_date(rows[end])
            beyond = rows.filter(rows[name].isnull(), last_day >= as_date(rows[start]))
            found = fetch(engine, beyond.group_by("_batch").agg(rows=beyond.count(), year=last_day.year().max()))
            if found:
                numbers, counts, years = zip(*sorted(found), strict=True)
                sentence = (
                    f"{table.name}有 {sum(counts)} 行的日期超出工作日历（{workdays.FIRST}至{last}），无法计算“{derived.header}”；"
                    f"请在“登记”页的“工作日安排表”登记至{max(years)}年的放假安排"
                )
                yield Silence(table, {name: sentence}, tuple(numbers), only)


def reasons(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """(table, column) -> the sentence about a silent column, as the version being built says it."""
    rows = connection.execute("SELECT table_id, column_name, reason FROM silent_column").fetchall()
    return {(table, column): reason for table, column, reason in rows}


def _columns_of(engine: Engine, table: Table, sources: Sequence[Source]) -> Iterator[tuple[object, ...]]:
    """What each batch says of each column, as batch_column holds it."""
    if not as_they_are(sources):
        each = [delivered(engine, table, source).mutate(_batch=ibis.literal(source[0])) for source in sources]
        counted: Statement | RowsExpression = _counted(table, ibis.union(*each))
    else:
        counted = statement(_counted_of)(table, gathered(engine, table, sources))
    counts_of = {number: counts for number, *counts in fetch(engine, counted)}
    for number, batch in sources:
        lacking, (total, *counts) = batch.lacking(table), counts_of[number]
        if batch.corrects and lacking:  # it keeps what was known before of a column that it does not have
            rows = located(table, table.id)
            carried = rows.filter(rows["_batch"] == number).agg(
                **{name: rows[name].count() for name in sorted(lacking)}
            )
            kept = zip(sorted(lacking), fetch(engine, carried)[0], strict=True)
            lacking = frozenset(name for name, count in kept if not count)
        for name, filled, expected in zip(table.columns, counts, counts[len(table.columns) :], strict=False):
            blank = filled == 0 and bool(expected)
            yield number, table.id, name, name not in lacking, total, filled, name in lacking or blank


def _used(table: Table) -> RowsExpression:
    rows = located(table, table.id)
    return rows.select(_table=ibis.literal(table.id), _batch=rows["_batch"]).distinct()


def _counted_of(table: Table, gathered: Gathered) -> RowsExpression:
    return _counted(table, rows_gathered(table, gathered))


def _counted(table: Table, rows: RowsExpression) -> RowsExpression:
    """A row a batch: its number and rows, then of each column how many cells are known, and how many were to be."""
    amounts = {"total": rows.count()}
    amounts |= {f"known_{name}": rows[name].count() for name in table.columns}
    amounts |= {f"due_{name}": _due(table, name, rows).fill_null(0).cast("int64") for name in table.columns}
    return rows.group_by("_batch").agg(**amounts)


def _due(table: Table, name: str, rows: RowsExpression) -> Expression:
    """How many rows the contract asks to fill a column in: those its checks name, else all unless a blank means something."""
    rules = [check.required_when for check in table.checks if check.required_when is not None]
    asked: list[Expression] = [
        terms.matches(rows, rule.where)
        for rule in rules
        if rule.column == name and all(test.columns <= table.columns.keys() for test in rule.where)
    ]
    if asked:
        return reduce(or_, asked).ifelse(1, 0).sum()
    return rows.count() * int(not table.columns[name].blank_means)


def _write_reasons(connection: duckdb.DuckDBPyConnection, catalog: Catalog, batches: Sequence[Batch]) -> None:
    """The sentences: 2026年11月的审判案件表没有“是否上诉”一列."""
    silent = connection.execute(
        "SELECT table_id, column_name, delivered, list(DISTINCT number) FROM batch_column WHERE silent"
        " GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    sentences: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, column, there, numbers in silent:
        table = catalog.tables[name]
        when = month_list((batches[number - 1].as_of for number in numbers), catalog.court.months)
        header = table.header(column)
        what = f"“{header}”一列全部空白" if there else f"没有“{header}”一列"
        sentences[name, column].append(f"{when}的{table.name}{what}")
    insert_rows(connection, "silent_column", [(*key, "，".join(said)) for key, said in sentences.items()])


def month_list(days: Iterable[date], calendar: StatisticalCalendar) -> str:
    """The months of these days, runs of them joined: "2026年1月至3月、2026年5月"."""
    months = {calendar.month_of(day) for day in days}
    runs: list[str] = []
    for first in sorted(month for month in months if month - 1 not in months):
        last = next(month for month in count(first) if month + 1 not in months)
        ends = month_label(last) if first // 12 != last // 12 else f"{last % 12 + 1}月"
        runs.append(month_label(first) if first == last else f"{month_label(first)}至{ends}")
    return "、".join(runs)


def _write_doubts(engine: Engine, catalog: Catalog, silence: Silence, as_of: Mapping[str, date]) -> None:
    """A doubt for every value that some row of these batches may count in, if the silent columns decide whether it does."""
    table = silence.table
    # A dimension that says nothing leaves the whole court's values alone: only its parts rest on it.
    whose: set[str | None] = {
        name for name in (table.department, table.firm) if name and table.sources([name]) & silence.columns
    }
    for (term, cut), indicators in _terms(catalog, table, as_of).items():
        read = table.made_of(term.columns) & silence.columns
        if not read and not whose:
            continue
        said = (silence.columns, silence.batches, cut, catalog.court.months, silence.only)
        possible = engine.result(statement(terms.possible_rows)(table, term, *said))
        engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE possible AS FROM {possible}")
        counts_in = "last_month >= _first AND first_month <= _last"
        if term.stock is not None:
            counts_in = "last_month BETWEEN _first AND _last"
        # Of a silent dimension those parts of the court rest on it that it tells apart.
        parts = [
            (
                table.sources([name]),
                f"department <> '{ALL_DEPARTMENTS}'" if name == table.department else "scope = 'firm'",
            )
            for name in filter(None, whose)
        ]
        for columns, places in ((read, "true"), *parts):
            texts = sorted({silence.reasons[column] for column in columns})
            if texts:
                engine.connection.execute(
                    "INSERT INTO value_doubt SELECT DISTINCT indicator, grain, period, department, scope, reason"
                    " FROM indicator_value JOIN indicator_period USING (indicator, grain, period) JOIN period USING (grain, period)"
                    f" JOIN possible ON {counts_in} AND ({_may_belong(table, whose)})"
                    f" CROSS JOIN (SELECT unnest(?) AS reason) WHERE list_contains(?, definition) AND {places}",
                    [texts, indicators],
                )


def _terms(catalog: Catalog, table: Table, as_of: Mapping[str, date]) -> dict[tuple[Term, date], list[str]]:
    """Every different term over a table with the day it is cut at, and the definitions it goes into."""
    indicators: dict[tuple[Term, date], dict[str, None]] = defaultdict(dict)
    for indicator in catalog.definitions.values():
        if all(name in as_of for name in indicator.formula.tables):
            cut = min(as_of[name] for name in indicator.formula.tables)
            for term in indicator.formula.terms:
                if term.table == table.id:
                    indicators[term.model_copy(update={"minus": False}), cut][indicator.id] = None
    return {term: list(names) for term, names in indicators.items()}


def _may_belong(table: Table, whose: AbstractSet[str | None]) -> str:
    """SQL for a possible row that may belong to a value's department and scope."""
    department = "true" if table.department in whose else f"department IN ('{ALL_DEPARTMENTS}', {terms.DEPARTMENT})"
    firm = "true" if table.firm in whose else f"scope = 'all' OR {terms.FIRM}"
    return f"({department}) AND ({firm})"


def _withhold(connection: duckdb.DuckDBPyConnection) -> None:
    """Takes the numbers in doubt out of the waist: a reader of the table must not find them either."""
    keys = "indicator, grain, period, department, scope"
    doubted = f"WHERE ({keys}) IN (SELECT ({keys}) FROM value_doubt)"
    connection.execute(f"UPDATE indicator_part SET numerator = NULL, denominator = NULL, base = NULL {doubted}")
    connection.execute(
        f"UPDATE indicator_value SET numerator = NULL, denominator = NULL, base = NULL, value = NULL {doubted}"
    )
