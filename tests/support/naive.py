"""The second opinion: an indicator evaluated over plain rows, one period, department and scope at a time.

Deliberately simple and slow, written from the rules and not from the compiler: no SQL, no Ibis, no roll-up. Every
value is computed from the rows themselves; DuckDB's cubes, cumulated stocks and grouping sets must come to the same.
"""

import calendar
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import chinese_calendar

from scorecard.catalog.conditions import Reach, Test
from scorecard.catalog.contracts import Derived, Table
from scorecard.catalog.court import StatisticalMonths
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import FormulaPart, Term

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
Key = tuple[str, str, str, str]  # grain, period, department, scope


@dataclass(frozen=True)
class Value:
    """What the waist must hold for one indicator, grain, period, department and scope."""

    numerator: Fraction | None
    denominator: Fraction | None
    base: int
    exact: Fraction | None
    state: str
    parts: tuple[tuple[str, Fraction, Fraction], ...] = ()
    unknown: int = 0


@dataclass(frozen=True)
class Span:
    """A reporting period in plain dates."""

    grain: str
    key: str
    first: date
    last: date


# --- calendar ---------------------------------------------------------------------------------------------------


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def later(moment: date, months: int = 0, days: int = 0, hours: int = 0) -> date:
    """Months first, the end of a shorter month instead of a day it does not have; then days, then hours."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    moved = moment.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
    return as_datetime(moved) + timedelta(hours=hours) if hours else moved


def as_date(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def as_datetime(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)


def months_from(start: date, closes_on: int = 31, year_begins: int = 1) -> StatisticalMonths:
    """The setting as a seed file writes it."""
    return StatisticalMonths.model_validate({"from": start, "closes_on": closes_on, "year_begins": year_begins})


@cache
def day_table(rules: tuple[StatisticalMonths, ...], first_year: int, last_year: int) -> dict[date, tuple[int, int]]:
    """Each day -> year and number of its month, counted off day by day: on its closing day a month is over."""
    earliest = min([first_year, *(rule.start.year for rule in rules)]) - 1
    day, (year, month), found = date(earliest, 1, 1), (earliest, 1), dict[date, tuple[int, int]]()
    while day.year <= last_year:
        found[day] = year, month
        if day >= min(
            date(year, month, 1) + timedelta(days=rule_of(rules, year, month).closes_on - 1), month_end(year, month)
        ):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day += timedelta(days=1)
    return found


def rule_of(rules: tuple[StatisticalMonths, ...], year: int, month: int) -> StatisticalMonths:
    """The rule that holds for the month of this name: the last one that has begun."""
    begun = [rule for rule in rules if rule.start <= date(year, month, 1)]
    return begun[-1] if begun else months_from(date.min)


def year_and_place(rules: tuple[StatisticalMonths, ...], year: int, month: int) -> tuple[int, int]:
    """The year a month belongs to, that of the next month a year ends with, and how many months of it went before."""
    begins = rule_of(rules, year, month).year_begins
    ends = begins - 1 or 12
    return (year if month <= ends else year + 1), (month - begins if month >= begins else month + 12 - begins)


def spans(first: date, cut: date, rules: tuple[StatisticalMonths, ...] = ()) -> Iterator[Span]:
    """Every month, quarter, 年度累计 and year that has a month from the first one to that of the data cut."""
    days = day_table(rules, first.year - 2, cut.year + 3)
    months: dict[tuple[int, int], list[date]] = {}
    groups: dict[tuple[str, str], list[date]] = {}
    for day, name in days.items():
        months.setdefault(name, []).append(day)
    for name, (began, *_) in months.items():
        year, place = year_and_place(rules, *name)
        for key in (("year", f"{year}"), ("quarter", f"{year}-Q{place // 3 + 1}")):
            groups.setdefault(key, []).extend((began, months[name][-1]))
    seen: set[tuple[str, str]] = set()
    for name in [name for name in months if days[first] <= name <= days[cut]]:
        year, place = year_and_place(rules, *name)
        key, own = f"{name[0]}-{name[1]:02}", months[name]
        of_year, of_quarter = groups["year", f"{year}"], groups["quarter", f"{year}-Q{place // 3 + 1}"]
        for span in (
            Span("month", key, own[0], own[-1]),
            Span("ytd", key, of_year[0], own[-1]),
            Span("quarter", f"{year}-Q{place // 3 + 1}", of_quarter[0], of_quarter[-1]),
            Span("year", f"{year}", of_year[0], of_year[-1]),
        ):
            if (span.grain, span.key) not in seen:
                seen.add((span.grain, span.key))
                yield span


def month_begin(day: date, rules: tuple[StatisticalMonths, ...]) -> date:
    """The first day of the month a day belongs to."""
    days = day_table(rules, day.year - 2, day.year + 3)
    return min(one for one, name in days.items() if name == days[day])


def first_whole_month(since: date, rules: tuple[StatisticalMonths, ...]) -> date:
    """The first day on which a month begins, this day or later."""
    while month_begin(since, rules) != since:
        since += timedelta(days=1)
    return since


# --- derived columns --------------------------------------------------------------------------------------------


def derive(table: Table, rows: list[Row]) -> list[Row]:
    """The rows with every derived column, in the order of the contract."""
    finished: list[Row] = []
    for row in rows:
        whole = {column: row.get(column) for column in table.columns}
        for name, derived in table.derived.items():
            whole[name] = derived_value(derived, whole)
        finished.append(whole)
    return finished


def derived_value(derived: Derived, row: Row) -> Any:
    if derived.unknown_where and all(holds(test, row) for test in derived.unknown_where):
        return None
    values = [row[column] for column in derived.inputs]
    known = [value for value in values if value is not None]
    match derived.form:
        case "days_between":
            if len(known) < 2 or as_date(values[1]) < as_date(values[0]):
                return None
            return (as_date(values[1]) - as_date(values[0])).days
        case "working_days_between":
            if len(known) < 2 or as_date(values[1]) < as_date(values[0]):
                return None
            return working_days(as_date(values[0]), as_date(values[1]))
        case "after":
            by = derived.after
            return later(as_date(values[0]), by.months, by.days) if known else None
        case "earliest":
            return min(known) if known else None
        case "latest":
            return max(values) if len(known) == len(values) else None
        case "total":
            return sum(known) if len(known) == len(values) else None
        case "difference":
            return values[0] - values[1] if len(known) == 2 else None
        case "case_part":
            return case_part(values[0], derived.case_part.part) if known else None
        case _:
            if not known:
                return None
            groups = derived.group.groups.items()
            return next((name for name, words in groups if values[0] in words), derived.group.other)


def working_days(start: date, end: date) -> int | None:
    """Working days after `start`, up to and including `end`; unknown where the State Council has not spoken."""
    try:
        chinese_calendar.is_workday(start)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(chinese_calendar.is_workday(day) for day in days)
    except NotImplementedError:
        return None


def case_part(number: str, part: str) -> Any:
    """An element of a normalised case number such as （2026）鲁0117民初123号; unknown when it is none."""
    match = re.fullmatch(
        r"（(?P<year>\d{4})）(?P<court>最高法|[\u4e00-\u9fff]\d{0,4})(?P<type>[\u4e00-\u9fff]{1,5})(?P<serial>\d{1,8})号.*",
        number,
    )
    if match is None:
        return None
    return int(match[part]) if part in ("year", "serial") else match[part]


# --- conditions -------------------------------------------------------------------------------------------------

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "not": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
}


def holds(test: Test, row: Row) -> bool:
    """Whether one test holds; an unknown cell only ever satisfies `known = false` and `beyond`."""
    cell, wanted = row[test.column], test.value
    if test.operator == "known":
        return (cell is not None) == wanted
    if isinstance(wanted, Reach):
        start = row[wanted.of]
        if start is None:
            return False
        inside = cell is not None and within(cell, start, wanted)
        return inside if test.operator == "within" else not inside
    if cell is None:
        return False
    if test.operator in ("not_after", "after"):
        other = row[wanted]
        if other is None:
            return False
        return (as_date(cell) > as_date(other)) == (test.operator == "after")
    if test.operator in ("same_as", "differs_from"):
        other = row[wanted]
        return other is not None and (cell == other) == (test.operator == "same_as")
    if isinstance(wanted, tuple):
        return (cell in [like(cell, word) for word in wanted]) == (test.operator == "in")
    return COMPARISONS[test.operator](cell, like(cell, wanted))


def within(cell: date, start: date, reach: Reach) -> bool:
    """At most this much later: by the clock when hours are counted, by whole days otherwise."""
    if reach.hours:
        return as_datetime(cell) <= as_datetime(later(start, reach.months, reach.days, reach.hours))
    return as_date(cell) <= later(as_date(start), reach.months, reach.days)


def like(cell: Any, wanted: Any) -> Any:
    """The written value in the type of the cell: dates are written as text, decimals as numbers."""
    if isinstance(cell, datetime):
        return datetime.fromisoformat(wanted)
    if isinstance(cell, date):
        return date.fromisoformat(wanted)
    return Decimal(str(wanted)) if isinstance(cell, Decimal) else wanted


# --- terms ------------------------------------------------------------------------------------------------------


def counts_in(term: Term, row: Row, span: Span, cut: date) -> bool:
    """Whether the row is in the flow of the period, or in the stock on its last day (of a running one: the cut)."""
    if term.stock is None:
        day = row[term.period]
        return day is not None and span.first <= as_date(day) <= min(span.last, cut)
    measured = min(span.last, cut)
    start, until = row[term.stock.start], row[term.stock.until]
    if start is None or as_date(start) > measured:
        return False
    return until is None or as_date(until) > measured


def aggregate(term: Term, rows: list[Row]) -> Fraction | None:
    """Number of rows, sum, number of different values, size of the largest group, median or quantile (None of nothing)."""
    if term.column is None:
        return Fraction(len(rows))
    values = [row[term.column] for row in rows if row[term.column] is not None]
    match term.aggregate:
        case "sum":
            return sum((Fraction(value) for value in values), Fraction(0))
        case "distinct":
            return Fraction(len(set(values)))
        case "largest":
            return Fraction(max(Counter(values).values(), default=0))
        case "maximum":
            return max((Fraction(value) for value in values), default=None)
        case "minimum":
            return min((Fraction(value) for value in values), default=None)
        case "median":
            return median(sorted(Fraction(value) for value in values))
        case "quantile":
            return quantile(sorted(Fraction(value) for value in values), Fraction(term.per_mille, 1000))
        case _:
            raise AssertionError(term.aggregate)


def median(ordered: list[Fraction]) -> Fraction | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def quantile(ordered: list[Fraction], share: Fraction) -> Fraction | None:
    """The smallest of the values that at least this share of them does not exceed."""
    enough = (value for place, value in enumerate(ordered, 1) if Fraction(place, len(ordered)) >= share)
    return next(enough, None)


# --- indicators -------------------------------------------------------------------------------------------------


ALL_GRAINS = ("month", "quarter", "ytd", "year", "total")


def evaluate(
    catalog: Catalog, indicator: Indicator, rows: Rows, as_of: Mapping[str, date], grains: tuple[str, ...] = ALL_GRAINS
) -> dict[Key, Value]:
    """Every value of the indicator: all periods of the grains, 全院 and each department, all and 涉企 cases.

    `rows` are contract rows by table, without derived columns; `as_of` is 数据截至 of each table.
    """
    tables = {name: catalog.tables[name] for name in indicator.formula.tables}
    whole = {name: derive(table, rows[name]) for name, table in tables.items()}
    cut = min(as_of[name] for name in tables)
    first = first_day(catalog, indicator, whole)
    if first is None or first > cut:
        return {}
    places = list(places_of(list(tables.values()), whole))
    values: dict[Key, Value] = {}
    matching = {
        term: [row for row in whole[term.table] if all(holds(test, row) for test in about(term))]
        for term in indicator.formula.terms
    }
    since = catalog.court.statistics_from
    rules = catalog.court.statistical_months
    whole_from = first if len(tables) > 1 else date.min if since is None else first_whole_month(since, rules)
    length = longest_row(catalog, indicator)
    whole_span = total_span(max(first, whole_from), cut, rules, length) if indicator.all_time else ()
    for span in (*spans(first, cut, rules), *whole_span):
        if span.grain not in grains or span.first < whole_from:  # begun before the records did: halves of a span
            continue
        if length and not has_every_row(span, length, rules, matching, cut):
            continue
        state = state_of(indicator, span, cut)
        present = {term: [row for row in kept if counts_in(term, row, span, cut)] for term, kept in matching.items()}
        for department, scope in places:
            chosen = {
                term: [row for row in kept if belongs(tables[term.table], row, department, scope)]
                for term, kept in present.items()
            }
            values[span.grain, span.key, department, scope] = value_of(
                indicator, chosen, state, (span.last - span.first).days + 1, bool(length)
            )
    return values


def total_span(first: date, cut: date, rules: tuple[StatisticalMonths, ...], length: str) -> tuple[Span, ...]:
    """All months from the first one that is counted to that of the data cut; of rows of whole years, those that are over."""
    known = list(spans(first, cut, rules)) if first <= cut else []
    whole = [one for one in known if one.grain == length and first <= one.first and one.last <= cut]
    months = [one for one in known if one.grain == "month"]
    if length:
        months = [one for one in months if any(each.first <= one.first and one.last <= each.last for each in whole)]
    return (Span("total", f"{months[0].key}..{months[-1].key}", months[0].first, months[-1].last),) if months else ()


def longest_row(catalog: Catalog, indicator: Indicator) -> str:
    """month, quarter or year where the rows of an indicator stand for whole ones; empty where they have days."""
    found: set[str] = set()
    for term in indicator.formula.terms:
        for clock in [term.period] if term.stock is None else [term.stock.start, term.stock.until]:
            column = catalog.tables[term.table].columns.get(clock)
            found |= {column.period} if column is not None and column.period else set()
    return next((length for length in ("year", "quarter", "month") if length in found), "")


def has_every_row(
    span: Span, length: str, rules: tuple[StatisticalMonths, ...], matching: Mapping[Term, list[Row]], cut: date
) -> bool:
    """Whether a period is not shorter than a row, and each whole row's period in it that is over has one."""
    if {"year": ("month", "ytd", "quarter"), "quarter": ("month", "ytd")}.get(length, ()).count(span.grain):
        return False
    known = [one for one in spans(span.first, span.last, rules) if one.grain == length]
    inside = [one for one in known if span.first <= one.first and one.last <= min(span.last, cut)]
    return bool(inside) and all(
        any(counts_in(term, row, one, cut) for term, rows in matching.items() for row in rows) for one in inside
    )


