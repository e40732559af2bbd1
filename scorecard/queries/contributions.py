"""The rows of a term in one period by the values of a column, as SQL: what a change between two periods is split into."""

from scorecard.catalog.contracts import Table
from scorecard.catalog.formulas import Term
from scorecard.queries.evidence import in_part, present
from scorecard.queries.expressions import located, sql
from scorecard.queries.tabulations import Part
from scorecard.queries.terms import matches


def amounts_by(table: Table, term: Term, column: str, part: Part) -> str:
    """SQL for (value of the column, what its rows give the term), a row for each value."""
    rows = located(table, table.id)
    wanted = matches(rows, term.where) & in_part(rows, table, part.department, part.scope)
    rows = rows.filter((wanted & present(rows, term, part.period, part.cut)).fill_null(False))
    amount = rows.count() if term.column is None else rows[term.column].sum().fill_null(0)
    return sql(rows.group_by(group=rows[column]).agg(amount=amount.cast("decimal(38, 4)")))
