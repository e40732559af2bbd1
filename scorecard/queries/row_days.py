"""Days of rows: which department one belongs to on its own (successor or predecessor), and which are cuts."""

from datetime import date, timedelta

from scorecard.catalog.columns import DEPARTMENT
from scorecard.catalog.contracts import CutDate, Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.sql_text import quoted


def department_columns(table: Table) -> tuple[str, ...]:
    """The columns of an extract that name departments; what people enter on a page keeps the name it was entered under."""
    if not table.comes_as_file:
        return ()
    return tuple(name for name, column in table.columns.items() if column.type == DEPARTMENT)


def own_day_sql(table: Table, as_of: date) -> str:
    """SQL for the day on which a row was last seen: the day it left the stock, else its latest day; else 数据截至."""
    cut = f"DATE '{as_of}'"
    if table.stock is not None:
        days = [table.stock.until]
    else:
        days = [name for name, column in table.columns.items() if column.type.is_date and not column.future]
    known = ", ".join(f'"{name}"::DATE' for name in days)
    return f"least(coalesce(greatest({known}), {cut}), {cut})" if known else cut


def department_sql(catalog: Catalog, column: str, own_day: str) -> str:
    """SQL for the department that the one in a column is on the row's own day."""
    turns = catalog.department_turns
    branches: list[str] = []
    for department in catalog.departments:
        spans = [(turn, catalog.department_on(department, turn - timedelta(1))) for turn in turns]
        last = catalog.department_on(department, turns[-1]) if turns else department
        if {last, *(name for _, name in spans)} != {department}:
            steps = " ".join(f"WHEN {own_day} < DATE '{turn}' THEN {quoted(name)}" for turn, name in spans)
            branches.append(f"WHEN {quoted(department)} THEN CASE {steps} ELSE {quoted(last)} END")
    named = f'"{column}"'
    return f"CASE {named} {' '.join(branches)} ELSE {named} END" if branches else named


_CUT_ROWS = 20  # fewer rows with one closing date are a busy day, not a cut


def cut_days_sql(cut: CutDate, source: str) -> str:
    """SQL for the days that look like the day of an export: day, rows that have it, first line, rows that lack the other column."""
    return (
        f'SELECT "{cut.date}"::DATE AS day, count(*) AS n, min(_line), sum(count(*)) OVER () AS total FROM {source} '
        f'WHERE "{cut.date}" IS NOT NULL AND "{cut.missing}" IS NULL GROUP BY day '
        f"QUALIFY n >= {_CUT_ROWS} AND n >= {cut.share} * total ORDER BY n DESC, day"
    )
