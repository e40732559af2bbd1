"""The tables of the warehouse, loaded from batches: the newest row of each key, with derived columns and its source line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from etl.duckdb_connection import load_calendar
from etl.intake.accept import read_seed_table
from etl.intake.batch_notes import RowRuling
from etl.intake.batches import Batch
from etl.warehouse import cut_dates
from etl.warehouse.corrections import corrected_sources
from etl.warehouse.work_calendar import calendar_of
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.queries.derived_columns import derive
from scorecard.queries.row_days import department_columns, department_sql, own_day_sql
from scorecard.queries.terms import sql
from scorecard.records.rows import SEED_BATCH
from scorecard.storage.sql_text import quoted

GONE: RowRuling = "源头已撤销"
_SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")


def create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables of a version that are not there yet (schema.sql)."""
    connection.execute(_SCHEMA)


def load(connection: duckdb.DuckDBPyConnection, catalog: Catalog, batches: Sequence[Batch]) -> Mapping[str, date]:
    """Creates every table that has rows; the result is 数据截至 of each table that comes from extracts.

    `batches` in their order: rows of a later one replace rows with the same key of earlier ones. What a correction says
    of rows that later ones repeat: etl/warehouse/corrections.py.
    """
    load_calendar(connection, calendar_of(batches))
    as_of: dict[str, date] = {}
    numbered = list(enumerate(batches, 1))
    for table in catalog.tables.values():
        own = [(number, batch) for number, batch in numbered if batch.table == table.id]
        if table.replaces == "all":
            own = own[-1:]
        sources = corrected_sources(connection, table, own, partial(_rows_of_their_day, catalog))
        sources = list(_still_there(table, sources, own))[::-1]
        if table.seed:
            connection.register("seed_rows", read_seed_table(catalog.files[table.seed], table, catalog))
            columns = ", ".join(f'"{column}"' for column in table.columns)
            sources.insert(0, (SEED_BATCH, f"SELECT {columns}, _line FROM seed_rows"))
        if sources:
            _create(connection, table, sources)
        if own and not table.seed:
            as_of[table.id] = max(batch.as_of for _, batch in own)
    return as_of


def row_id(table: Table) -> str:
    """SQL for what names a row in a ruling: a digest of its key, which may name people."""
    cells = ", ".join(f"""coalesce("{name}"::VARCHAR, '')""" for name in table.key)
    return f"md5(concat_ws(chr(31), {cells}))"


def _still_there(
    table: Table, sources: list[tuple[int, str]], batches: Sequence[tuple[int, Batch]]
) -> Iterator[tuple[int, str]]:
    """The sources from the last to the first, without the rows that an officer says were withdrawn since.

    A ruling is about the batches before the one that no longer holds the row, and gives way to a nearer one: a row that
    comes back counts again.
    """
    standing: dict[str, str] = {}
    for (number, rows), (_, batch) in zip(reversed(sources), reversed(batches), strict=True):
        standing |= dict(batch.rulings)
        gone = ", ".join(quoted(row) for row, act in standing.items() if act == GONE)
        yield number, f"SELECT * FROM ({rows}) WHERE {row_id(table)} NOT IN ({gone})" if gone else rows


def _rows_of_their_day(catalog: Catalog, table: Table, batch: Batch) -> str:
    """The batch as a query, each row under the department of its own day (scorecard/queries/row_days.py)."""
    rows, named = parquet_rows(table, batch), department_columns(table)
    if not named or not catalog.department_turns:
        return rows
    day = own_day_sql(table, batch.as_of)
    moved = ", ".join(f'{department_sql(catalog, name, day)} AS "{name}"' for name in named)
    return f"SELECT * REPLACE ({moved}) FROM ({rows})"


def parquet_rows(table: Table, batch: Batch) -> str:
    """The batch as a query with exactly the contract's columns; a column that the batch lacks is unknown."""
    delivered = set(pq.read_schema(batch.path).names) - batch.lacking(table)
    columns = ", ".join(
        f'{_cell(name, column, name in delivered)}::{column.type.sql} AS "{name}"'
        for name, column in table.columns.items()
    )
    rows = f"SELECT {columns}, _line FROM read_parquet({quoted(str(batch.path))})"
    return rows if not batch.rulings else cut_dates.ruled_rows(table, batch, rows)


def _cell(name: str, column: Column, delivered: bool) -> str:
    """SQL for a cell: unknown where the file lacks the column; what a blank stands for, where the contract declares it."""
    if not delivered:
        return "NULL"
    blank = column.blank_value
    if blank is None:
        return f'"{name}"'
    return f'coalesce("{name}", {quoted(blank) if isinstance(blank, str) else blank})'


def _create(connection: duckdb.DuckDBPyConnection, table: Table, sources: list[tuple[int, str]]) -> None:
    """Creates the table: the newest source whole, then from each older one the rows whose key is not there yet."""
    derived = sql(derive(table, "arriving"))
    keys = ", ".join(f'"{column}"' for column in table.key)
    for step, (number, rows) in enumerate(reversed(sources)):
        newer = f' ANTI JOIN "{table.id}" USING ({keys})' if step else ""
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW arriving AS SELECT *, {number}::INTEGER AS _batch FROM ({rows}){newer}"
        )
        head = f'INSERT INTO "{table.id}"' if step else f'CREATE TABLE "{table.id}" AS'
        connection.execute(f"{head} {derived}")
    connection.execute("DROP VIEW arriving")
