"""Days of rows: which department one belongs to on its own (successor or predecessor), and which are cuts."""

from datetime import date, timedelta

import ibis

from scorecard.catalog.columns import DEPARTMENT
from scorecard.catalog.contracts import CutDate, Table
from scorecard.catalog.definitions import Catalog
from scorecard.queries.terms import Expression, RowsExpression, as_date


def department_columns(table: Table) -> tuple[str, ...]:
    """The columns of an extract that name departments; what people enter on a page keeps the name it was entered under."""
    if not table.comes_as_file:
        return ()
    return tuple(name for name, column in table.columns.items() if column.type == DEPARTMENT)


def own_day(table: Table, rows: RowsExpression, as_of: date) -> Expression:
    """The day on which a row was last seen: the day it left the stock, else its latest day; else 数据截至."""
    cut = ibis.date(str(as_of))
    if table.stock is not None:
        names = sorted(name for name in table.sources([table.stock.until]) if table.columns[name].type.is_date)
    else:
        names = [name for name, column in table.columns.items() if column.type.is_date and not column.future]
    if not names:
        return cut
    days = [as_date(rows[name]) for name in names]
    latest = ibis.greatest(*days) if len(days) > 1 else days[0]
    return ibis.least(latest.coalesce(cut), cut)


def department_on_day(catalog: Catalog, named: Expression, own_day: Expression) -> Expression:
    """The department that the one named is on the row's own day."""
    turns = catalog.department_turns
    branches: list[tuple[Expression, Expression]] = []
    for department in catalog.departments:
        spans = [(turn, catalog.department_on(department, turn - timedelta(1))) for turn in turns]
        last = catalog.department_on(department, turns[-1]) if turns else department
        if {last, *(name for _, name in spans)} != {department}:
            steps = [(own_day < ibis.date(str(turn)), ibis.literal(name)) for turn, name in spans]
            branches.append((named == department, ibis.cases(*steps, else_=last)))
    return ibis.cases(*branches, else_=named) if branches else named


_CUT_ROWS = 20  # fewer rows with one closing date are a busy day, not a cut


def cut_days_sql(cut: CutDate, source: str) -> str:
    """SQL for the days that look like the day of an export: day, rows that have it, first line, rows that lack the other column."""
    return (
        f'SELECT "{cut.date}"::DATE AS day, count(*) AS n, min(_line), sum(count(*)) OVER () AS total FROM {source} '
        f'WHERE "{cut.date}" IS NOT NULL AND "{cut.missing}" IS NULL GROUP BY day '
        f"QUALIFY n >= {_CUT_ROWS} AND n >= {cut.share} * total ORDER BY n DESC, day"
    )
