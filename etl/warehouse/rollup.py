"""indicator_value and indicator_part, computed from the tables in a connection.

Additive terms: one pass per table and date column into a small cube by month, department and 涉企; stocks as
cumulated entries minus exits. Coarser grains, 全院 and 全部 are sums of that cube, so any roll-up of a ratio is exact.
Medians, distinct counts and largest groups cannot be summed: they are computed per grain from the rows. Only the cubes
read the rows, so only their cost grows with the data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from etl.warehouse import cubes
from etl.warehouse.declared_months import DeclaredMonths
from scorecard.calendar.period import GRAINS, Period, add_interval, between, containing, month_index
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.catalog.formulas import Term


def compute(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    as_of: Mapping[str, date],
    indicators: Iterable[Indicator] | None = None,
    declared: Mapping[str, DeclaredMonths] | None = None,
) -> None:
    """Creates indicator_value and indicator_part from the tables in `connection` (named by table id, with derived columns).

    `as_of` gives 数据截至 of each table; an indicator with a table that is absent from it gets no rows.
    `declared` says of which months of a table something is known, where that is not every one up to its 数据截至.
    """
    chosen = [
        indicator
        for indicator in (catalog.indicators.values() if indicators is None else indicators)
        if all(table in as_of for table in indicator.formula.tables)
    ]
    cuts = {indicator.id: min(as_of[table] for table in indicator.formula.tables) for indicator in chosen}
    terms = _numbered_terms(chosen, cuts)
    connection.execute(
        f"CREATE TEMP TABLE term_value (term INTEGER, grain VARCHAR, period VARCHAR, department VARCHAR,"
        f" scope VARCHAR, amount {cubes.AMOUNT})"
    )
    begins = _first_months(connection, catalog, as_of)
    _write_periods(connection, catalog, chosen, cuts, declared or {}, begins)
    _write_told(connection, as_of, declared or {}, begins)
    cubes.additive(connection, catalog, terms)
    for (term, cut), number in terms.items():
        if term.aggregate not in cubes.ADDITIVE:
            cubes.whole_rows(connection, catalog.tables[term.table], term, cut, number)
    _mark_unknown(connection, terms)
    _assemble(connection, catalog, chosen, cuts, terms)


_PLACE = "grain, period, department, scope"


def _unsigned(term: Term) -> Term:
    return term.model_copy(update={"minus": False})


def _numbered_terms(indicators: Iterable[Indicator], cuts: Mapping[str, date]) -> cubes.Terms:
    """Each different term once, whatever its sign: shared denominators are computed once.

    Beside a term of amounts stand the counts of the rows whose amounts are known, and of all that it is about.
    """
    terms = {
        (counted, cuts[indicator.id]): None
        for indicator in indicators
        for term in indicator.formula.terms
        for counted in (_unsigned(term), *((term.known, term.candidates) if term.amounts else ()))
    }
    return {pair: number for number, pair in enumerate(terms)}


def _mark_unknown(connection: duckdb.DuckDBPyConnection, terms: cubes.Terms) -> None:
    """A NULL amount where a term has rows and not one known amount: that is no zero."""
    for (term, cut), number in terms.items():
        if term.amounts:
            connection.execute(
                f"INSERT INTO term_value SELECT {number}, * EXCLUDE (term) REPLACE (NULL AS amount) FROM term_value"
                f" WHERE term = ? AND ({_PLACE}) NOT IN (SELECT ({_PLACE}) FROM term_value WHERE term = ?)",
                [terms[term.candidates, cut], terms[term.known, cut]],
            )


def _first_months(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, tables: Iterable[str]
) -> dict[str, int | None]:
    """The month each table begins in: that of the earliest day any of its dates names; None without any.

    Not the first date of an indicator's own clock: a register that is kept and has nothing to count yet counts zero.
    Never before the court's statistics: older rows are only the survivors of their years.
    """
    since = catalog.court.statistics_from
    firsts: dict[str, int | None] = {}
    for table in tables:
        columns = catalog.tables[table].columns.items()
        dates = [name for name, column in columns if column.type.is_date and not column.future]
        earliest = ", ".join(f'min("{name}")::DATE' for name in dates) or "NULL::DATE"
        (first,) = connection.execute(f'SELECT least({earliest}) FROM "{table}"').fetchall()[0]
        firsts[table] = None if first is None else month_index(max(first, since or first))
    return firsts


def _write_periods(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicators: list[Indicator],
    cuts: Mapping[str, date],
    declared: Mapping[str, DeclaredMonths],
    first_rows: Mapping[str, int | None],
) -> None:
    """indicator_period: every period of every indicator with its state; period: the distinct ones."""
    rows: list[tuple[str, str, str, str]] = []
    periods: set[Period] = set()
    since = catalog.court.statistics_from
    begins = {
        table: declared[table].begin(first) if table in declared else first for table, first in first_rows.items()
    }
    for indicator in indicators:
        firsts, cut = [begins[table] for table in indicator.formula.tables], cuts[indicator.id]
        known = [first for first in firsts if first is not None]
        if len(known) < len(firsts):
            continue
        ended = min([cut, *(declared[table].ended(cut) for table in indicator.formula.tables if table in declared)])
        # A quarter or year that began before the statistics did, or before the later of two tables, would mix spans.
        whole_from = max(known) if len(known) > 1 else 0 if since is None else month_index(since)
        clocks = {(term.table, "" if term.stock else term.clock) for term in indicator.formula.terms}
        for grain in GRAINS:
            for period in between(grain, max(known), month_index(cut)):
                silent = any(
                    declared[table].is_silent(period, clock, first_rows[table], cut)
                    for table, clock in clocks
                    if table in declared
                )
                if period.first_month >= whole_from and not silent:
                    periods.add(period)
                    rows.append((indicator.id, grain, period.key, _state(indicator, period, ended)))
    named = "indicator VARCHAR, grain VARCHAR, period VARCHAR, state VARCHAR"
    _register(connection, "indicator_period", named, rows)
    spans = [(period.grain, period.key, period.first_month, period.last_month) for period in sorted(periods)]
    named = "grain VARCHAR, period VARCHAR, first_month BIGINT, last_month BIGINT"
    _register(connection, "period", named, spans)


def _write_told(
    connection: duckdb.DuckDBPyConnection,
    as_of: Mapping[str, date],
    declared: Mapping[str, DeclaredMonths],
    first_rows: Mapping[str, int | None],
) -> None:
    """table_month: the months of each table of which something is known, so that no row in them means none.

    `clock` is the date by which rows typed one by one tell of the month, empty for what is there on a day, NULL for every date.
    """
    connection.execute("CREATE TABLE table_month (table_id VARCHAR, clock VARCHAR, month BIGINT)")
    for table, cut in as_of.items():
        first, by_declaration = first_rows[table], declared.get(table)
        begin = first if by_declaration is None else by_declaration.begin(first)
        months = [] if begin is None else [containing("month", one) for one in range(begin, month_index(cut) + 1)]
        told = [
            [table, clock, one.first_month]
            for clock in (["", *by_declaration.named] if by_declaration and by_declaration.named else [None])
            for one in months
            if by_declaration is None or not by_declaration.is_silent(one, clock or "", first, cut)
        ]
        if told:
            connection.executemany("INSERT INTO table_month VALUES (?, ?, ?)", told)


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


def _assemble(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicators: list[Indicator],
    cuts: Mapping[str, date],
    terms: cubes.Terms,
) -> None:
    """Halves of every part on a dense grid: no row in a covered period is a true zero, not a gap."""
    halves: list[tuple[object, ...]] = []
    for indicator in indicators:
        for part, name, half, term in _halves(indicator):
            number = terms[_unsigned(term), cuts[indicator.id]]
            halves.append((indicator.id, part, name, half, number, -1 if term.minus else 1))
            if half != "base" and term.amounts:
                counts = (terms[count, cuts[indicator.id]] for count in (term.candidates, term.known))
                halves += [
                    (indicator.id, part, name, f"{half} unknown", count, sign)
                    for count, sign in zip(counts, (1, -1), strict=True)
                ]
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
    """(indicator, department, scope) that have values: 全院 always, departments of one table, 涉企 where every table has it.

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


