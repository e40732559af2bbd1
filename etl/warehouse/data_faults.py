"""Faults in the data for which an indicator must not be judged; they are part of the version."""

from collections.abc import Iterator

import duckdb

from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog


def write(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Creates table_fault(table_id, reason) and indicator_doubt(indicator, reason).

    From failed balances; a fault concerns the indicators that read its columns.
    Doubts that depend on the day of reading or on the court's limits are judged in scorecard.assessment.data_quality.
    """
    connection.execute("CREATE TABLE table_fault (table_id VARCHAR, reason VARCHAR)")
    connection.execute("CREATE TABLE indicator_doubt (indicator VARCHAR, reason VARCHAR)")
    names = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table in catalog.tables.values():
        if table.id in names:
            for columns, reason in _balance(connection, table):
                connection.execute("INSERT INTO table_fault VALUES (?, ?)", [table.id, reason])
                touched = [
                    [indicator.id, reason]
                    for indicator in catalog.indicators.values()
                    if any(term.table == table.id and term.columns & columns for term in indicator.formula.terms)
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
        gap = abs(expected - pending) + reversed_rows
        yield (
            frozenset((start, until)),
            f"{table.name}收结存不平：期初+新收−结案与期末相差 {gap} 件（{table.header(until)}早于{table.header(start)}，"
            f"或有{table.header(until)}而无{table.header(start)}）",
        )