def about(term: Term) -> list[Test]:
    """The tests that say which rows a term is about: that an amount must be known is no part of it."""
    return [
        test for test in term.where if not (test.operator == "known" and test.value and test.column in term.measured)
    ]


def first_day(catalog: Catalog, indicator: Indicator, whole: Rows) -> date | None:
    """The first day of the first month: the latest of the tables' first months, never before the statistics begin."""
    firsts: list[date] = []
    rules = catalog.court.statistical_months
    for name in indicator.formula.tables:
        columns = catalog.tables[name].columns.items()
        dates = [column for column, told in columns if told.type.name in ("date", "datetime") and not told.future]
        days = [as_date(row[day]) for row in whole[name] for day in dates if row[day] is not None]
        if not days:
            return None
        lengths = {told.period for _, told in columns if told.period}
        known = list(spans(month_begin(min(days), rules), max(days), rules))
        length = next((one for one in ("year", "quarter") if one in lengths), "month")
        firsts.append(min(one.first for one in known if one.grain == length))
    if catalog.court.statistics_from is not None:
        firsts.append(first_whole_month(catalog.court.statistics_from, rules))
    return max(firsts)


def places_of(tables: list[Table], whole: Rows) -> Iterator[tuple[str, str]]:
    """全院 always; departments only where one table knows them; 涉企 only where every table does."""
    departments = ["all"]
    if len(tables) == 1 and tables[0].department:
        departments += sorted({row[table.department] for table in tables for row in whole[table.id]} - {None})
    for department in departments:
        yield department, "all"
        if all(table.firm for table in tables):
            yield department, "firm"


