"""The rows behind one value: for each table of an indicator, which rows count, in which half, and with what amount.

Compiled from the same terms and the same conditions as the value itself, cut at the same day, so that counting or adding
up the rows must give numerator and denominator again. Nothing here runs a query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Literal

import ibis

from scorecard.calendar.period import Period
from scorecard.catalog import worked_examples
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.catalog.formulas import Term
from scorecard.queries.terms import Expression, RowsExpression, as_date, located, matches

Half = Literal["numerator", "denominator"]
HALF_NAMES: dict[Half, str] = {"numerator": "分子", "denominator": "分母"}
BATCH, LINE = "_batch", "_line"


@dataclass(frozen=True)
class TermRole:
    """One term of the formula and the half it stands in; `flag` is the column that says whether a row counts in it."""

    flag: str
    part: int
    part_name: str
    half: Half
    term: Term

    @property
    def label(self) -> str:
        """ "分子", "分母", "分子（减）", "一审·分子"."""
        stage = f"{self.part_name}·" if self.part_name else ""
        return f"{stage}{HALF_NAMES[self.half]}{'（减）' if self.term.minus else ''}"

    @property
    def amount(self) -> str | None:
        """The column whose values are added up, compared or told apart; None where rows are merely counted."""
        return self.term.column


@dataclass(frozen=True)
class EvidenceQuery:
    """The rows of one table that stand behind one value, as a query of that table.

    Columns of the query: the contract's columns and derived ones, `_batch` and `_line`, then one flag for each role.
    """

    table: Table
    department: str
    roles: tuple[TermRole, ...]
    columns: tuple[str, ...]
    query: str

    def flags(self, half: Half, *, minus: bool) -> tuple[str, ...]:
        """The flags of the terms that stand in a half, those that are taken off or the others."""
        return tuple(role.flag for role in self.roles if role.half == half and role.term.minus == minus)

    @property
    def amounts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(role.amount for role in self.roles if role.amount))


def cut_of(indicator: Indicator, as_of: Mapping[str, date]) -> date | None:
    """The day the value was cut at: the earliest 数据截至 of its tables; None while one of them has no extract."""
    tables = indicator.formula.tables
    return min(as_of[table] for table in tables) if all(table in as_of for table in tables) else None


def evidence_queries(
    catalog: Catalog, indicator: Indicator, period: Period, department: str, scope: str, cut: date
) -> tuple[EvidenceQuery, ...]:
    """The rows behind a value, one query for each table the formula reads, in the order it names them."""
    roles: list[TermRole] = []
    for number, part in enumerate(indicator.formula.parts):
        for half in HALF_NAMES:
            for term in getattr(part, half):
                roles.append(TermRole(f"_r{len(roles)}", number, part.name, half, term))
    queries: list[EvidenceQuery] = []
    for name in dict.fromkeys(role.term.table for role in roles):
        own = tuple(role for role in roles if role.term.table == name)
        queries.append(_of_table(catalog.tables[name], own, period, department, scope, cut))
    return tuple(queries)


def sql_of(catalog: Catalog, indicator: Indicator) -> str:
    """The rows behind the value of the worked example as SQL, for reading: a statement for each table."""
    expect = indicator.example.expect
    period, cut = catalog.court.months.parse(expect.grain, expect.period), worked_examples.cut_date(indicator)
    assert period is not None
    found = evidence_queries(catalog, indicator, period, ALL_DEPARTMENTS, expect.scope, cut)
    return ";\n\n".join(one.query for one in found)


def _of_table(
    table: Table, roles: tuple[TermRole, ...], period: Period, department: str, scope: str, cut: date
) -> EvidenceQuery:
    rows = located(table, table.id)
    columns = (*table.columns, *table.derived)
    counted = {role.flag: _counts(rows, table, role.term, period, department, scope, cut) for role in roles}
    marked = rows.select(*columns, BATCH, LINE, **counted)
    chosen = marked.filter(reduce(or_, [marked[flag] for flag in counted]))
    return EvidenceQuery(table, department, roles, columns, str(ibis.to_sql(chosen, dialect="duckdb")))


def _counts(
    rows: RowsExpression, table: Table, term: Term, period: Period, department: str, scope: str, cut: date
) -> Expression:
    """True where a row counts in a term: its conditions, its period, department and 涉企; unknown amounts count nowhere."""
    tests = [matches(rows, term.where), present(rows, term, period, cut), in_part(rows, table, department, scope)]
    if term.column is not None:
        tests.append(rows[term.column].notnull())
    return reduce(and_, tests).fill_null(False)


def in_part(rows: RowsExpression, table: Table, department: str, scope: str) -> Expression:
    """True where a row belongs to the department, or the whole court, and to 涉企, or all cases."""
    tests = [ibis.literal(True)]
    if department != ALL_DEPARTMENTS:
        tests.append(rows[table.department] == department if table.department else ibis.literal(False))
    if scope == "firm":
        tests.append(rows[table.firm] if table.firm else ibis.literal(False))
    return reduce(and_, tests)


def present(rows: RowsExpression, term: Term, period: Period, cut: date) -> Expression:
    """In the flow of the period up to the cut, or in the stock on its last day (of a running one: on the cut)."""
    measured = ibis.date(str(min(period.last, cut)))
    clock = as_date(rows[term.clock])
    if term.stock is None:
        return (clock >= ibis.date(str(period.first))) & (clock <= measured)
    left = as_date(rows[term.stock.until])
    return (clock <= measured) & (left.isnull() | (left > measured))
