"""A declared formula as Ibis expressions: derived columns, conditions, and the aggregates of terms.

Unknown cells never match a condition (SQL's NULL is not true), except `known = false` and `beyond`. Nothing here
touches a database: tables are unbound, expressions compile to the SQL of an engine.
"""

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Any

import ibis

from scorecard.case_number import NORMAL_PATTERN
from scorecard.conditions import Interval, Reach, Test
from scorecard.contracts import ColumnType, Derived, Table
from scorecard.definitions import Catalog, Indicator
from scorecard.terms import Term

CALENDAR = (
    "workday"  # table (day DATE, ordinal BIGINT): how many working days there are up to and including `day`
)
MONTH, DEPARTMENT, FIRM = "_month", "_department", "_firm"

# Ibis annotates columns without their types and operands without plain values; checked, every line would be an error.
Rows = Any
Expression = Any

_IBIS_TYPES: dict[ColumnType, str] = {
    "text": "string",
    "case_no": "string",
    "date": "date",
    "datetime": "timestamp",
    "integer": "int64",
    "decimal": "decimal(18, 4)",
    "boolean": "boolean",
    "code": "string",
    "department": "string",
}


def unbound(table: Table, name: str, *, derived: bool) -> Rows:
    """The table as an unbound Ibis table called `name`, with or without its derived columns."""
    columns = [*table.columns, *(table.derived if derived else ())]
    schema = {column: _IBIS_TYPES[table.kind_of(column)] for column in columns}
    return ibis.table(ibis.schema(schema), name=name)


def sql(expression: Expression) -> str:
    """The expression as DuckDB SQL."""
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))


# --- derived columns ------------------------------------------------------------------------------------------


def derive(table: Table, source: str) -> Rows:
    """The rows of `source` (contract columns, _batch, _line) with every derived column added, in order."""
    schema = unbound(table, source, derived=False).schema()
    rows: Rows = ibis.table({**schema, "_batch": "int32", "_line": "int64"}, name=source)
    calendar = ibis.table({"day": "date", "ordinal": "int64"}, name=CALENDAR)
    for name, derived in table.derived.items():
        if derived.working_days_between is not None:
            rows = _with_working_days(rows, calendar, name, *derived.working_days_between)
        else:
            rows = rows.mutate(_derived(rows, derived).name(name))
    return rows.select(*table.columns, *table.derived, "_batch", "_line")


def _with_working_days(rows: Rows, calendar: Rows, name: str, start: str, end: str) -> Rows:
    """Working days after `start` up to and including `end`; unknown outside the calendar or when end < start."""
    for side, column in (("from", start), ("to", end)):
        days = calendar.select(calendar.day.name(f"_{side}_day"), calendar.ordinal.name(f"_{side}_ordinal"))
        rows = rows.left_join(days, _as_date(rows[column]) == days[f"_{side}_day"])
    counted = (_as_date(rows[end]) >= _as_date(rows[start])).ifelse(
        rows["_to_ordinal"] - rows["_from_ordinal"], ibis.null("int64")
    )
    return rows.mutate(counted.name(name)).drop("_from_day", "_from_ordinal", "_to_day", "_to_ordinal")


def _derived(rows: Rows, derived: Derived) -> Expression:
    if derived.days_between is not None:
        start, end = (_as_date(rows[column]) for column in derived.days_between)
        return (end >= start).ifelse(end.delta(start, unit="day"), ibis.null("int64"))
    if derived.after is not None:
        return _later(_as_date(rows[derived.after.of]), derived.after).cast("date")
    if derived.earliest is not None:
        return ibis.least(*(rows[column] for column in derived.earliest))
    if derived.latest is not None:
        columns = [rows[column] for column in derived.latest]
        return _all_known(columns).ifelse(ibis.greatest(*columns), ibis.null(columns[0].type()))
    if derived.total is not None:
        columns = [rows[column] for column in derived.total]
        added = reduce(lambda a, b: a + b, (column.fill_null(0) for column in columns))
        return (
            reduce(lambda a, b: a | b, (column.notnull() for column in columns))
            .ifelse(added, ibis.null(columns[0].type()))
            .cast(columns[0].type())
        )
    if derived.difference is not None:
        first, second = (rows[column] for column in derived.difference)
        return (first - second).cast(first.type())
    if derived.case_part is not None:
        return _case_part(rows[derived.case_part.of], derived.case_part.part)
    assert derived.group is not None
    group = derived.group
    branches = [(rows[group.of].isin(words), name) for name, words in group.groups.items()]
    return ibis.cases((rows[group.of].isnull(), ibis.null("string")), *branches, else_=group.other)