def belongs(table: Table, row: Row, department: str, scope: str) -> bool:
    if scope == "firm" and row[table.firm] is not True:
        return False
    return department == "all" or row[table.department] == department


def state_of(indicator: Indicator, span: Span, cut: date) -> str:
    """A period still running is 在途; a cohort whose last day has not had its time is 观察期未满."""
    if span.last > cut:
        return "partial"
    matures = indicator.formula.matures_after
    if matures is not None and later(span.last, matures.months, matures.days) > cut:
        return "immature"
    return "complete"


def value_of(
    indicator: Indicator, chosen: Mapping[Term, list[Row]], state: str, days: int, by_period: bool = False
) -> Value:
    formula = indicator.formula
    parts = [part_of(part, chosen, by_period) for part in formula.parts]
    unknown = sum(
        max(unknown_rows(part.numerator, chosen), unknown_rows(part.denominator, chosen)) for part in formula.parts
    )
    exact: Fraction | None = Fraction(0)
    for numerator, denominator, _ in parts:
        if numerator is None or exact is None or (denominator is not None and denominator <= 0):
            exact = None
        else:
            exact += numerator / denominator if denominator is not None else numerator
    if exact is not None and indicator.unit == "%":
        exact *= 100
    if exact is not None and formula.kind == "disposition":
        exact = None if state == "partial" else exact * days
    of, _, per = indicator.unit.partition("/")
    if exact is not None and of == "万元":
        exact /= 10_000
    if exact is not None and per:
        exact *= {"百": 100, "千": 1000, "万": 10_000}.get(per[0], 1)
    base = min(base for _, _, base in parts)
    if formula.kind == "stage_means":
        named = tuple(
            (part.name, numerator or Fraction(0), denominator or Fraction(0))
            for part, (numerator, denominator, _) in zip(formula.parts, parts, strict=True)
        )
        if len(parts) > 1:  # several means added up have no halves of their own
            return Value(None, None, base, exact, state, named, unknown)
    else:
        named = ()
    ((numerator, denominator, _),) = parts
    return Value(numerator, denominator, base, exact, state, named, unknown)


