"""Queries for 办理破产: cases, transfers, auctions and administrators as they stood on the last day of a slice.

They count the same cases as the indicators: 破 of this court (no 强清, none accepted by another court).
"""

from duckdb import DuckDBPyConnection

from scorecard.catalog.definitions import Catalog
from scorecard.topics.insolvency import Administrator, Case, Round, Transfers
from scorecard.topics.slices import Slice, counts_in_order, fetch_rows, rows_of

OWN_CASES = "case_type = '破' AND accepted_on IS NOT NULL"
NEEDED = {
    "bankruptcies": (
        "case_no", "case_type", "accepted_on", "terminated_on", "procedure", "fast_track", "converted", "source",
        "referred_on", "reviewed_on", "review_result", "accepting_court", "confirmed_claims_yuan", "paid_yuan",
        "cost_yuan", "realised_yuan", "administrator", "appointed_on", "evaluated_on",
    )
}  # fmt: skip
AUCTIONS_NEEDED = {
    "asset_disposals": ("case_type", "round", "ended_on", "listed_on", "outcome", "start_price_yuan", "sold_price_yuan")
}


def cases(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Case, ...]:
    """All cases accepted by the last day of the slice, in the order of acceptance, as they stood then."""
    rows = fetch_rows(
        connection,
        "SELECT coalesce(case_no, ''), accepted_on, CASE WHEN terminated_on <= ? THEN terminated_on END,"
        " coalesce(fast_track, false), coalesce(converted, false), coalesce(procedure, '未填'),"
        " confirmed_claims_yuan, paid_yuan, cost_yuan, realised_yuan"
        f" FROM {rows_of(catalog, 'bankruptcies', chosen)} WHERE {OWN_CASES} AND accepted_on <= ?"
        " ORDER BY accepted_on, case_no",
        [chosen.last, chosen.last],
    )
    return tuple(
        Case(number, start, end, chosen.last, fast, converted, procedure, claims, paid, cost, realised)
        for number, start, end, fast, converted, procedure, claims, paid, cost, realised in rows
    )


def transfers(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Transfers:
    """执转破 transferred in the slice: accepted by which court, refused how, not yet decided."""
    rows = fetch_rows(
        connection,
        "SELECT CASE WHEN reviewed_on <= ? THEN coalesce(review_result, '结果未填') END AS result,"
        " coalesce(accepting_court, '法院未填'), count(*)"
        f" FROM {rows_of(catalog, 'bankruptcies', chosen)}"
        " WHERE source = '执转破' AND referred_on BETWEEN ? AND ? GROUP BY ALL ORDER BY 1, 2",
        [chosen.last, chosen.first, chosen.last],
    )
    results = catalog.tables["bankruptcies"].columns["review_result"].values
    refused = [word for word in (*results, "结果未填") if word != "受理"]
    courts = [*catalog.tables["bankruptcies"].columns["accepting_court"].values, "法院未填"]
    return Transfers(
        referred=sum(count for _, _, count in rows),
        accepted=counts_in_order(courts, [(court, count) for result, court, count in rows if result == "受理"]),
        refused=counts_in_order(refused, [(result, count) for result, _, count in rows if result in refused]),
        waiting=sum(count for result, _, count in rows if result is None),
    )


def auctions(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Round, ...]:
    """Auctions ended in the slice, by round in the order of the contract."""
    rows = fetch_rows(
        connection,
        "SELECT round, count(*) FILTER (outcome = '成交'), count(*) FILTER (outcome = '流拍'),"
        " count(*) FILTER (outcome = '撤回'), count(*) FILTER (outcome IS NULL),"
        " coalesce(sum(start_price_yuan) FILTER (outcome = '成交' AND sold_price_yuan IS NOT NULL), 0),"
        " coalesce(sum(sold_price_yuan) FILTER (outcome = '成交' AND start_price_yuan IS NOT NULL), 0)"
        f" FROM {rows_of(catalog, 'asset_disposals', chosen)}"
        " WHERE case_type = '破' AND ended_on BETWEEN ? AND ? GROUP BY round",
        [chosen.first, chosen.last],
    )
    rounds = {row[0]: Round(*row) for row in rows}
    order = catalog.tables["asset_disposals"].columns["round"].values
    return tuple(rounds[name] for name in order if name in rounds)


def administrators(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Administrator, ...]:
    """Appointments up to the last day of the slice; names are private and stay in the store."""
    rows = fetch_rows(
        connection,
        "SELECT count(*), count(*) FILTER (terminated_on IS NULL OR terminated_on > ?),"
        " count(*) FILTER (terminated_on <= ?), count(*) FILTER (terminated_on <= ? AND evaluated_on <= ?)"
        f" FROM {rows_of(catalog, 'bankruptcies', chosen)}"
        " WHERE case_type = '破' AND administrator IS NOT NULL AND appointed_on <= ?"
        " GROUP BY administrator ORDER BY administrator",
        [chosen.last] * 5,
    )
    return tuple(Administrator(number, *row) for number, row in enumerate(rows, 1))
