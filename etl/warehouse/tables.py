"""The tables of the warehouse, loaded from batches: the newest row of each key, with derived columns and its source line."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from datetime import date
from functools import partial, reduce
from operator import and_
from pathlib import Path

import duckdb
import ibis
import pyarrow.parquet as pq

from etl.duckdb_connection import calendar_days
from etl.engines.engine import Engine, Types, file_types, loaded, named
from etl.intake.accept import read_seed_table
from etl.intake.batch_notes import RowRuling, withdrawn
from etl.intake.batches import Batch, list_batches, survey_batches
from etl.warehouse import cut_dates
from etl.warehouse.corrections import Source, corrected_sources
from etl.warehouse.increment import forget, renew
from scorecard.calendar.workdays import WorkCalendar
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.queries.derived_columns import CALENDAR, derive
from scorecard.queries.row_days import department_columns, department_on_day, own_day
from scorecard.queries.statements import statement
from scorecard.queries.terms import Expression, RowsExpression, sql
from scorecard.records.rows import SEED_BATCH
from scorecard.records.work_calendar import TABLE as WORK_CALENDAR, from_rows
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted

GONE: RowRuling = "源头已撤销"
_SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")


def create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables of a version that are not there yet (schema.sql)."""
    connection.execute(_SCHEMA)


def calendar_of(batches: Iterable[Batch]) -> WorkCalendar:
    """The calendar by these batches in their order: of one day the later one counts."""
    rows = [row for batch in batches if batch.table == WORK_CALENDAR for row in pq.read_table(batch.path).to_pylist()]
    return WorkCalendar({day.day: day for day in from_rows(rows)})


def next_year_lacks(data: DataDir, today: date) -> tuple[str, ...]:
    """The holidays of next year that neither the package nor an accepted notice arranges; empty when it is covered."""
    return current_calendar(data).lacking(today.year + 1)


def current_calendar(data: DataDir) -> WorkCalendar:
    """The calendar of the next version: by the notices among the batches that it will be built from."""
    whole, damaged = survey_batches(data)
    sample, gone = not damaged and all(batch.sample for batch in whole), withdrawn(data)
    notices = list_batches(data, WORK_CALENDAR)  # a damaged batch of another table says nothing of days
    return calendar_of(batch for batch in notices if batch.sample == sample and (WORK_CALENDAR, batch.name) not in gone)


def load(engine: Engine, catalog: Catalog, batches: Sequence[Batch], known: int = 0) -> Mapping[str, date]:
    """Creates every table that has rows; the result is 数据截至 of each table that comes from extracts.

    `batches` in their order: rows of a later one replace rows with the same key of earlier ones. What a correction says
    of rows that later ones repeat: etl/warehouse/corrections.py. The tables of the first `known` batches are there already.
    """
    engine.source(CALENDAR, calendar_days(calendar_of(batches)))
    as_of: dict[str, date] = {}
    numbered = list(enumerate(batches, 1))
    there = loaded(engine) if known else ()
    for table in catalog.tables.values():
        own = [(number, batch) for number, batch in numbered if batch.table == table.id]
        if table.replaces == "all":
            own = own[-1:]
        if own and not table.seed:
            as_of[table.id] = max(batch.as_of for _, batch in own)
        later = [source for source in own if source[0] > known]
        if table.id in there and not later:
            continue
        as_it_lies = as_they_are(own) and not (catalog.department_turns and department_columns(table))
        sources: list[tuple[int, RowsExpression]] = []
        if table.seed:
            seeded = read_seed_table(catalog.files[table.seed], table, catalog)
            engine.source(f"seed_{table.id}", seeded)
            rows = named(f"seed_{table.id}", seeded)
            sources.append((SEED_BATCH, rows.select(*table.columns, "_line")))
        within = tuple(catalog.within.items()) if table.counts_departments else ()
        if own and not sources and as_it_lies and table.id in there and table.key and not within:
            renew(engine, table, statement(_loaded)(table, gathered(engine, table, later), len(later) > 1, within))
            continue
        if table.id in there:
            forget(engine, table)
        if own and not sources and as_it_lies:
            engine.load(table, statement(_loaded)(table, gathered(engine, table, own), len(own) > 1, within))
        elif own or sources:
            corrected = corrected_sources(table, own, partial(_rows_of_their_day, engine, catalog, table))
            sources += list(_still_there(table, corrected, own))[::-1]
            engine.load(table, derive(table, _counted(table, newest(table, sources), within)))
    return as_of


Gathered = tuple[tuple[str, Types, frozenset[str]], ...]


def as_they_are(sources: Sequence[Source]) -> bool:
    """Whether the rows of these batches count as they lie: none is a correction, and nobody has ruled on a row or a day."""
    return not any(batch.corrects or batch.rulings for _, batch in sources)


def gathered(engine: Engine, table: Table, sources: Sequence[Source]) -> Gathered:
    """The batches by what their files hold, each sort under one name: its types, and the columns that the extracts lacked.

    So what is asked of three years of months is as short as of one, and the same statement from month to month.
    """
    alike: dict[tuple[Types, frozenset[str]], list[tuple[int, Path]]] = defaultdict(list)
    for number, batch in sources:
        alike[file_types(batch.path), batch.lacking(table)].append((number, batch.path))
    found: list[tuple[str, Types, frozenset[str]]] = []
    for place, ((types, lacking), files) in enumerate(alike.items()):
        engine.gather(name := f"{table.id}_batches_{place}", files, [column for column, _ in types])
        found.append((name, types, lacking))
    return tuple(found)


