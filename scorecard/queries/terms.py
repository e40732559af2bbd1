"""A declared formula as Ibis expressions: conditions, and the aggregates of terms.

Unknown cells never match a condition (SQL's NULL is not true), except `known = false` and `beyond`. Nothing here
touches a database: tables are unbound, expressions compile to the SQL of an engine.
"""

import operator as operators
from collections.abc import Callable, Mapping, Sequence, Set as AbstractSet
from functools import reduce
from operator import and_

import ibis

from scorecard.catalog.conditions import Reach, Test
from scorecard.catalog.contracts import Stock, Table
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import Term
from scorecard.queries.expressions import Expression, RowsExpression, as_date, later, located, unbound

FIRST, LAST, DEPARTMENT, FIRM = "_first", "_last", "_department", "_firm"
FOR_GOOD = 12 * 10_000  # a month after all others


def matches(rows: RowsExpression, tests: tuple[Test, ...]) -> Expression:
    """True where every test holds; never NULL-true."""
    return reduce(and_, [_matches(rows, test) for test in tests] or [ibis.literal(True)])


def _matches(rows: RowsExpression, test: Test) -> Expression:
    column, value = rows[test.column], test.value
    if isinstance(value, Reach):
        within = _within(column, rows[value.of], value)
        return within if test.operator == "within" else rows[value.of].notnull() & ~within.fill_null(False)
    if isinstance(value, tuple):
        members = column.isin(value)
        return members if test.operator == "in" else ~members
    match test.operator:
        case "known":
            return column.notnull() if value else column.isnull()
        case "not_after":
            return as_date(column) <= as_date(rows[str(value)])
        case "after":
            return as_date(column) > as_date(rows[str(value)])
        case _:
            return _compare(column, test.operator, value)


_COMPARISONS: Mapping[str, Callable[[Expression, Expression], Expression]] = {
    "eq": operators.eq, "not": operators.ne, "lt": operators.lt, "lte": operators.le, "gt": operators.gt, "gte": operators.ge,
}  # fmt: skip


def _compare(column: Expression, operator: str, value: str | bool | int | float) -> Expression:
    if column.type().is_boolean():
        wanted = bool(value) == (operator == "eq")
        return column if wanted else ~column
    literal = ibis.date(value) if column.type().is_date() else ibis.literal(value)
    return _COMPARISONS[operator](column, literal)


def _within(column: Expression, start: Expression, reach: Reach) -> Expression:
    """At most this much later. Without hours both sides are whole days; with hours the clock time counts."""
    if reach.hours:
        return column <= later(start, reach)
    return as_date(column) <= later(as_date(start), reach)


# --- aggregates of terms --------------------------------------------------------------------------------------


def month_of(day: Expression) -> Expression:
    """The month index of a date: see period.month_index."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def dimensions(rows: RowsExpression, table: Table) -> dict[str, Expression]:
    """Department (NULL where the table has none) and 涉企 (NULL where the table cannot tell)."""
    return {
        DEPARTMENT: rows[table.department] if table.department else ibis.null("string"),
        FIRM: rows[table.firm] if table.firm else ibis.null("boolean"),
    }


def flow_cube(table: Table, period: str, terms: Mapping[str, Term], as_of: str) -> RowsExpression:
    """One pass over a table for all additive flow terms of one date column.

    Columns: first month, department, firm, then one summed amount per term name.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(as_date(rows[period]) <= ibis.date(as_of))
    keys = {FIRST: month_of(as_date(rows[period])), **dimensions(rows, table)}
    return rows.group_by(**keys).agg(**{name: _total(rows, term) for name, term in terms.items()})


def _total(rows: RowsExpression, term: Term) -> Expression:
    """What the rows add up to: one or the column where the conditions hold (CASE is faster than FILTER)."""
    if not term.where:
        return rows.count() if term.column is None else rows[term.column].sum().fill_null(0)
    added = ibis.literal(1) if term.column is None else rows[term.column].fill_null(0)
    return matches(rows, term.where).ifelse(added, 0).sum()


