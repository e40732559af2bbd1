"""term_value: the amount of each term by number of its period, department and scope.

Only this module reads the rows themselves: once per table and date column for all additive terms, once per other term.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import duckdb

from scorecard.catalog.contracts import Stock
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.catalog.formulas import Term
from scorecard.queries import terms as formula
from scorecard.queries.terms import RowsExpression, sql

AMOUNT = "DECIMAL(38,4)"
ADDITIVE = ("count", "sum")

# A term with the day it is cut at: an indicator over tables of different 数据截至 stops at the earliest of them, so that
# its halves cover the same days. Each pair has a number.
Terms = Mapping[tuple[Term, date], int]

# A row counts in the periods that hold its month; a row of a stock in those in whose last month it is there.
_IN_FLOW = "_first BETWEEN first_month AND last_month"
_IN_STOCK = "last_month BETWEEN _first AND _last"

# One row counts for its department and for 全院, for 涉企 (when it is) and for all cases. Both keys are folded by
# grouping sets; a group of unknown department or of cases not 涉企 belongs to no key and is left out.
_KEYS = (
    f"CASE WHEN grouping(_department) = 1 THEN '{ALL_DEPARTMENTS}' ELSE _department END AS department,"
    " CASE WHEN grouping(_firm) = 1 THEN 'all' ELSE 'firm' END AS scope"
)
_KEPT = "(grouping(_department) = 1 OR _department IS NOT NULL) AND (grouping(_firm) = 1 OR _firm)"


def _sets(keys: str) -> str:
    return f"(({keys}), ({keys}, _department), ({keys}, _firm), ({keys}, _department, _firm))"


def additive(connection: duckdb.DuckDBPyConnection, catalog: Catalog, terms: Terms) -> None:
    """Additive terms, one pass per table and clock: rows of a month, then rows that are there on a period's last day."""
    flows: dict[tuple[str, str, date], dict[str, Term]] = defaultdict(dict)
    stocks: dict[tuple[str, Stock, date], dict[str, Term]] = defaultdict(dict)
    months = catalog.court.months
    for (term, cut), number in terms.items():
        if term.aggregate in ADDITIVE:
            if term.stock is not None:
                stocks[term.table, term.stock, cut][f"t{number}"] = term
            elif term.period is not None:
                flows[term.table, term.period, cut][f"t{number}"] = term
    _empty_cube(connection)
    for (table, period, cut), named in flows.items():
        _add_to_cube(connection, formula.flow_cube(catalog.tables[table], period, named, cut, months), named)
    _spread(connection, _IN_FLOW)
    _empty_cube(connection)
    for (table, stock, cut), named in stocks.items():
        _add_to_cube(connection, formula.stock_cube(catalog.tables[table], stock, named, cut, months), named)
    _spread(connection, _IN_STOCK)


def _empty_cube(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates the cube: the amounts of all terms by month, department and 涉企. It is small, whatever the tables are."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cube (term INTEGER, _first BIGINT, _last BIGINT, _department VARCHAR,"
        f" _firm BOOLEAN, amount {AMOUNT})"
    )


def _add_to_cube(connection: duckdb.DuckDBPyConnection, cube: RowsExpression, named: Mapping[str, Term]) -> None:
    amounts = ", ".join(f"{name}::{AMOUNT} AS {name}" for name in named)
    connection.execute(
        f"INSERT INTO cube BY NAME FROM (UNPIVOT (SELECT * REPLACE ({amounts}) FROM ({sql(cube)}))"
        f" ON {', '.join(named)} INTO NAME name VALUE amount)"
        f" SELECT substr(name, 2)::INTEGER AS term, * EXCLUDE (name) WHERE amount <> 0"
    )


def _spread(connection: duckdb.DuckDBPyConnection, counts_in: str) -> None:
    """Rolls the cube up to every grain, to 全院 and to 全部."""
    connection.execute(
        f"INSERT INTO term_value SELECT term, number, {_KEYS}, sum(amount) FROM cube JOIN period ON {counts_in}"
        f" GROUP BY GROUPING SETS {_sets('term, number')} HAVING {_KEPT}"
    )


# From how often (n) each value occurs under its keys. The median is the mean of the values in the middle: those that
# have at most half of all rows before them and at most half after them. A quantile is the smallest value with at least that
# share of all rows up to it (definition 1 of Hyndman and Fan 1996): the sentence "90 % within n days" is then true of it.
_KEY_NAMES = "number, department, scope"
_RANKED = (
    "(SELECT *, sum(n) OVER (place ORDER BY _value) AS upto, sum(n) OVER place AS total"
    f" FROM occurring WINDOW place AS (PARTITION BY {_KEY_NAMES}))"
)
_MEASURES = {
    "distinct": f"SELECT {_KEY_NAMES}, count(*) FROM occurring GROUP BY ALL",
    "largest": f"SELECT {_KEY_NAMES}, max(n) FROM occurring GROUP BY ALL",
    "maximum": f"SELECT {_KEY_NAMES}, max(_value) FROM occurring GROUP BY ALL",
    "minimum": f"SELECT {_KEY_NAMES}, min(_value) FROM occurring GROUP BY ALL",
    "median": (
        f"SELECT {_KEY_NAMES}, (min(_value) + max(_value)) * 0.5 FROM {_RANKED}"
        " WHERE 2 * (upto - n) <= total AND 2 * (total - upto) <= total GROUP BY ALL"
    ),
    "quantile": f"SELECT {_KEY_NAMES}, min(_value) FROM {_RANKED} WHERE upto * 1000 >= total * {{per_mille}} GROUP BY ALL",
}


def whole_rows(connection: duckdb.DuckDBPyConnection, catalog: Catalog, term: Term, cut: date, number: int) -> None:
    """Median, quantile, distinct count and largest group of every period, from how often each value occurs in it."""
    values = sql(formula.term_values(catalog.tables[term.table], term, cut, catalog.court.months))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE picked AS {values}")
    counts_in = _IN_FLOW if term.stock is None else _IN_STOCK
    connection.execute(
        f"INSERT INTO term_value WITH occurring AS ("
        f"SELECT number, {_KEYS}, _value, sum(_n) AS n FROM picked JOIN period ON {counts_in}"
        f" GROUP BY GROUPING SETS {_sets('number, _value')} HAVING {_KEPT})"
        f" SELECT {number}, * FROM ({_MEASURES[term.aggregate].format(per_mille=term.per_mille)})"
    )
