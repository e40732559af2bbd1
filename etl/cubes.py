"""Rows -> term_value: what each term adds up to by grain, period, department and scope.

Only here are the rows themselves read: once per table and date column for everything that adds up, once per grain for
what does not.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import duckdb

from scorecard import formula
from scorecard.contracts import Table
from scorecard.definitions import Catalog
from scorecard.expressions import sql
from scorecard.period import GRAINS, month_index
from scorecard.readings import ALL_DEPARTMENTS
from scorecard.terms import Term

AMOUNT = "DECIMAL(38,4)"
ADDITIVE = ("count", "sum")

# A term with the day it is cut at: an indicator over tables of different 数据截至 stops at the earliest of them, so that
# its halves cover the same days. Each pair has a number.
Terms = Mapping[tuple[Term, date], int]


def flows(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    terms: Terms,
) -> None:
    """Additive terms that place each row in one month: one pass per table and date column."""
    groups: dict[tuple[str, str, date], dict[str, Term]] = defaultdict(dict)
    for (term, cut), number in terms.items():
        if term.period is not None and term.aggregate in ADDITIVE:
            groups[term.table, term.period, cut][f"t{number}"] = term
    cubes = [
        _long(sql(formula.flow_cube(catalog.tables[table], period, named, str(cut))), named)
        for (table, period, cut), named in groups.items()
    ]
    _spread(connection, cubes, "c.month BETWEEN p.first_month AND p.last_month")


def stocks(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    terms: Terms,
) -> None:
    """Additive terms over the rows present on a period's last day: cumulated entries minus exits."""
    groups: dict[tuple[str, str, str, date], dict[str, Term]] = defaultdict(dict)
    for (term, cut), number in terms.items():
        if term.stock is not None and term.aggregate in ADDITIVE:
            groups[term.table, term.stock.start, term.stock.until, cut][f"t{number}"] = term
    cubes: list[str] = []
    for (table, start, until, cut), named in groups.items():
        moves = formula.stock_moves(catalog.tables[table], start, until, named, str(cut))
        entries, exits = (_long(sql(move), named) for move in moves)
        cubes += [entries, f"SELECT * REPLACE (-amount AS amount) FROM ({exits})"]
    _spread(connection, cubes, "c.month <= p.last_month")


def _long(cube: str, named: Mapping[str, Term]) -> str:
    """A wide cube as rows (term, month, department, firm, amount)."""
    amounts = ", ".join(f"{name}::{AMOUNT} AS {name}" for name in named)
    return (
        f"SELECT substr(name, 2)::INTEGER AS term, _month AS month, _department AS department, _firm AS firm, amount"
        f" FROM (UNPIVOT (SELECT _month, _department, _firm, {amounts} FROM ({cube}))"
        f" ON {', '.join(named)} INTO NAME name VALUE amount) WHERE amount <> 0"
    )


def _spread(connection: duckdb.DuckDBPyConnection, cubes: list[str], counts_in: str) -> None:
    """Roll a month cube up to every grain, to 全院 and to 全部; the cube is small, whatever the tables are."""
    for cube in cubes:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE cube AS {cube}")
        connection.execute(
            f"INSERT INTO term_value SELECT term, grain, period, {_KEYS}, sum(amount) FROM cube c JOIN period p"
            f" ON {counts_in} GROUP BY GROUPING SETS {_sets('term, grain, period')} HAVING {_KEPT}"
        )


# One row of a cube counts for its department and for 全院, for 涉企 (when it is) and for all cases. Both keys are
# folded by grouping sets; a group of unknown department or of cases not 涉企 belongs to no key and is left out.
_KEYS = (
    f"CASE WHEN grouping(department) = 1 THEN '{ALL_DEPARTMENTS}' ELSE department END AS department,"
    " CASE WHEN grouping(firm) = 1 THEN 'all' ELSE 'firm' END AS scope"
)
_KEPT = "(grouping(department) = 1 OR department IS NOT NULL) AND (grouping(firm) = 1 OR firm)"


def _sets(keys: str) -> str:
    return f"(({keys}), ({keys}, department), ({keys}, firm), ({keys}, department, firm))"


def whole_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, term: Term, cut: date, number: int
) -> None:
    """Median, distinct count and largest group of every period, straight from the rows that count in it."""
    rows = sql(formula.term_rows(table, term, str(cut)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE picked AS SELECT _first AS first_month, _last AS last_month,"
        f" _value AS value, _department AS department, _firm AS firm FROM ({rows}) WHERE _value IS NOT NULL"
    )
    counts_in = (
        "r.first_month <= p.last_month AND r.last_month >= p.last_month"
        if term.stock is not None
        else "r.first_month BETWEEN p.first_month AND p.last_month"
    )
    # A stock of the running period is measured on the data cut, whose month may end before the period does.
    periods = f"(SELECT grain, period, first_month, least(last_month, {month_index(cut)}) AS last_month FROM period WHERE grain = ?) p"
    keys = "grain, period"
    for grain in GRAINS:
        joined = f"FROM picked r JOIN {periods} ON {counts_in}"
        if term.aggregate == "largest":
            inner = f"SELECT grain, period, department, firm, value, count(*) AS n {joined} GROUP BY ALL"
            values = (
                f"SELECT {keys}, department, scope, max(n) FROM (SELECT {keys}, {_KEYS}, value, sum(n) AS n"
                f" FROM ({inner}) GROUP BY GROUPING SETS {_sets(keys + ', value')} HAVING {_KEPT}) GROUP BY ALL"
            )
        else:
            measure = "median(value)" if term.aggregate == "median" else "count(DISTINCT value)"
            values = f"SELECT {keys}, {_KEYS}, {measure} {joined} GROUP BY GROUPING SETS {_sets(keys)} HAVING {_KEPT}"
        connection.execute(f"INSERT INTO term_value SELECT {number}, * FROM ({values})", [grain])