def rows_gathered(table: Table, gathered: Gathered) -> RowsExpression:
    """All their rows: the contract's columns, `_batch` and `_line`; a column that a batch lacks is unknown."""
    return ibis.union(
        *(
            _of_contract(table, ibis.table({**dict(types), "_batch": "int32"}, name=name), lacking, ("_batch", "_line"))
            for name, types, lacking in gathered
        )
    )


Within = tuple[tuple[str, str], ...]  # departments, each with the court that its rows count for


def _loaded(table: Table, gathered: Gathered, several: bool, within: Within) -> RowsExpression:
    rows = rows_gathered(table, gathered)
    return derive(table, _counted(table, _newest(table, rows) if several else rows, within))


def _counted(table: Table, rows: RowsExpression, within: Within) -> RowsExpression:
    if table.department is None or not within:
        return rows
    named = rows[table.department]
    return rows.mutate(**{table.department: ibis.cases(*((named == one, court) for one, court in within), else_=named)})


def row_id(table: Table, rows: RowsExpression) -> Expression:
    """What names a row in a ruling: a digest of its key, which may name people."""
    separator: Expression = ibis.literal(chr(31))
    return _md5(separator.join([rows[name].cast("string").fill_null("") for name in table.key]))


@ibis.udf.scalar.builtin(name="md5")
def _md5(text: str) -> str: ...


def _still_there(
    table: Table, sources: Sequence[tuple[int, RowsExpression]], batches: Sequence[Source]
) -> Iterator[tuple[int, RowsExpression]]:
    """The sources from the last to the first, without the rows that an officer says were withdrawn since.

    A ruling is about the batches before the one that no longer holds the row, and gives way to a nearer one: a row that
    comes back counts again.
    """
    standing: dict[str, str] = {}
    for (number, rows), (_, batch) in zip(reversed(sources), reversed(batches), strict=True):
        standing |= dict(batch.rulings)
        gone = [row for row, act in standing.items() if act == GONE]
        yield number, rows.filter(~row_id(table, rows).isin(gone)) if gone else rows


def _rows_of_their_day(engine: Engine, catalog: Catalog, table: Table, source: Source) -> RowsExpression:
    """The batch, each row under the department of its own day (scorecard/queries/row_days.py)."""
    _, batch = source
    rows, moved = delivered(engine, table, source), department_columns(table)
    if not moved or not catalog.department_turns:
        return rows
    day = own_day(table, rows, batch.as_of)
    return rows.mutate(**{name: department_on_day(catalog, rows[name], day) for name in moved})


def delivered(engine: Engine, table: Table, source: Source) -> RowsExpression:
    """The rows of a batch: exactly the contract's columns; a column that the batch lacks is unknown."""
    number, batch = source
    engine.source(name := f"batch_{number}", batch.path)
    rows = _of_contract(table, named(name, batch.path), batch.lacking(table))
    return cut_dates.ruled_rows(table, batch, rows)


def parquet_rows(table: Table, batch: Batch) -> str:
    """The same as SQL, for reading a batch beside a version."""
    whole = _of_contract(table, named("batch", batch.path), batch.lacking(table))
    rows = sql(cut_dates.ruled_rows(table, batch, whole))
    return f"WITH batch AS NOT MATERIALIZED (FROM read_parquet({quoted(str(batch.path))})) SELECT * FROM ({rows})"


def _of_contract(
    table: Table, rows: RowsExpression, lacking: AbstractSet[str], beside: Sequence[str] = ("_line",)
) -> RowsExpression:
    there = set(rows.columns) - lacking
    cells: dict[str, Expression] = {}
    for column, declared in table.columns.items():
        cell: Expression = rows[column] if column in there else ibis.null(declared.type.ibis)
        if column in there and declared.blank_value is not None:  # what a blank stands for, where the contract says so
            cell = cell.fill_null(declared.blank_value)
        cells[column] = cell.cast(declared.type.ibis)
    return rows.select(**cells, **{name: rows[name] for name in beside})


def newest(table: Table, sources: Sequence[tuple[int, RowsExpression]]) -> RowsExpression:
    """Of each key the rows of the last source that has it, with its number; `sources` in their order."""
    placed = [
        rows.select(*table.columns, _batch=ibis.literal(number, "int32"), _line=rows["_line"])
        for number, rows in sources
    ]
    return placed[0] if len(placed) == 1 else _newest(table, ibis.union(*placed))


def _newest(table: Table, rows: RowsExpression) -> RowsExpression:
    # A row that lacks part of its key is no newer state of any other.
    whole = reduce(and_, [rows[name].notnull() for name in table.key])
    last = rows.filter(whole).group_by(table.key).agg(_batch=rows["_batch"].max())
    kept = rows.semi_join(last, [*table.key, "_batch"])
    blank = any(not table.columns[name].required for name in table.key)
    return ibis.union(kept, rows.filter(~whole)) if blank else kept