def _case_part(number: Expression, part: str) -> Expression:
    """An element of a normalised case number （year）court type serial号 (grammar: see case_number)."""
    group = {"year": 1, "court": 2, "type": 3, "serial": 4}[part]
    found = number.re_extract(NORMAL_PATTERN, group).nullif("")
    return found.cast("int64") if part in ("year", "serial") else found


def _as_date(column: Expression) -> Expression:
    return column.cast("date") if column.type().is_timestamp() else column


def _all_known(columns: list[Expression]) -> Expression:
    return reduce(and_, (column.notnull() for column in columns))


def _later(moment: Expression, by: Interval) -> Expression:
    """`moment` moved by calendar months (end of month clipped), then days, then hours."""
    for count, unit in ((by.months, "M"), (by.days, "D"), (by.hours, "h")):
        if count:
            moment = moment + ibis.interval(count, unit=unit)
    return moment


# --- conditions -----------------------------------------------------------------------------------------------


def matches(rows: Rows, tests: tuple[Test, ...]) -> Expression:
    """True where every test holds; never NULL-true."""
    return reduce(and_, [_matches(rows, test) for test in tests] or [ibis.literal(True)])


def _matches(rows: Rows, test: Test) -> Expression:
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
            return _as_date(column) <= _as_date(rows[str(value)])
        case "after":
            return _as_date(column) > _as_date(rows[str(value)])
        case _:
            return _compare(column, test.operator, value)


def _compare(column: Expression, operator: str, value: str | bool | int | float) -> Expression:
    if column.type().is_boolean():
        wanted = bool(value) == (operator == "eq")
        return column if wanted else ~column
    literal = ibis.date(value) if column.type().is_date() else ibis.literal(value)
    match operator:
        case "eq":
            return column == literal
        case "not":
            return column != literal
        case "lt":
            return column < literal
        case "lte":
            return column <= literal
        case "gt":
            return column > literal
        case _:
            return column >= literal


def _within(column: Expression, start: Expression, reach: Reach) -> Expression:
    """At most this much later. Without hours both sides are whole days; with hours the clock time counts."""
    if reach.hours:
        return column <= _later(start, reach)
    return _as_date(column) <= _later(_as_date(start), reach)


# --- aggregates of terms --------------------------------------------------------------------------------------