def part_of(
    part: FormulaPart, chosen: Mapping[Term, list[Row]], by_period: bool = False
) -> tuple[Fraction | None, Fraction | None, int]:
    """Numerator, denominator (None: there is none, or nothing is known of it) and base of one part."""
    base = sum((half((term,), chosen) or Fraction(0) for term in part.base), Fraction(0))  # of what is known
    numerator = half(part.numerator, chosen, by_period)
    denominator = half(part.denominator, chosen, by_period) if part.denominator else None
    if numerator is None or (part.denominator and denominator is None):  # of an unknown value neither half is said
        return None, None, int(base)
    return numerator, denominator, int(base)


def half(terms: tuple[Term, ...], chosen: Mapping[Term, list[Row]], by_period: bool = False) -> Fraction | None:
    """The terms added up, those marked minus taken off; None where one has rows, or whole periods as rows, and nothing is known."""
    total = Fraction(0)
    for term in terms:
        known = told(term, chosen[term])
        amount = None if term.column and (chosen[term] or by_period) and not known else aggregate(term, known)
        if amount is None:
            return None
        total += -amount if term.minus else amount
    return total


def told(term: Term, rows: list[Row]) -> list[Row]:
    """The rows that say the amounts of a term."""
    columns = term.measured or ((term.column,) if term.column else ())
    return [row for row in rows if all(row[column] is not None for column in columns)]


def unknown_rows(terms: tuple[Term, ...], chosen: Mapping[Term, list[Row]]) -> int:
    """How many rows the terms of a half are about that do not say their amounts."""
    return sum(len(chosen[term]) - len(told(term, chosen[term])) for term in terms if term.column)