def _half_sql(half: str) -> str:
    """SQL for one half of a part: its terms added up; NULL where any term of either half is unknown, as the value is."""
    unknown = "bool_or(v.term IS NOT NULL AND v.amount IS NULL) FILTER (h.half IN ('numerator', 'denominator'))"
    total = f"(sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = '{half}'))"
    return f"CASE WHEN NOT coalesce({unknown}, false) THEN {total} END::{cubes.AMOUNT}"


_PARTS_SQL = f"""
CREATE TABLE indicator_part AS
SELECT g.indicator, h.part, any_value(h.name) AS name, g.grain, g.period, l.department, l.scope,
       CASE WHEN any_value(s.is_median) THEN max(v.amount) FILTER (h.half = 'numerator')
            ELSE {_half_sql("numerator")} END::{cubes.AMOUNT} AS numerator,
       {_half_sql("denominator")} AS denominator,
       (sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'base'))::BIGINT AS base,
       coalesce(greatest(sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'numerator unknown'),
                         sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'denominator unknown')), 0)::BIGINT AS unknown,
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
       CASE WHEN any_value(s.parts) = 1 THEN max(numerator) END::{cubes.AMOUNT} AS numerator,
       CASE WHEN any_value(s.parts) = 1 THEN max(denominator) END::{cubes.AMOUNT} AS denominator,
       min(base) AS base, sum(unknown)::BIGINT AS unknown,
       CASE WHEN bool_and(numerator IS NOT NULL AND coalesce(denominator, 1) > 0)
            THEN sum(numerator::DOUBLE / coalesce(denominator, 1)::DOUBLE) * any_value(scale_up) / any_value(scale_down)
       END AS value,
       any_value(state) AS state
FROM indicator_part JOIN shape s USING (indicator)
GROUP BY indicator, grain, period, department, scope
ORDER BY grain, department, scope, indicator, period
"""