def month_of(day: Expression) -> Expression:
    """The month index of a date: see period.month_index."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def dimensions(rows: Rows, table: Table) -> dict[str, Expression]:
    """Department (NULL where the table has none) and 涉企 (NULL where the table cannot tell)."""
    return {
        DEPARTMENT: rows[table.department] if table.department else ibis.null("string"),
        FIRM: rows[table.firm] if table.firm else ibis.null("boolean"),
    }


def flow_cube(table: Table, period: str, terms: Mapping[str, Term], as_of: str) -> Rows:
    """One pass over a table for all additive flow terms of one date column.

    Columns: month, department, firm, then one summed amount per term name.
    """
    rows = unbound(table, table.id, derived=True)
    day = _as_date(rows[period])
    rows = rows.filter(day <= ibis.date(as_of))
    keys = {MONTH: month_of(_as_date(rows[period])), **dimensions(rows, table)}
    return rows.group_by(**keys).agg(**{name: _total(rows, term) for name, term in terms.items()})


def _total(rows: Rows, term: Term) -> Expression:
    """What the rows add up to: one or the column where the conditions hold (CASE is faster than FILTER)."""
    if not term.where:
        return rows.count() if term.column is None else rows[term.column].sum().fill_null(0)
    added = ibis.literal(1) if term.column is None else rows[term.column].fill_null(0)
    return matches(rows, term.where).ifelse(added, 0).sum()


def stock_moves(
    table: Table, start: str, until: str, terms: Mapping[str, Term], as_of: str
) -> tuple[Rows, Rows]:
    """Entries to and exits from the stock by month: a row that enters and leaves within one month is in neither.

    Same columns as `flow_cube`. The stock on a month's last day is entries minus exits up to that month.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(_as_date(rows[start]) <= ibis.date(as_of))
    left = _as_date(rows[until])
    left = (left <= ibis.date(as_of)).ifelse(left, ibis.null("date"))
    rows = rows.mutate(_left=month_of(left), _entered=month_of(_as_date(rows[start])))
    stays = rows.filter(rows["_left"].isnull() | (rows["_left"] > rows["_entered"]))

    def cube(moved: Rows, month: str) -> Rows:
        keys = {MONTH: moved[month], **dimensions(moved, table)}
        return moved.group_by(**keys).agg(**{name: _total(moved, term) for name, term in terms.items()})

    return cube(stays, "_entered"), cube(stays.filter(stays["_left"].notnull()), "_left")


def term_rows(table: Table, term: Term, as_of: str) -> Rows:
    """The rows of a term that cannot be rolled up: first and last month they count in, dimensions, the value.

    A flow row counts in its month only; a stock row in every month from its entry to the one before it left.
    """
    rows = unbound(table, table.id, derived=True)
    rows = rows.filter(matches(rows, term.where))
    cut = ibis.date(as_of)
    if term.stock is None:
        day = _as_date(rows[str(term.period)])
        first = last = month_of(day)
    else:
        day, left = _as_date(rows[term.stock.start]), _as_date(rows[term.stock.until])
        first = month_of(day)
        last = ((left <= cut).ifelse(month_of(left) - 1, ibis.null("int64"))).fill_null(month_of(cut))
    value = rows[term.column] if term.column else ibis.literal(1)
    picked = rows.select(
        first.name("_first"),
        last.name("_last"),
        value.name("_value"),
        day.name("_day"),
        **dimensions(rows, table),
    )
    return picked.filter((picked["_day"] <= cut) & (picked["_last"] >= picked["_first"])).drop("_day")


def evidence(table: Table, term: Term) -> Rows:
    """The rows a term counts, all columns: what stands behind a number."""
    rows = unbound(table, table.id, derived=True)
    return rows.filter(matches(rows, term.where)) if term.where else rows


def sql_of(catalog: Catalog, indicator: Indicator) -> str:
    """The compiled SQL of an indicator by month for the whole court, one statement per term, for reading."""
    statements: list[str] = []
    for part in indicator.formula.parts:
        for title, terms in (("分子", part.numerator), ("分母", part.denominator)):
            for term in terms:
                heading = "-- " + "".join(
                    (part.name and f"{part.name}:", title, "（减）" if term.minus else "")
                )
                statements.append(f"{heading}\n{_readable(catalog.tables[term.table], term)}")
    return "\n\n".join(statements)


def _readable(table: Table, term: Term) -> str:
    rows = evidence(table, term)
    if term.stock is not None:
        moment = ibis.date("2026-12-31")
        left = _as_date(rows[term.stock.until])
        rows = rows.filter((_as_date(rows[term.stock.start]) <= moment) & (left.isnull() | (left > moment)))
        return str(ibis.to_sql(rows.aggregate(value=_measure(rows, term)), dialect="duckdb"))
    month = rows[str(term.period)].strftime("%Y-%m").name("month")
    if term.aggregate == "largest":
        groups = rows.group_by(month, rows[term.column]).agg(value=rows.count())
        return str(ibis.to_sql(groups.group_by("month").agg(value=groups["value"].max()), dialect="duckdb"))
    return str(ibis.to_sql(rows.group_by(month).agg(value=_measure(rows, term)), dialect="duckdb"))


def _measure(rows: Rows, term: Term) -> Expression:
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
