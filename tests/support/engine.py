"""DuckDB as the build uses it, over rows a test gives: production's own derive and compute, nothing imitated."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa

from etl.duckdb_connection import calendar_days, open_build
from etl.engines.engine import DuckDBEngine, Engine, named
from etl.warehouse import rollup, silent_columns
from etl.warehouse.tables import newest
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.queries.derived_columns import CALENDAR, derive
from tests.support.naive import Key, Row as NaiveRow, Rows, Value

_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "case_no": pa.string(),
    "credit_code": pa.string(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "code": pa.string(),
    "department": pa.string(),
    "indicator_name": pa.string(),
}


@contextmanager
def built(
    catalog: Catalog,
    indicators: list[Indicator],
    rows: Rows,
    as_of: Mapping[str, date],
    engine_over: Callable[[duckdb.DuckDBPyConnection], Engine] = DuckDBEngine,
) -> Generator[duckdb.DuckDBPyConnection]:
    """An in-memory warehouse with the tables, their derived columns and `indicator_value`."""
    connection = open_build(None)
    try:
        engine = engine_over(connection)
        engine.source(CALENDAR, calendar_days())
        for name, kept in rows.items():
            table, given = catalog.tables[name], _arrow(catalog.tables[name], kept)
            engine.source(f"given_{name}", given)
            engine.load(table, derive(table, newest(table, [(1, named(f"given_{name}", given))])))
        rollup.compute(engine, catalog, as_of, indicators)
        silent_columns.write(engine, catalog, (), as_of)
        yield connection
    finally:
        connection.close()


def _arrow(table: Table, rows: list[NaiveRow]) -> pa.Table:
    arrays = {
        name: pa.array([row.get(name) for row in rows], type=_ARROW.get(column.type.name, pa.string()))
        for name, column in table.columns.items()
    }
    return pa.table({**arrays, "_line": pa.array(range(2, len(rows) + 2), type=pa.int64())})


def values(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> dict[Key, tuple[Value, float | None]]:
    """Every row of `indicator_value` of one indicator, with the rounded value that charts draw.

    `exact` is left out here: it is what scorecard.store.warehouse makes of the halves.
    """
    stages: dict[Key, list[tuple[str, Decimal, Decimal]]] = {}
    for *key, name, top, bottom in connection.execute(
        "SELECT grain, period, department, scope, name, numerator, denominator FROM indicator_part"
        " WHERE indicator = ? AND name <> '' ORDER BY part",
        [indicator.id],
    ).fetchall():
        stages.setdefault(tuple(key), []).append((name, top or Decimal(0), bottom or Decimal(0)))
    values: dict[Key, tuple[Value, float | None]] = {}
    for *key, numerator, denominator, base, value, state, unknown in connection.execute(
        "SELECT grain, period, department, scope, numerator, denominator, base, value, state, unknown FROM indicator_value"
        " WHERE indicator = ?",
        [indicator.id],
    ).fetchall():
        parts = tuple(stages.get(tuple(key), ()))
        assert tuple(key) not in values, f"{indicator.id} {key} twice"
        values[tuple(key)] = Value(numerator, denominator, base, None, state, parts, unknown), value
    return values
