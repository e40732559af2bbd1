"""A declared formula as Ibis expressions: conditions, and the aggregates of terms.

Unknown cells never match a condition (SQL's NULL is not true), except `known = false` and `beyond`. Nothing here
touches a database: tables are unbound, expressions compile to the SQL of an engine.
"""

import operator as operators
from collections.abc import Callable, Mapping, Sequence, Set as AbstractSet
from datetime import date
from functools import lru_cache, reduce
from operator import and_
from typing import Any

import ibis

from scorecard.calendar.period import LAST_DAY, StatisticalCalendar
from scorecard.catalog.conditions import Interval, Reach, Test
from scorecard.catalog.contracts import Stock, Table
from scorecard.catalog.formulas import Term
from scorecard.queries.statements import Statement, compiled, statement

# Ibis annotates columns without their types and operands without plain values; checked, every line would be an error.
RowsExpression = Any
Expression = Any


def unbound(table: Table, name: str, *, derived: bool) -> RowsExpression:
    """The table as an unbound Ibis table called `name`, with or without its derived columns."""
    columns = [*table.columns, *(table.derived if derived else ())]
    schema = {column: table.type_of(column).ibis for column in columns}
    return ibis.table(ibis.schema(schema), name=name)


def located(table: Table, name: str, *, derived: bool = True) -> RowsExpression:
    """The same with the batch and the line of every row, as it lies in the warehouse."""
    schema = unbound(table, name, derived=derived).schema()
    return ibis.table({**schema, "_batch": "int32", "_line": "int64"}, name=name)


def sql(rows: Expression | Statement) -> str:
    """The rows as DuckDB SQL."""
    return rows.sql() if isinstance(rows, Statement) else _written(rows.op())


@lru_cache(maxsize=512)
def _written(node: Any) -> str:
    """Nodes are compared by what they are made of, so the same definition is written once."""
    return compiled(node.to_expr())


def as_date(column: Expression) -> Expression:
    """The whole day of a date or a moment."""
    return column.cast("date") if column.type().is_timestamp() else column


def later(moment: Expression, by: Interval) -> Expression:
    """`moment` moved by calendar months (end of month clipped), then days, then hours."""
    for count, unit in ((by.months, "M"), (by.days, "D"), (by.hours, "h")):
        if count:
            moment = moment + ibis.interval(count, unit=unit)
    return moment


FIRST, LAST, DEPARTMENT, FIRM = "_first", "_last", "_department", "_firm"
FOR_GOOD = 12 * 10_000  # a month after all others


def matches(rows: RowsExpression, tests: tuple[Test, ...]) -> Expression:
    """True where every test holds; never NULL-true."""
    return reduce(and_, [_matches(rows, test) for test in tests] or [ibis.literal(True)])


def _matches(rows: RowsExpression, test: Test) -> Expression:
    column, value = rows[test.column], test.value
    if isinstance(value, Reach):
        start = rows[value.of]  # without hours both sides are whole days; with hours the clock time counts
        within = column <= later(start, value) if value.hours else as_date(column) <= later(as_date(start), value)
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
        case "same_as":
            return column == rows[str(value)]
        case "differs_from":
            return column != rows[str(value)]
        case _:
            if column.type().is_boolean():
                return column if bool(value) == (test.operator == "eq") else ~column
            literal = ibis.date(value) if column.type().is_date() else ibis.literal(value)
            return _COMPARISONS[test.operator](column, literal)


_COMPARISONS: Mapping[str, Callable[[Expression, Expression], Expression]] = {
    "eq": operators.eq, "not": operators.ne, "lt": operators.lt, "lte": operators.le, "gt": operators.gt, "gte": operators.ge,
}  # fmt: skip


# --- aggregates of terms --------------------------------------------------------------------------------------


def month_of(day: Expression, months: StatisticalCalendar) -> Expression:
    """The index of the statistical month of a date, as StatisticalCalendar.month_of gives it.

    The files in sql/ take the first days of months instead.
    """
    month = day.year().cast("int64") * 12 + day.month().cast("int64") - 1
    if not months.rules:
        return month
    closes = [(month >= rule.since, ibis.literal(rule.closes_on)) for rule in reversed(months.rules)]
    return month + (day.day() > ibis.cases(*closes, else_=LAST_DAY)).cast("int64")


