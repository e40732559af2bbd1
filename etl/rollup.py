"""Tables in a connection -> `indicator_value` and what explains it.

Additive terms: one pass per table and date column into a small cube by month, department and 涉企; stocks as
cumulated entries minus exits. Coarser grains, 全院 and 全部 are sums of that cube, so any roll-up of a ratio is exact.
Medians, distinct counts and largest groups cannot be summed: they are computed per grain from the rows. Only the cubes
see the rows, so their cost is what grows with the data.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from scorecard import formula
from scorecard.contracts import Table
from scorecard.definitions import Catalog, Indicator
from scorecard.period import GRAINS, Period, add_interval, between, month_index
from scorecard.readings import ALL_DEPARTMENTS
from scorecard.terms import Term

AMOUNT = "DECIMAL(38,4)"
ADDITIVE = ("count", "sum")


@dataclass(frozen=True)
class Extent:
    """What an indicator's tables cover: the first month with data and the earliest 数据截至 of them."""

    first_month: int
    as_of: date


def compute(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    as_of: Mapping[str, date],
    indicators: Iterable[Indicator] | None = None,
) -> None:
    """Create indicator_value and indicator_part from the tables in `connection` (named by table id, derived columns in).

    `as_of` gives 数据截至 of each table; an indicator with a table that is absent from it gets no rows.
    """
    chosen = [
        indicator
        for indicator in (catalog.indicators.values() if indicators is None else indicators)
        if all(table in as_of for table in indicator.formula.tables)
    ]
    terms = _numbered_terms(chosen)
    connection.execute(
        f"CREATE TEMP TABLE term_value (term INTEGER, grain VARCHAR, period VARCHAR, department VARCHAR,"
        f" scope VARCHAR, amount {AMOUNT})"
    )
    extents = {indicator.id: _extent(connection, catalog, indicator, as_of) for indicator in chosen}
    _write_periods(connection, chosen, extents)
    _flows(connection, catalog, terms, as_of)
    _stocks(connection, catalog, terms, as_of)
    for term, number in terms.items():
        if term.aggregate not in ADDITIVE:
            _whole_rows(connection, catalog.tables[term.table], term, number, as_of[term.table])
    _assemble(connection, catalog, chosen, terms)


def _numbered_terms(indicators: Iterable[Indicator]) -> dict[Term, int]:
    """Each different term once, whatever its sign: shared denominators are computed once."""
    found = dict.fromkeys(
        term.model_copy(update={"minus": False})
        for indicator in indicators
        for term in indicator.formula.terms
    )
    return {term: number for number, term in enumerate(found)}


def _extent(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, indicator: Indicator, as_of: Mapping[str, date]
) -> Extent | None:
    """From the latest first month to the earliest data cut of the indicator's tables; None when a table is empty.

    A table begins with the earliest date any of the indicator's terms reads from it, but never before the court's
    statistics: older rows are only the survivors of their years.
    """
    firsts: list[int] = []
    for table in indicator.formula.tables:
        clocks = dict.fromkeys(term.clock for term in indicator.formula.terms if term.table == table)
        earliest = ", ".join(f'min("{clock}")::DATE' for clock in clocks)
        (first,) = connection.execute(f'SELECT least({earliest}) FROM "{table}"').fetchall()[0]
        if first is None:
            return None
        firsts.append(month_index(first))
    if catalog.court.statistics_from is not None:
        firsts.append(month_index(catalog.court.statistics_from))
    cut = min(as_of[table] for table in indicator.formula.tables)
    return Extent(max(firsts), cut) if max(firsts) <= month_index(cut) else None


def _write_periods(
    connection: duckdb.DuckDBPyConnection, indicators: list[Indicator], extents: Mapping[str, Extent | None]
) -> None:
    """indicator_period: every period of every indicator with its state; period: the distinct ones."""
    rows: list[tuple[str, str, str, str]] = []
    periods: set[Period] = set()
    for indicator in indicators:
        extent = extents[indicator.id]
        if extent is None:
            continue
        for grain in GRAINS:
            for one in between(grain, extent.first_month, month_index(extent.as_of)):
                periods.add(one)
                rows.append((indicator.id, grain, one.key, _state(indicator, one, extent.as_of)))
    _register(
        connection,
        "indicator_period",
        "indicator VARCHAR, grain VARCHAR, period VARCHAR, state VARCHAR",
        rows,
    )
    spans = [(one.grain, one.key, one.first_month, one.last_month) for one in sorted(periods)]
    _register(
        connection, "period", "grain VARCHAR, period VARCHAR, first_month BIGINT, last_month BIGINT", spans
    )


def _state(indicator: Indicator, period: Period, as_of: date) -> str:
    if period.last > as_of:
        return "partial"
    matures = indicator.formula.matures_after
    if matures is not None and add_interval(period.last, matures.months, matures.days) > as_of:
        return "immature"
    return "complete"


