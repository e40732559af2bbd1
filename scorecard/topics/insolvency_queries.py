"""Queries for 办理破产: cases, transfers and administrators as they stood on the last day of a slice.

They count the same cases as the indicators: 破 of this court (no 强清, none accepted by another court).
"""

from duckdb import DuckDBPyConnection

from scorecard.catalog.definitions import Catalog
from scorecard.topics.insolvency import Administrator, Case, Transfers
from scorecard.topics.slices import Slice, counts_in_order, fetch_rows, needed

NEEDED = needed("bankruptcies", "transfers", "administrators")


def cases(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Case, ...]:
    """All cases accepted by the last day of the slice, in the order of acceptance, as they stood then."""
    return tuple(Case(*row) for row in fetch_rows(connection, catalog, chosen, "bankruptcies"))


def transfers(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Transfers:
    """执转破 transferred in the slice: accepted by which court, refused how, not yet decided."""
    rows = fetch_rows(connection, catalog, chosen, "transfers")
    results = catalog.tables["bankruptcies"].columns["review_result"].values
    refused = [word for word in (*results, "结果未填") if word != "受理"]
    courts = [*catalog.tables["bankruptcies"].columns["accepting_court"].values, "法院未填"]
    return Transfers(
        referred=sum(count for _, _, count in rows),
        accepted=counts_in_order(courts, [(court, count) for result, court, count in rows if result == "受理"]),
        refused=counts_in_order(refused, [(result, count) for result, _, count in rows if result in refused]),
        waiting=sum(count for result, _, count in rows if result is None),
    )


def administrators(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Administrator, ...]:
    """Appointments up to the last day of the slice; names are private and stay in the store."""
    return tuple(Administrator(*row) for row in fetch_rows(connection, catalog, chosen, "administrators"))
