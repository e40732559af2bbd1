"""Faults in the data for which an indicator must not be judged; they are part of the version."""

from collections.abc import Iterator

import duckdb

from etl.warehouse.tables import create_schema
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog


def write(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Fills table_fault and indicator_doubt (schema.sql).

    From failed balances; a fault concerns the indicators that read its columns.
    Doubts that depend on the day of reading or on the court's limits are judged in scorecard.assessment.data_quality.
    """
    create_schema(connection)
    names = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table in catalog.tables.values():
        if table.id in names:
            for columns, reason in _balance(connection, table):
                connection.execute("INSERT INTO table_fault VALUES (?, ?)", [table.id, reason])
                touched = [
                    [name, reason]
                    for indicator in catalog.indicators.values()
                    for definition in indicator.definitions
                    if any(term.table == table.id and term.columns & columns for term in definition.formula.terms)
                    for name in dict.fromkeys((indicator.id, definition.id))
                ]
                if touched:
                    connection.executemany("INSERT INTO indicator_doubt VALUES (?, ?)", touched)


def _balance(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[tuple[frozenset[str], str]]:
    """期初 + 新收 − 结案 = 期末: rows that end without a start, or before it, break the identity."""
    if table.stock is None:
        return
    start, until = table.stock.start, table.stock.until
    expected, pending, reversed_rows = connection.execute(
        f'SELECT count("{start}") - count("{until}"), count(*) FILTER ("{start}" IS NOT NULL AND "{until}" IS NULL),'
        f' count(*) FILTER ("{until}" < "{start}") FROM "{table.id}"'
    ).fetchall()[0]
    if expected != pending or reversed_rows:
        gap, entered, left = abs(expected - pending) + reversed_rows, table.header(start), table.header(until)
        reason = (
            f"{table.name}收结存不平：期初+新收−结案与期末相差 {gap} 件（{left}早于{entered}，或有{left}而无{entered}）"
        )
        yield frozenset((start, until)), reason
