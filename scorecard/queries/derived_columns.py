"""Derived columns of a table contract as Ibis expressions: computed once for all indicators, when a version is built."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add, and_

import ibis

from scorecard.case_number import NORMAL_PATTERN
from scorecard.catalog.contracts import Derived, Table
from scorecard.queries.terms import Expression, RowsExpression, as_date, later, matches

CALENDAR = "workday"  # table (day DATE, ordinal BIGINT): how many working days there are up to and including `day`


def derive(table: Table, rows: RowsExpression) -> RowsExpression:
    """The rows (contract columns, _batch, _line) with every derived column added, in order."""
    calendar = ibis.table({"day": "date", "ordinal": "int64"}, name=CALENDAR)
    for name, derived in table.derived.items():
        if derived.working_days_between is not None:
            rows = _with_working_days(rows, calendar, name, *derived.working_days_between)
        else:
            value = _derived(rows, derived)
            if derived.unknown_where:
                open_still = matches(rows, derived.unknown_where).fill_null(False)
                value = open_still.ifelse(ibis.null(value.type()), value)
            rows = rows.mutate(value.name(name))
    return rows.select(*table.columns, *table.derived, "_batch", "_line")


def _with_working_days(
    rows: RowsExpression, calendar: RowsExpression, name: str, start: str, end: str
) -> RowsExpression:
    """Working days after `start` up to and including `end`; unknown outside the calendar or when end < start."""
    for side, column in (("from", start), ("to", end)):
        days = calendar.select(calendar.day.name(f"_{side}_day"), calendar.ordinal.name(f"_{side}_ordinal"))
        rows = rows.left_join(days, as_date(rows[column]) == days[f"_{side}_day"])
    counted = (as_date(rows[end]) >= as_date(rows[start])).ifelse(
        rows["_to_ordinal"] - rows["_from_ordinal"], ibis.null("int64")
    )
    return rows.mutate(counted.name(name)).drop("_from_day", "_from_ordinal", "_to_day", "_to_ordinal")


def _among(choose: Callable[..., Expression], columns: Sequence[Expression]) -> Expression:
    """The least or greatest of the known ones; Spark's functions want at least two."""
    return choose(*columns) if len(columns) > 1 else columns[0]


def _derived(rows: RowsExpression, derived: Derived) -> Expression:
    if derived.days_between is not None:
        start, end = (as_date(rows[column]) for column in derived.days_between)
        return (end >= start).ifelse(end.delta(start, unit="day"), ibis.null("int64"))
    if derived.after is not None:
        return later(as_date(rows[derived.after.of]), derived.after).cast("date")
    if derived.earliest is not None:
        return _among(ibis.least, [rows[column] for column in derived.earliest])
    if derived.latest is not None:
        columns = [rows[column] for column in derived.latest]
        return reduce(and_, (column.notnull() for column in columns)).ifelse(
            _among(ibis.greatest, columns), ibis.null(columns[0].type())
        )
    if derived.total is not None:
        columns = [rows[column] for column in derived.total]
        return reduce(add, columns).cast(columns[0].type())  # NULL where a part is unknown: a partial total is no total
    if derived.difference is not None:
        first, second = (rows[column] for column in derived.difference)
        return (first - second).cast(first.type())
    if derived.case_part is not None:
        # Of a normalised case number （year）court type serial号 (grammar: see case_number).
        part = derived.case_part.part
        group = {"year": 1, "court": 2, "type": 3, "serial": 4}[part]
        element = rows[derived.case_part.of].re_extract(NORMAL_PATTERN, group).nullif("")
        return element.cast("int64") if part in ("year", "serial") else element
    assert derived.group is not None
    group = derived.group
    branches = [(rows[group.of].isin(words), name) for name, words in group.groups.items()]
    return ibis.cases((rows[group.of].isnull(), ibis.null("string")), *branches, else_=group.other)
