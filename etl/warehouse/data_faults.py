"""Faults in the data for which an indicator must not be judged; they are part of the version."""

from collections.abc import Iterator

from etl.engines.engine import Engine, fetch, loaded
from etl.warehouse.tables import create_schema
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.queries.terms import unbound


def write(engine: Engine, catalog: Catalog) -> None:
    """Fills table_fault and indicator_doubt (schema.sql).

    From failed balances; a fault concerns the indicators that read its columns.
    Doubts that depend on the day of reading or on the court's limits are judged in scorecard.assessment.data_quality.
    """
    connection, names = engine.connection, loaded(engine)
    create_schema(connection)
    for table in catalog.tables.values():
        if table.id in names:
            for columns, reason in _balance(engine, table):
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


def _balance(engine: Engine, table: Table) -> Iterator[tuple[frozenset[str], str]]:
    """期初 + 新收 − 结案 = 期末: rows that end without a start, or before it, break the identity."""
    if table.stock is None:
        return
    start, until = table.stock.start, table.stock.until
    rows = unbound(table, table.id, derived=True)
    entered, left = rows[start], rows[until]
    counted = rows.agg(
        expected=entered.count() - left.count(),
        pending=(entered.notnull() & left.isnull()).ifelse(1, 0).sum().fill_null(0),
        reversed_rows=(left < entered).ifelse(1, 0).sum().fill_null(0),
    )
    expected, pending, reversed_rows = fetch(engine, counted)[0]
    if expected != pending or reversed_rows:
        gap, came, went = abs(expected - pending) + reversed_rows, table.header(start), table.header(until)
        reason = f"{table.name}收结存不平：期初+新收−结案与期末相差 {gap} 件（{went}早于{came}，或有{went}而无{came}）"
        yield frozenset((start, until)), reason
