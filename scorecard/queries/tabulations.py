"""What a tabulation or listing reads of its table, as SQL: the rows of a period and a part of the court, nothing run here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
from pydantic import TypeAdapter

from scorecard.calendar.period import Period
from scorecard.catalog.conditions import Test
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.formulas import Formula, Term
from scorecard.catalog.tabulations.declarations import RowChoice, Tabulation
from scorecard.queries.evidence import in_part, present
from scorecard.queries.expressions import Expression, RowsExpression, as_date, located, sql
from scorecard.queries.terms import DEPARTMENT, FIRM, FIRST, LAST, dimensions, matches, month_of, possible_rows

_TESTS = TypeAdapter(tuple[Test, ...])


@dataclass(frozen=True)
class Part:
    """The period, up to the cut, and the part of the court that is looked at."""

    period: Period
    cut: date
    department: str
    scope: str


def chosen(table: Table, choice: RowChoice, part: Part) -> RowsExpression:
    """The rows of a choice, as they lie in the warehouse; a choice without a clock has them of every day."""
    rows = located(table, table.id)
    wanted = matches(rows, choice.where) & in_part(rows, table, part.department, part.scope)
    if choice.clocks:
        wanted &= present(rows, choice.rows, part.period, part.cut)
    return rows.filter(wanted.fill_null(False))


def listed_sql(table: Table, choice: RowChoice, part: Part) -> str:
    """SQL for these rows with every column, batch and line."""
    return sql(chosen(table, choice, part))


def group_key(table: Table, rows: RowsExpression, column: str) -> Expression:
    """What rows are grouped by: the month of a day, otherwise the value itself."""
    return month_of(as_date(rows[column])) if table.type_of(column).is_date else rows[column]


def counted_terms(formula: Formula) -> Iterator[tuple[str, Term]]:
    """Each term that a figure's number is made of: its halves, its base, and the rows asked for amounts and those that say them."""
    (made,) = formula.parts
    (top,), (base,) = made.numerator, made.base
    yield "top", top
    yield from (("bottom", term) for term in made.denominator)
    yield "base", base
    of = top if top.amounts else base
    if of.amounts:
        yield "asked", of.candidates
        yield "said", of.known


def tabulated_sql(table: Table, tabulation: Tabulation, part: Part) -> str:
    """SQL for the chosen rows: the groups g0, g1, then for each term of each figure what the row adds to it, or NULL."""
    rows = chosen(table, tabulation, part)
    columns = {f"g{at}": group_key(table, rows, column) for at, column in enumerate(tabulation.by)}
    for number, formula in enumerate(tabulation.formulas):
        for half, term in counted_terms(formula):
            added = ibis.literal(1) if term.column is None else rows[term.column]
            columns[f"{half}{number}"] = matches(rows, term.where).ifelse(added, ibis.null(added.type()))
    return sql(rows.select(**columns))


def unsaid_sql(
    table: Table,
    choice: RowChoice,
    read: frozenset[str],
    part: Part,
    silence: tuple[Sequence[str], Sequence[int], str],
) -> tuple[frozenset[str], str]:
    """The silent columns among those read, and SQL for a row of the period and part that may count for all they say.

    `silence`: columns, numbers of the batches that say nothing of them, conditions of their rows as JSON. See the table of
    that name in etl/warehouse/silent_columns.py.
    """
    columns, batches, only = frozenset(silence[0]), silence[1], _TESTS.validate_json(silence[2])
    whose = {
        DEPARTMENT: table.department if part.department != ALL_DEPARTMENTS else None,
        FIRM: table.firm if part.scope == "firm" else None,
    }
    silent = table.made_of([*read, *filter(None, whose.values())]) & columns
    if choice.clocks:
        rows = possible_rows(table, choice.rows, columns, batches, str(part.cut), only)
        first, last = part.period.first_month, part.period.last_month
        wanted = (rows[FIRST] <= last) & (rows[LAST] >= (last if choice.stock else first))
    else:
        rows, unknown = located(table, table.id), table.resting_on(columns)
        known = tuple(test for test in choice.where if not test.columns & unknown)
        wanted = rows["_batch"].isin(list(batches)) & matches(rows, (*only, *known))
        rows = rows.mutate(**dimensions(rows, table))
    same: Mapping[str, Expression] = {DEPARTMENT: rows[DEPARTMENT] == part.department, FIRM: rows[FIRM]}
    for dimension, column in whose.items():
        if column is not None and not table.made_of([column]) & columns:
            wanted &= same[dimension]
    return silent, sql(rows.filter(wanted).limit(1))
