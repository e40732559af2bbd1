"""indicator_value and indicator_part, computed from the tables in a connection.

Additive terms: one pass per table and date column into a small cube by month, department and 涉企; stocks as
cumulated entries minus exits. Coarser grains, 全院 and 全部 are sums of that cube, so any roll-up of a ratio is exact.
Medians, quantiles, distinct counts and largest groups cannot be summed: they are computed per grain from the rows. Only the cubes
read the rows, so only their cost grows with the data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from etl.duckdb_connection import insert_rows
from etl.engines.engine import Engine, fetch
from etl.warehouse import cubes
from etl.warehouse.declared_months import DeclaredMonths
from etl.warehouse.tables import create_schema
from scorecard.calendar.period import Period, add_interval, month_index
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.catalog.formulas import RANKED, Term
from scorecard.queries.terms import as_date, unbound


def compute(
    engine: Engine,
    catalog: Catalog,
    as_of: Mapping[str, date],
    indicators: Iterable[Indicator] | None = None,
    declared: Mapping[str, DeclaredMonths] | None = None,
) -> None:
    """Creates indicator_value and indicator_part from the tables of `engine` (named by table id, with derived columns).

    `as_of` gives 数据截至 of each table; an indicator with a table that is absent from it gets no rows.
    `declared` says of which months of a table something is known, where that is not every one up to its 数据截至.
    """
    asked = tuple(catalog.indicators.values() if indicators is None else indicators)
    chosen = [
        definition
        for indicator in asked
        for definition in indicator.definitions
        if all(table in as_of for table in definition.formula.tables)
    ]
    cuts = {indicator.id: min(as_of[table] for table in indicator.formula.tables) for indicator in chosen}
    terms = _numbered_terms(chosen, cuts)
    connection = engine.connection
    connection.execute(
        "CREATE TEMP TABLE term_value (term INTEGER, number INTEGER, department VARCHAR, scope VARCHAR,"
        f" amount {cubes.AMOUNT})"
    )
    create_schema(connection)
    begins = _first_months(engine, catalog, as_of)
    _write_periods(connection, catalog, asked, cuts, declared or {}, begins)
    _write_told(connection, catalog, as_of, declared or {}, begins)
    cubes.additive(engine, catalog, terms)
    cubes.whole_rows(engine, catalog, terms)
    places = list(_places(engine, catalog, chosen))
    _register(connection, "place", "definition VARCHAR, department VARCHAR, scope VARCHAR", places)
    _mark_unknown(connection, catalog, terms)
    _drop_untold(connection, catalog, chosen, cuts, terms)
    _assemble(connection, chosen, cuts, terms)


_PLACE = "number, department, scope"
_HALVES = ("numerator", "denominator", "base")
_VALUES = Path(__file__).with_name("values.sql").read_text("utf-8")


def _unsigned(term: Term) -> Term:
    """What is counted: whatever its sign, and for a count of rows, whatever is measured on them."""
    return term.model_copy(update={"minus": False} if term.amounts else {"minus": False, "measured": ()})


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


def _mark_unknown(connection: duckdb.DuckDBPyConnection, catalog: Catalog, terms: cubes.Terms) -> None:
    """A NULL amount where a term has rows and not one known amount: that is no zero.

    Nor is it where rows stand for whole periods and there is none.
    """
    amounts = [
        (number, terms[term.candidates, cut], terms[term.known, cut], catalog.row_period(term) is not None)
        for (term, cut), number in terms.items()
        if term.amounts
    ]
    _register(connection, "amounts", "summed INTEGER, candidates INTEGER, known INTEGER, by_period BOOLEAN", amounts)
    connection.execute(
        f"INSERT INTO term_value SELECT summed, {_PLACE}, NULL FROM ("
        f"SELECT summed, {_PLACE} FROM amounts JOIN term_value ON term = candidates WHERE NOT by_period UNION ALL"
        f" SELECT summed, {_PLACE} FROM amounts, period, (SELECT DISTINCT department, scope FROM place) WHERE by_period)"
        f" WHERE (summed, {_PLACE}) NOT IN (SELECT (summed, {_PLACE}) FROM amounts JOIN term_value ON term = known)"
    )


def _drop_untold(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicators: Iterable[Indicator],
    cuts: Mapping[str, date],
    terms: cubes.Terms,
) -> None:
    """Takes the periods out of indicator_period in which some whole period has no row, of tables whose rows stand for these."""
    months = catalog.court.months
    for indicator in indicators:
        length, cut = catalog.row_period(*indicator.formula.terms), cuts[indicator.id]
        if length is None:
            continue
        own = [_unsigned(term) for term in indicator.formula.terms]
        counted = [terms[term, cut] for one in own for term in ((one, one.candidates) if one.amounts else (one,))]
        told = connection.execute(
            "SELECT DISTINCT period FROM term_value JOIN period USING (number)"
            " WHERE list_contains(?, term) AND grain = ? AND amount IS NOT NULL",
            [counted, length],
        ).fetchall()
        keys = {key for (key,) in told}
        spans = connection.execute("SELECT grain, period, first_month, last_month FROM period").fetchall()
        gone: list[list[str]] = []
        for grain, key, first, last in spans:
            ended = {one.key for one in months.between(length, first, last) if one.last <= cut}
            gone += [] if ended and ended <= keys else [[indicator.id, grain, key]]
        if gone:
            connection.executemany("DELETE FROM indicator_period WHERE (definition, grain, period) = (?, ?, ?)", gone)


def _first_months(engine: Engine, catalog: Catalog, tables: Iterable[str]) -> dict[str, int | None]:
    """The month each table begins in: that of the earliest day any of its dates names; None without any.

    Not the first date of an indicator's own clock: a register that is kept and has nothing to count yet counts zero.
    Never before the court's statistics: older rows are only the survivors of their years.
    """
    since, months = catalog.court.statistics_from, catalog.court.months
    earliest_month = 0 if since is None else months.first_whole(since)
    firsts: dict[str, int | None] = {}
    for table in tables:
        columns = catalog.tables[table].columns.items()
        dates = [name for name, column in columns if column.type.is_date and not column.future]
        rows = unbound(catalog.tables[table], table, derived=False)
        earliest = {f"first_{number}": as_date(rows[name]).min() for number, name in enumerate(dates)}
        days = fetch(engine, rows.agg(**earliest))[0] if dates else ()
        first = min((day for day in days if day is not None), default=None)
        month = None if first is None else months.month_of(first)
        if month is not None and (length := catalog.tables[table].row_period(dates)):
            month = months.containing(length, month).first_month
        firsts[table] = None if month is None else max(month, earliest_month)
    return firsts


def _write_periods(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicators: Iterable[Indicator],
    cuts: Mapping[str, date],
    declared: Mapping[str, DeclaredMonths],
    first_rows: Mapping[str, int | None],
) -> None:
    """indicator_period: every period of every definition with its state; period: the distinct ones. Both are numbered.

    A definition counts periods in which it is in force throughout: under the indicator's id where it is the newest such
    one, under its own beside a newer one.
    """
    rows: list[tuple[object, ...]] = []
    numbers: dict[Period, int] = {}
    since, months = catalog.court.statistics_from, catalog.court.months
    begins = {
        table: declared[table].begin(first) if table in declared else first for table, first in first_rows.items()
    }
    for indicator, counted in ((one, definition) for one in indicators for definition in one.definitions):
        if counted.id not in cuts:
            continue
        firsts, cut = [begins[table] for table in counted.formula.tables], cuts[counted.id]
        known = [first for first in firsts if first is not None]
        if len(known) < len(firsts):
            continue
        ended = min([cut, *(declared[table].ended(cut) for table in counted.formula.tables if table in declared)])
        # A quarter or year that began before the statistics did, or before the later of two tables, would mix spans.
        whole_from = max(known) if len(known) > 1 else 0 if since is None else months.first_whole(since)
        clocks = {(term.table, "" if term.stock else term.clock) for term in counted.formula.terms}
        last = months.month_of(cut)
        periods = [one for grain in catalog.grains(counted.formula) for one in months.between(grain, max(known), last)]
        periods += _all_time(catalog, counted, max(*known, whole_from), cut)
        for period in periods:
            silent = any(
                declared[table].is_silent(period, clock, first_rows[table], cut)
                for table, clock in clocks
                if table in declared
            )
            read = indicator.counted_by(period)
            if period.first_month >= whole_from and not silent and read and counted.covers(period):
                name = indicator.id if read.id == counted.id else counted.id
                number, state = numbers.setdefault(period, len(numbers)), _state(counted, period, ended)
                rows.append((len(rows), number, counted.id, name, period.grain, period.key, state, period.days))
    named = "cell INTEGER, number INTEGER, definition VARCHAR, indicator VARCHAR, grain VARCHAR, period VARCHAR"
    _register(connection, "indicator_period", f"{named}, state VARCHAR, days BIGINT", rows)
    spans = [(number, one.grain, one.key, one.first_month, one.last_month) for one, number in numbers.items()]
    named = "number INTEGER, grain VARCHAR, period VARCHAR, first_month BIGINT, last_month BIGINT"
    _register(connection, "period", named, spans)


def _all_time(catalog: Catalog, counted: Indicator, first_month: int, cut: date) -> Iterable[Period]:
    """自统计起, of an indicator that has it: its months through the data cut; of rows that stand for whole years, whole years."""
    if not counted.all_time:
        return ()
    months, length = catalog.court.months, catalog.row_period(*counted.formula.terms)
    first = max(first_month, month_index(counted.valid_from) if counted.valid_from else 0)
    told = [
        one
        for one in months.between(length or "month", first, months.month_of(cut))
        if one.first_month >= first and (length is None or one.last <= cut)
    ]
    return (months.total(told[0].first_month, told[-1].last_month),) if told else ()


def _write_told(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    as_of: Mapping[str, date],
    declared: Mapping[str, DeclaredMonths],
    first_rows: Mapping[str, int | None],
) -> None:
    """table_month: the months of each table of which something is known, so that no row in them means none."""
    months = catalog.court.months
    told: list[tuple[str, str | None, int]] = []
    for table, cut in as_of.items():
        first, by_declaration = first_rows[table], declared.get(table)
        begin = first if by_declaration is None else by_declaration.begin(first)
        span = () if begin is None else months.between("month", begin, months.month_of(cut))
        told += [
            (table, clock, one.first_month)
            for clock in (["", *by_declaration.named] if by_declaration and by_declaration.named else [None])
            for one in span
            if by_declaration is None or not by_declaration.is_silent(one, clock or "", first, cut)
        ]
    insert_rows(connection, "table_month", told)


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
    connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" ({columns})')
    insert_rows(connection, name, rows)


def _assemble(
    connection: duckdb.DuckDBPyConnection, indicators: list[Indicator], cuts: Mapping[str, date], terms: cubes.Terms
) -> None:
    """Halves of every part on a dense grid: no row in a covered period is a true zero, not a gap."""
    halves: list[tuple[object, ...]] = []
    for indicator in indicators:
        by_half = (
            (part, one.name, half, term)
            for part, one in enumerate(indicator.formula.parts)
            for half in range(len(_HALVES))
            for term in getattr(one, _HALVES[half])
        )
        for part, name, half, term in by_half:
            number = terms[_unsigned(term), cuts[indicator.id]]
            halves.append((indicator.id, part, name, half, number, -1 if term.minus else 1))
            if _HALVES[half] != "base" and term.amounts:
                unknown = (indicator.id, part, name, half + len(_HALVES))
                for count, sign in ((term.candidates, 1), (term.known, -1)):
                    halves.append((*unknown, terms[count, cuts[indicator.id]], sign))
    named = "definition VARCHAR, part BIGINT, name VARCHAR, half INTEGER, term INTEGER, sign BIGINT"
    _register(connection, "half", named, halves)
    kinds = [(one.formula.kind in RANKED, one.formula.kind == "disposition") for one in indicators]
    scales = [(one.id, *one.scale, len(one.formula.parts), *kind) for one, kind in zip(indicators, kinds, strict=True)]
    named = "definition VARCHAR, scale_up BIGINT, scale_down BIGINT, parts BIGINT, is_ranked BOOLEAN, is_disposition BOOLEAN"
    _register(connection, "shape", named, scales)
    connection.execute(_VALUES.format(amount=cubes.AMOUNT))


def _places(engine: Engine, catalog: Catalog, indicators: list[Indicator]) -> Iterator[tuple[object, ...]]:
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
                found = fetch(engine, unbound(table, table.id, derived=True).select(table.department).distinct())
                present[table.id] = sorted(row[0] for row in found if row[0] is not None)
            departments = present[table.id]
        scopes = ("all", "firm") if all(table.firm for table in tables) else ("all",)
        for scope in scopes:
            for department in (ALL_DEPARTMENTS, *departments):
                yield indicator.id, department, scope