def dimensions(rows: RowsExpression, table: Table) -> dict[str, Expression]:
    """Department (NULL where the table has none) and 涉企 (NULL where the table cannot tell)."""
    return {
        DEPARTMENT: rows[table.department] if table.department else ibis.null("string"),
        FIRM: rows[table.firm] if table.firm else ibis.null("boolean"),
    }


@statement
def flow_cube(
    table: Table, period: str, terms: Mapping[str, Term], as_of: date, months: StatisticalCalendar
) -> RowsExpression:
    """One pass over a table for all additive flow terms of one date column.

    Columns: first month, department, firm, then one summed amount per term name.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(as_date(rows[period]) <= ibis.date(as_of))
    keys = {FIRST: month_of(as_date(rows[period]), months), **dimensions(rows, table)}
    return rows.group_by(**keys).agg(**{name: _total(rows, term) for name, term in terms.items()})


def _total(rows: RowsExpression, term: Term) -> Expression:
    """What the rows add up to: one or the column where the conditions hold (CASE is faster than FILTER)."""
    if not term.where:
        return rows.count() if term.column is None else rows[term.column].sum().fill_null(0)
    added = ibis.literal(1) if term.column is None else rows[term.column].fill_null(0)
    return matches(rows, term.where).ifelse(added, 0).sum()


@statement
def stock_cube(
    table: Table, stock: Stock, terms: Mapping[str, Term], as_of: date, months: StatisticalCalendar
) -> RowsExpression:
    """One pass over a table for all additive terms of one stock.

    Columns: first and last month the rows are in it, department, firm, then one summed amount per term name.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(as_date(rows[stock.start]) <= ibis.date(as_of))
    keys = {**_stay(rows, stock, as_of, months), **dimensions(rows, table)}
    return rows.group_by(**keys).agg(**{name: _total(rows, term) for name, term in terms.items()})


def _stay(rows: RowsExpression, stock: Stock, as_of: date, months: StatisticalCalendar) -> dict[str, Expression]:
    """A row is in a stock from the month it enters to the one before it leaves; for good if it has not left by the cut."""
    left = as_date(rows[stock.until])
    last = (left <= ibis.date(as_of)).ifelse(month_of(left, months) - 1, ibis.null("int64")).fill_null(FOR_GOOD)
    return {FIRST: month_of(as_date(rows[stock.start]), months), LAST: last}


@statement
def term_values(table: Table, term: Term, as_of: date, months: StatisticalCalendar) -> RowsExpression:
    """How often each known value of a term occurs that cannot be rolled up: by first and last month, department, firm.

    A flow row counts in its month only, a stock row in every month it is in the stock.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(matches(rows, term.where), as_date(rows[term.clock]) <= ibis.date(as_of))
    month = month_of(as_date(rows[term.clock]), months)
    span = {FIRST: month, LAST: month} if term.stock is None else _stay(rows, term.stock, as_of, months)
    value = rows[term.column] if term.column else ibis.literal(1)
    rows = rows.select(**span, _value=value, **dimensions(rows, table))
    rows = rows.filter(rows["_value"].notnull())
    return rows.group_by(FIRST, LAST, "_value", DEPARTMENT, FIRM).agg(_n=rows.count())


def possible_rows(
    table: Table,
    term: Term,
    silent: AbstractSet[str],
    batches: Sequence[int],
    as_of: date,
    months: StatisticalCalendar,
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
        since = ibis.literal(0, "int64") if not start or start in unknown else month_of(as_date(rows[start]), months)
        span = {FIRST: since, LAST: ibis.literal(FOR_GOOD, "int64")}
        if term.stock is not None and term.stock.until not in unknown:
            span[LAST] = _stay(rows, term.stock, as_of, months)[LAST]
    else:
        rows = rows.filter(as_date(rows[term.clock]) <= ibis.date(as_of))
        month = month_of(as_date(rows[term.clock]), months)
        span = {FIRST: month, LAST: month}
        if term.stock is not None and term.stock.until in unknown:
            span[LAST] = ibis.literal(FOR_GOOD, "int64")
        elif term.stock is not None:
            span = _stay(rows, term.stock, as_of, months)
    return rows.select(**span, **dimensions(rows, table)).distinct()
