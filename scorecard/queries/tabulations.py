"""What a tabulation, listing, prompt or split change reads of its table, as SQL: the rows of a period and a part of the court."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
from pydantic import TypeAdapter

from scorecard.calendar.period import Period, StatisticalCalendar
from scorecard.catalog.conditions import Interval, Test
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.formulas import Formula, Term
from scorecard.catalog.tabulations.declarations import AgeBand, RowChoice, Tabulation
from scorecard.catalog.tabulations.prompts import Prompt
from scorecard.queries.evidence import in_part, present
from scorecard.queries.terms import (
    DEPARTMENT,
    FIRM,
    FIRST,
    LAST,
    Expression,
    RowsExpression,
    as_date,
    dimensions,
    later,
    located,
    matches,
    month_of,
    possible_rows,
    sql,
)

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
        there = present(rows, choice.rows, part.period, part.cut)
        if choice.undated and choice.stock is not None:
            left = as_date(rows[choice.stock.until])
            there |= rows[choice.stock.start].isnull() & (left.isnull() | (left > _measured(part)))
        wanted &= there
    return rows.filter(wanted.fill_null(False))


def _measured(part: Part) -> Expression:
    """The day on which a stock is looked at: the last of the period, of a running one the cut."""
    return ibis.date(str(min(part.period.last, part.cut)))


def _of_age(rows: RowsExpression, age: AgeBand, day: Expression) -> Expression:
    """More than `over` months after the date and at most `upto`; the day itself that many months later is the last of them."""
    since = as_date(rows[age.of])
    old = later(since, Interval(months=age.over)) < day if age.over else since.notnull()
    return old if age.upto is None else old & (later(since, Interval(months=age.upto)) >= day)


def balance_sql(table: Table, tabulation: Tabulation, part: Part, months: Sequence[tuple[date, date]]) -> str:
    """SQL for a line a month: its first day, rows there before it, entered in it, left in it, there on its last day."""
    assert tabulation.stock is not None
    rows = located(table, table.id)
    wanted = matches(rows, tabulation.where) & in_part(rows, table, part.department, part.scope)
    stays = rows.filter(wanted.fill_null(False)).select(
        entered=as_date(rows[tabulation.stock.start]), gone=as_date(rows[tabulation.stock.until])
    )
    spans = ", ".join(f"(DATE '{first}', DATE '{last}')" for first, last in months)
    return (
        "SELECT first, count(*) FILTER (entered < first AND (gone IS NULL OR gone >= first)),"
        " count(*) FILTER (entered BETWEEN first AND last), count(*) FILTER (gone BETWEEN first AND last),"
        " count(*) FILTER (entered <= last AND (gone IS NULL OR gone > last))"
        f" FROM (VALUES {spans}) month(first, last) LEFT JOIN ({sql(stays)}) ON true GROUP BY first ORDER BY first"
    )


def listed_sql(table: Table, choice: RowChoice, part: Part) -> str:
    """SQL for these rows with every column, batch and line."""
    return sql(chosen(table, choice, part))


def group_key(table: Table, rows: RowsExpression, column: str, months: StatisticalCalendar) -> Expression:
    """What rows are grouped by: the month of a day, otherwise the value itself."""
    return month_of(as_date(rows[column]), months) if table.type_of(column).is_date else rows[column]


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
    rows, day = chosen(table, tabulation, part), _measured(part)
    columns = {f"g{at}": group_key(table, rows, column, part.period.months) for at, column in enumerate(tabulation.by)}
    for number, formula in enumerate(tabulation.formulas):
        age = tabulation.figures[number].age
        for half, term in counted_terms(formula):
            added = ibis.literal(1) if term.column is None else rows[term.column]
            counts = matches(rows, term.where) if age is None else matches(rows, term.where) & _of_age(rows, age, day)
            columns[f"{half}{number}"] = counts.ifelse(added, ibis.null(added.type()))
    return sql(rows.select(**columns))


def unsaid_sql(
    table: Table, choice: RowChoice, read: frozenset[str], part: Part, silence: tuple[Sequence[str], Sequence[int], str]
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
        rows = possible_rows(table, choice.rows, columns, batches, part.cut, part.period.months, only)
        first, last = part.period.first_month, part.period.last_month
        until = last if choice.stock else first
        if isinstance(choice, Tabulation) and choice.balance:  # who left in its first month was there before it
            until = first - 1
        wanted = (rows[FIRST] <= last) & (rows[LAST] >= until)
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


def amounts_by(table: Table, term: Term, columns: Sequence[str], part: Part) -> str:
    """SQL for (values of the columns, what their rows give the term), for each combination that occurs: what a change is split into."""
    rows = located(table, table.id)
    wanted = matches(rows, term.where) & in_part(rows, table, part.department, part.scope)
    rows = rows.filter((wanted & present(rows, term, part.period, part.cut)).fill_null(False))
    amount = rows.count() if term.column is None else rows[term.column].sum().fill_null(0)
    return sql(rows.group_by(list(columns)).agg(amount=amount.cast("decimal(38, 4)")))


def stretches_sql(table: Table, prompt: Prompt, part: Part, earlier: Part | None) -> str:
    """SQL for (whether it is looked at, exposure, exposure by the other clock, keys); None looked at: rows of neither side."""
    (key,), again = table.key, prompt.again
    names = {"key": key, "clock": prompt.period, "of": prompt.limit and prompt.limit.of}
    names |= again.model_dump(exclude={"where"}) if again else {}
    words = {word: f'"{name}"' for word, name in names.items()} | {"rows": listed_sql(table, prompt, part)}
    if prompt.earlier is not None and earlier is not None:
        words["earlier"] = listed_sql(table, prompt.earlier, earlier)
    return (Path(__file__).parent / "sql" / f"{prompt.kind}.sql").read_text("utf-8").format_map(words)