def stock_cube(table: Table, stock: Stock, terms: Mapping[str, Term], as_of: str) -> RowsExpression:
    """One pass over a table for all additive terms of one stock.

    Columns: first and last month the rows are in it, department, firm, then one summed amount per term name.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(as_date(rows[stock.start]) <= ibis.date(as_of))
    keys = {**_stay(rows, stock, as_of), **dimensions(rows, table)}
    return rows.group_by(**keys).agg(**{name: _total(rows, term) for name, term in terms.items()})


def _stay(rows: RowsExpression, stock: Stock, as_of: str) -> dict[str, Expression]:
    """A row is in a stock from the month it enters to the one before it leaves; for good if it has not left by the cut."""
    left = as_date(rows[stock.until])
    last = (left <= ibis.date(as_of)).ifelse(month_of(left) - 1, ibis.null("int64")).fill_null(FOR_GOOD)
    return {FIRST: month_of(as_date(rows[stock.start])), LAST: last}


def term_values(table: Table, term: Term, as_of: str) -> RowsExpression:
    """How often each known value of a term occurs that cannot be rolled up: by first and last month, department, firm.

    A flow row counts in its month only, a stock row in every month it is in the stock.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(matches(rows, term.where), as_date(rows[term.clock]) <= ibis.date(as_of))
    month = month_of(as_date(rows[term.clock]))
    months = {FIRST: month, LAST: month} if term.stock is None else _stay(rows, term.stock, as_of)
    value = rows[term.column] if term.column else ibis.literal(1)
    rows = rows.select(**months, _value=value, **dimensions(rows, table))
    rows = rows.filter(rows["_value"].notnull())
    return rows.group_by(FIRST, LAST, "_value", DEPARTMENT, FIRM).agg(_n=rows.count())


def possible_rows(
    table: Table,
    term: Term,
    silent: AbstractSet[str],
    batches: Sequence[int],
    as_of: str,
    only: tuple[Test, ...] = (),
) -> RowsExpression:
    """First and last month, department and 涉企 of the rows of `batches`, `only` such rows, that may count for a term.

    `silent` are columns of which these rows say nothing: a test on one rules no row out, a clock places a row in any month
    from the start of its table's stock on.
    """
    unknown = table.resting_on(silent)
    rows = located(table, table.id)
    known = tuple(test for test in term.where if not (test.columns & unknown))
    rows = rows.filter(rows["_batch"].isin(list(batches)), matches(rows, (*only, *known)))
    if term.clock in unknown:
        start = table.stock.start if table.stock is not None else ""
        since = ibis.literal(0, "int64") if not start or start in unknown else month_of(as_date(rows[start]))
        months = {FIRST: since, LAST: ibis.literal(FOR_GOOD, "int64")}
        if term.stock is not None and term.stock.until not in unknown:
            months[LAST] = _stay(rows, term.stock, as_of)[LAST]
    else:
        rows = rows.filter(as_date(rows[term.clock]) <= ibis.date(as_of))
        month = month_of(as_date(rows[term.clock]))
        months = {FIRST: month, LAST: month}
        if term.stock is not None and term.stock.until in unknown:
            months[LAST] = ibis.literal(FOR_GOOD, "int64")
        elif term.stock is not None:
            months = _stay(rows, term.stock, as_of)
    return rows.select(**months, **dimensions(rows, table)).distinct()


def evidence(table: Table, term: Term) -> RowsExpression:
    """The rows a term counts, all columns: what stands behind a number."""
    rows = unbound(table, table.id, derived=True)
    return rows.filter(matches(rows, term.where)) if term.where else rows


def sql_of(catalog: Catalog, indicator: Indicator) -> str:
    """The compiled SQL of an indicator by month for the whole court, one statement per term, for reading."""
    statements: list[str] = []
    for part in indicator.formula.parts:
        for title, terms in (("分子", part.numerator), ("分母", part.denominator)):
            for term in terms:
                heading = "-- " + "".join((part.name and f"{part.name}:", title, "（减）" if term.minus else ""))
                statements.append(f"{heading}\n{_readable(catalog.tables[term.table], term)}")
    return "\n\n".join(statements)


def _readable(table: Table, term: Term) -> str:
    rows = evidence(table, term)
    if term.stock is not None:
        moment = ibis.date("2026-12-31")
        left = as_date(rows[term.stock.until])
        rows = rows.filter((as_date(rows[term.stock.start]) <= moment) & (left.isnull() | (left > moment)))
        return str(ibis.to_sql(rows.aggregate(value=_measure(rows, term)), dialect="duckdb"))
    month = rows[str(term.period)].strftime("%Y-%m").name("month")
    if term.aggregate == "largest":
        groups = rows.group_by(month, rows[term.column]).agg(value=rows.count())
        return str(ibis.to_sql(groups.group_by("month").agg(value=groups["value"].max()), dialect="duckdb"))
    return str(ibis.to_sql(rows.group_by(month).agg(value=_measure(rows, term)), dialect="duckdb"))


def _measure(rows: RowsExpression, term: Term) -> Expression:
    if term.column is None:
        return rows.count()
    column = rows[term.column]
    match term.aggregate:
        case "sum":
            return column.sum()
        case "median":
            return column.median()
        case _:
            return column.nunique()
