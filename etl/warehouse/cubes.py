"""term_value: the amount of each term by number of its period, department and scope.

Only this module reads the rows themselves: once per table and date column for all additive terms, once per other term.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import partial

from etl.engines.engine import Engine
from etl.warehouse import increment
from etl.warehouse.increment import Clock
from scorecard.catalog.contracts import Stock
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.catalog.formulas import Term
from scorecard.queries import terms as formula

AMOUNT = "DECIMAL(38,4)"
ADDITIVE = ("count", "sum")

# A term with the day it is cut at: an indicator over tables of different 数据截至 stops at the earliest of them, so that
# its halves cover the same days. Each pair has a number.
Terms = Mapping[tuple[Term, date], int]

# A row counts in the periods that hold its month; a row of a stock in those in whose last month it is there.
_IN_FLOW = "(SELECT number, unnest(range(first_month, last_month + 1)) AS month FROM period) ON month = _first"
_IN_STOCK = "period ON last_month BETWEEN _first AND _last"

# One row counts for its department and for 全院, for 涉企 (when it is) and for all cases. Both keys are folded by
# grouping sets; a group of unknown department or of cases not 涉企 belongs to no key and is left out.
_KEYS = (
    f"CASE WHEN grouping(_department) = 1 THEN '{ALL_DEPARTMENTS}' ELSE _department END AS department,"
    " CASE WHEN grouping(_firm) = 1 THEN 'all' ELSE 'firm' END AS scope"
)
_KEPT = "(grouping(_department) = 1 OR _department IS NOT NULL) AND (grouping(_firm) = 1 OR _firm)"


def _sets(keys: str) -> str:
    return f"(({keys}), ({keys}, _department), ({keys}, _firm), ({keys}, _department, _firm))"


def additive(engine: Engine, catalog: Catalog, terms: Terms) -> None:
    """Additive terms, one pass per table and clock: rows of a month, then rows that are there on a period's last day.

    The amounts by month, department and 涉企 are small, whatever the tables are; one statement takes those of all passes.
    """
    passes: dict[tuple[str, Clock, date], dict[str, Term]] = defaultdict(dict)
    for (term, cut), number in terms.items():
        clock = term.stock or term.period
        if term.aggregate in ADDITIVE and clock is not None:
            passes[term.table, clock, cut][f"t{number}"] = term
    large = increment.large_tables(engine)
    kept = {of: (named, partial(_cube, engine, catalog, *of[:2])) for of, named in passes.items() if of[0] in large}
    if kept:
        increment.write_cells(engine, kept)
    for stays, counts_in in ((False, _IN_FLOW), (True, _IN_STOCK)):
        cubes = [
            _cube(engine, catalog, table, clock, named, cut)
            for (table, clock, cut), named in passes.items()
            if table not in large and isinstance(clock, Stock) == stays
        ]
        if kept:
            span = "_first, _last" if stays else "_first"
            cubes.append(
                f"SELECT term, {span}, _department, _firm, amount FROM term_cell WHERE (_last IS NOT NULL) = {stays}"
            )
        if cubes:
            engine.connection.execute(
                f"INSERT INTO term_value SELECT term, number, {_KEYS}, sum(amount)"
                f" FROM ({' UNION ALL '.join(cubes)}) JOIN {counts_in}"
                f" GROUP BY GROUPING SETS {_sets('term, number')} HAVING {_KEPT}"
            )


def _cube(
    engine: Engine, catalog: Catalog, table: str, clock: Clock, named: Mapping[str, Term], cut: date, over: str = ""
) -> str:
    """SQL for the cells of the terms of one pass, of all rows of the table or of those of the query `over`."""
    contract, months = catalog.tables[table], catalog.court.months
    if isinstance(clock, Stock):
        cube, span = engine.result(formula.stock_cube(contract, clock, named, cut, months)), "_first, _last"
    else:
        cube, span = engine.result(formula.flow_cube(contract, clock, named, cut, months)), "_first"
    return _amounts(f'(WITH "{table}" AS ({over}) FROM {cube})' if over else cube, span, named)


def _amounts(cube: str, span: str, named: Mapping[str, Term]) -> str:
    """SQL for a cube with a row for each term instead of a column: by list, for UNPIVOT plans three times as long."""
    numbers = ", ".join(name.removeprefix("t") for name in named)
    amounts = ", ".join(f"{name}::{AMOUNT}" for name in named)
    rows = f"unnest([{numbers}])::INTEGER AS term, {span}, _department, _firm, unnest([{amounts}]) AS amount"
    return f"SELECT * FROM (SELECT {rows} FROM {cube}) WHERE amount <> 0"


# From how often (n) each value occurs under its keys. The median is the mean of the values in the middle: those that
# have at most half of all rows before them and at most half after them. A quantile is the smallest value with at least that
# share of all rows up to it (definition 1 of Hyndman and Fan 1996): the sentence "90 % within n days" is then true of it.
_KEY_NAMES = "term, number, department, scope"
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


def whole_rows(engine: Engine, catalog: Catalog, terms: Terms) -> None:
    """Median, quantile, distinct count and largest group of every period, from how often each value occurs in it.

    One statement takes all terms that are measured alike over values of one type.
    """
    alike: dict[tuple[str, int, bool, str], list[str]] = defaultdict(list)
    for (term, cut), number in terms.items():
        if term.aggregate not in ADDITIVE:
            table = catalog.tables[term.table]
            values = engine.result(formula.term_values(table, term, cut, catalog.court.months))
            kind = table.type_of(term.column).sql if term.column else ""
            measured = (term.aggregate, term.per_mille, term.stock is not None, kind)
            alike[measured].append(f"SELECT {number}::INTEGER AS term, * FROM {values}")
    for (aggregate, per_mille, stays, _), picked in alike.items():
        engine.connection.execute(
            f"INSERT INTO term_value WITH occurring AS (SELECT term, number, {_KEYS}, _value, sum(_n) AS n"
            f" FROM ({' UNION ALL '.join(picked)}) JOIN {_IN_STOCK if stays else _IN_FLOW}"
            f" GROUP BY GROUPING SETS {_sets('term, number, _value')} HAVING {_KEPT})"
            f" {_MEASURES[aggregate].format(per_mille=per_mille)}"
        )
