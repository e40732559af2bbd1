"""The few Ibis expressions that derivations and formulas share: unbound tables, whole days, moved dates."""

from functools import lru_cache
from typing import Any

import ibis

from scorecard.catalog.conditions import Interval
from scorecard.catalog.contracts import Table

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


def sql(expression: Expression) -> str:
    """The expression as DuckDB SQL."""
    return _written(expression.op())


@lru_cache(maxsize=512)
def _written(node: Any) -> str:
    """Nodes are compared by what they are made of, so the same definition is written once: a third of a build's time."""
    return str(ibis.to_sql(node.to_expr(), dialect="duckdb", pretty=False))


def as_date(column: Expression) -> Expression:
    """The whole day of a date or a moment."""
    return column.cast("date") if column.type().is_timestamp() else column


def later(moment: Expression, by: Interval) -> Expression:
    """`moment` moved by calendar months (end of month clipped), then days, then hours."""
    for count, unit in ((by.months, "M"), (by.days, "D"), (by.hours, "h")):
        if count:
            moment = moment + ibis.interval(count, unit=unit)
    return moment