def _register(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """A small temporary table from Python rows; `columns` as in "indicator VARCHAR, month BIGINT"."""
    names = [column.split()[0] for column in columns.split(", ")]
    connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" ({columns})')
    if rows:
        staged = pa.table([pa.array(values) for values in zip(*rows, strict=True)], names=names)
        connection.register("staged", staged)
        connection.execute(f'INSERT INTO "{name}" SELECT * FROM staged')
        connection.unregister("staged")


def _flows(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    terms: Mapping[Term, int],
    as_of: Mapping[str, date],
) -> None:
    groups: dict[tuple[str, str], dict[str, Term]] = defaultdict(dict)
    for term, number in terms.items():
        if term.period is not None and term.aggregate in ADDITIVE:
            groups[term.table, term.period][f"t{number}"] = term
    cubes = [
        _long(formula.sql(formula.flow_cube(catalog.tables[table], period, named, str(as_of[table]))), named)
        for (table, period), named in groups.items()
    ]
    _spread(connection, cubes, "c.month BETWEEN p.first_month AND p.last_month")


def _stocks(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    terms: Mapping[Term, int],
    as_of: Mapping[str, date],
) -> None:
    groups: dict[tuple[str, str, str], dict[str, Term]] = defaultdict(dict)
    for term, number in terms.items():
        if term.stock is not None and term.aggregate in ADDITIVE:
            groups[term.table, term.stock.start, term.stock.until][f"t{number}"] = term
    cubes: list[str] = []
    for (table, start, until), named in groups.items():
        moves = formula.stock_moves(catalog.tables[table], start, until, named, str(as_of[table]))
        entries, exits = (_long(formula.sql(move), named) for move in moves)
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


def _whole_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, term: Term, number: int, as_of: date
) -> None:
    """Median, distinct count and largest group of every period, straight from the rows that count in it."""
    rows = formula.sql(formula.term_rows(table, term, str(as_of)))
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
    cut = month_index(as_of)
    periods = f"(SELECT grain, period, first_month, least(last_month, {cut}) AS last_month FROM period WHERE grain = ?) p"
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


def _assemble(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicators: list[Indicator],
    terms: Mapping[Term, int],
) -> None:
    """Halves of every part on a dense grid: no row in a covered period is a true zero, not a gap."""
    halves: list[tuple[object, ...]] = []
    for indicator in indicators:
        for part, name, half, term in _halves(indicator):
            number = terms[term.model_copy(update={"minus": False})]
            halves.append((indicator.id, part, name, half, number, -1 if term.minus else 1))
    named = "indicator VARCHAR, part BIGINT, name VARCHAR, half VARCHAR, term BIGINT, sign BIGINT"
    _register(connection, "half", named, halves)
    scales = [(i.id, *i.scale, len(i.formula.parts), i.formula.kind == "median") for i in indicators]
    named = "indicator VARCHAR, scale_up BIGINT, scale_down BIGINT, parts BIGINT, is_median BOOLEAN"
    _register(connection, "shape", named, scales)
    _register(
        connection,
        "place",
        "indicator VARCHAR, department VARCHAR, scope VARCHAR",
        list(_places(connection, catalog, indicators)),
    )
    connection.execute(_PARTS_SQL)
    connection.execute(_VALUES_SQL)


def _halves(indicator: Indicator) -> Iterator[tuple[int, str, str, Term]]:
    for number, part in enumerate(indicator.formula.parts):
        for half in ("numerator", "denominator", "base"):
            for term in getattr(part, half):
                yield number, part.name, half, term


def _places(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, indicators: list[Indicator]
) -> Iterator[tuple[object, ...]]:
    """Where an indicator has values: 全院 always, departments where one table knows them, 涉企 where every table does.

    Halves from several tables are worked by different departments (a mediation by 立案庭, the suit by 民事审判庭): a
    department's ratio of the two would look right and mean nothing.
    """
    present: dict[str, list[str]] = {}
    for indicator in indicators:
        tables = [catalog.tables[table] for table in indicator.formula.tables]
        departments: list[str] = []
        if len(tables) == 1 and tables[0].department:
            (table,) = tables
            if table.id not in present:
                query = f'SELECT DISTINCT "{table.department}" FROM "{table.id}" WHERE "{table.department}" IS NOT NULL'
                present[table.id] = sorted(row[0] for row in connection.execute(query).fetchall())
            departments = present[table.id]
        scopes = ("all", "firm") if all(table.firm for table in tables) else ("all",)
        for scope in scopes:
            for department in (ALL_DEPARTMENTS, *departments):
                yield indicator.id, department, scope


_PARTS_SQL = f"""
CREATE TABLE indicator_part AS
SELECT g.indicator, h.part, any_value(h.name) AS name, g.grain, g.period, l.department, l.scope,
       CASE WHEN any_value(s.is_median) THEN max(v.amount) FILTER (h.half = 'numerator')
            ELSE sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'numerator') END::{AMOUNT} AS numerator,
       (sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'denominator'))::{AMOUNT} AS denominator,
       (sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'base'))::BIGINT AS base,
       any_value(g.state) AS state
FROM indicator_period g
JOIN place l USING (indicator)
JOIN half h USING (indicator)
JOIN shape s USING (indicator)
LEFT JOIN term_value v ON v.term = h.term AND v.grain = g.grain AND v.period = g.period
     AND v.department = l.department AND v.scope = l.scope
GROUP BY g.indicator, h.part, g.grain, g.period, l.department, l.scope
"""

# `value` is for drawing and for other tools; text is always printed from the exact halves.
_VALUES_SQL = f"""
CREATE TABLE indicator_value AS
SELECT indicator, grain, period, department, scope,
       CASE WHEN any_value(s.parts) = 1 THEN max(numerator) END::{AMOUNT} AS numerator,
       CASE WHEN any_value(s.parts) = 1 THEN max(denominator) END::{AMOUNT} AS denominator,
       min(base) AS base,
       CASE WHEN bool_and(coalesce(denominator, 1) > 0)
            THEN sum(numerator::DOUBLE / coalesce(denominator, 1)::DOUBLE) * any_value(scale_up) / any_value(scale_down)
       END AS value,
       any_value(state) AS state
FROM indicator_part JOIN shape s USING (indicator)
GROUP BY indicator, grain, period, department, scope
ORDER BY grain, department, scope, indicator, period
"""
