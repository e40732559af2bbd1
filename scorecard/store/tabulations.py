"""Tabulations and listings of a published version: counted and fetched when somebody reads them, as plain texts.

What cannot be known is refused with its reason, as an indicator's value is withheld: a table that has not come, a department
or 涉企 that its rows do not tell, a month of which nobody has said anything, a column that says nothing of rows that may count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scorecard.assessment.number_format import figure_text
from scorecard.calendar.period import Period, day_text, month_label
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, UNIT_SCALE, Catalog
from scorecard.catalog.tabulations.declarations import RowChoice, Tabulation
from scorecard.queries.tabulations import Part, balance_sql, counted_terms, tabulated_sql, unsaid_sql
from scorecard.store.evidence_rows import MEASURES
from scorecard.store.open_version import Selection, Version
from scorecard.store.warehouse import fetched
from scorecard.topics.slices import obstacle

UNKNOWN, TOTAL, NO_NUMBER = "未填", "合计", "—"
_TOO_FEW = {
    "ratio": "太少不计率", "mean": "太少不计平均数", "median": "太少不计中位数", "quantile": "太少不计分位数",
    "maximum": "太少不计最大值", "minimum": "太少不计最小值",
}  # fmt: skip
_MEASURES = {**MEASURES, "count": "count({column})"}


@dataclass(frozen=True)
class Reading:
    """A version's rows as one reader looks at them: period, department and scope."""

    connection: Any  # only the store knows what it is
    catalog: Catalog
    as_of: Mapping[str, date]
    period: Period
    department: str
    scope: str


def reading(version: Version, selection: Selection) -> Reading:
    """The version under a selection. A visitor's refuses as soon as a row would be counted."""
    chosen = (selection.period, selection.department, selection.scope)
    return Reading(version.connection, version.catalog, version.as_of, *chosen)


@dataclass(frozen=True)
class Basis:
    """Which rows an answer is about: the days, the table with 数据截至; or the `reason` why there is no answer."""

    span: str = ""
    source: str = ""
    reason: str = ""


@dataclass(frozen=True)
class TabulatedLine:
    """A line: its groups and figures as text, and the exact figures for bars, None where no number may be shown."""

    groups: tuple[str, ...]
    figures: tuple[str, ...]
    values: tuple[Fraction | None, ...]


@dataclass(frozen=True)
class Tabulated:
    """A tabulation as it is read: `rows` counted, a line for each group and `total` where figures add up.

    Without lines and without a reason in `basis` there was none. A funnel has a line for each figure.
    """

    tabulation: Tabulation
    head: tuple[str, ...]
    basis: Basis
    lines: tuple[TabulatedLine, ...] = ()
    total: TabulatedLine | None = None
    rows: int = 0

    @property
    def printed(self) -> tuple[tuple[str, ...], ...]:
        """Every line as a table shows it, the total last."""
        lines = (*self.lines, *((self.total,) if self.total else ()))
        return tuple((*line.groups, *line.figures) for line in lines)


def tabulate(of: Reading, tabulation: Tabulation) -> Tabulated:
    """The tabulation for a reader's selection. Raises Forbidden for visitors."""
    head = tabulation.head(of.catalog.tables.get(tabulation.table))
    if tabulation.balance:  # the months of the year, so that each begins where the one before ended
        of = replace(of, period=of.period.months.containing("ytd", of.period.last_month))
    part, basis = part_of(of, tabulation)
    if part is None:
        return Tabulated(tabulation, head, basis)
    if tabulation.balance:
        return _balance(of, tabulation, part, head, basis)
    table, names = of.catalog.tables[tabulation.table], [f"g{at}" for at, _ in enumerate(tabulation.by)]
    halves = [
        (number, half, _MEASURES[term.aggregate].format(column=f"{half}{number}", share=f"{term.per_mille / 1000:.3f}"))
        for number, formula in enumerate(tabulation.formulas)
        for half, term in counted_terms(formula)
    ]
    columns = ", ".join([*names, "count(*)", *(f"({measure})::DECIMAL(38, 4)" for *_, measure in halves)])
    which, sets = f"GROUPING({names[0]})" if names else "1", f"GROUP BY GROUPING SETS (({', '.join(names)}), ())"
    query = f"SELECT {which}, {columns} FROM ({tabulated_sql(table, tabulation, part)}) {sets if names else ''}"
    found = fetched(of.connection, query)
    wholes = [row[1:] for row in found if row[0]]
    groups = sorted((row[1:] for row in found if not row[0]), key=_order(of.catalog, table, tabulation.by))
    counted = [len(names) + 1 + at for at, _ in enumerate(halves)]

    def figures(row: Sequence[Any]) -> list[tuple[str, Fraction | None]]:
        amounts: list[dict[str, Decimal | None]] = [{} for _ in tabulation.figures]
        for (number, half, _), at in zip(halves, counted, strict=True):
            amounts[number][half] = row[at]
        return [_figure(of.catalog, tabulation, number, given) for number, given in enumerate(amounts)]

    rows = wholes[0][len(names)] if wholes else 0
    if not names:
        named = zip(tabulation.figures, figures(wholes[0]), strict=True)
        lines = [_line([figure.title], [number]) for figure, number in named]
        return Tabulated(tabulation, head, basis, tuple(lines), None, rows)
    lines = [
        _line([_label(of.catalog, table, *group) for group in zip(tabulation.by, row, strict=False)], figures(row))
        for row in groups
    ]
    adding = [figure.adds_up for figure in tabulation.figures]
    if not lines or not any(adding):
        return Tabulated(tabulation, head, basis, tuple(lines), None, rows)
    summed = [pair if adds else ("", None) for adds, pair in zip(adding, figures(wholes[0]), strict=True)]
    total = _line((TOTAL, *[""] * (len(names) - 1)), summed)
    return Tabulated(tabulation, head, basis, tuple(lines), total, rows)


def _balance(of: Reading, tabulation: Tabulation, part: Part, head: tuple[str, ...], basis: Basis) -> Tabulated:
    """A line for each month of the year up to the period, then all of them; where the sum does not hold, by how much."""
    told = "SELECT min(month) FROM table_month WHERE table_id = ?"
    ((begin,),) = fetched(of.connection, told, [tabulation.table])
    months = of.period.months.between("month", max(begin, of.period.first_month), of.period.last_month)
    spans = [(month.first, min(month.last, part.cut)) for month in months if month.first <= part.cut]
    query = balance_sql(of.catalog.tables[tabulation.table], tabulation, part, spans)
    found = [row for _, *row in fetched(of.connection, query)]
    unit = tabulation.figures[0].measured_in
    lines = [_flow(month.label, [row], unit) for month, row in zip(months, found, strict=False)]
    return Tabulated(tabulation, head, basis, tuple(lines), _flow(TOTAL, found, unit), found[0][0] + found[0][1])


def _flow(label: str, months: Sequence[Sequence[Any]], unit: str) -> TabulatedLine:
    """The balance of months in their order: there before the first, entered and left in all, there after the last."""
    row = [months[0][0], sum(month[1] for month in months), sum(month[2] for month in months), months[-1][3]]
    gap = row[0] + row[1] - row[2] - row[3]
    texts = [figure_text(number, unit) for number in row]
    texts[3] += f"，不平：前三项得{figure_text(row[3] + gap, unit)}，请核对日期" if gap else ""
    return TabulatedLine((label,), tuple(texts), tuple(Fraction(number) for number in row))


def flow_of(told: Tabulated, period: Period) -> TabulatedLine:
    """The line of a balance for a period of its year: its own months, not those from the beginning of the year."""
    names = {month.label for month in period.months.between("month", period.first_month, period.last_month)}
    months = [line.values for line in told.lines if line.groups[0] in names]
    return _flow(period.label, months, told.tabulation.figures[0].measured_in)


def _line(groups: Sequence[str], figures: Sequence[tuple[str, Fraction | None]]) -> TabulatedLine:
    return TabulatedLine(tuple(groups), tuple(text for text, _ in figures), tuple(value for _, value in figures))


def _figure(
    catalog: Catalog, tabulation: Tabulation, number: int, amounts: Mapping[str, Decimal | None]
) -> tuple[str, Fraction | None]:
    """A figure as text and exact, of its halves; a rate, mean or median of few rows is their number only."""
    figure, unit = tabulation.figures[number], tabulation.row_unit
    base, missing = int(amounts["base"] or 0), int((amounts.get("asked") or 0) - (amounts.get("said") or 0))
    unsaid = f"，另有{missing:,}{unit}未填未计" if missing else ""
    top, bottom = amounts["top"], amounts.get("bottom", Decimal(1))
    if figure.kind in _TOO_FEW and base < catalog.court.minimum_base:
        return (f"{base}{unit}，{_TOO_FEW[figure.kind]}" if base else NO_NUMBER) + unsaid, None
    if (top is None and missing) or bottom is None or bottom <= 0:
        return f"{NO_NUMBER}{unsaid}", None
    up, down = UNIT_SCALE.get(figure.measured_in, (1, 1))
    value = Fraction(top or 0) / Fraction(bottom) * up / down
    more = int(figure.kind in ("mean", "median", "quantile") and figure.measured_in not in ("天", "万元", "元"))
    return f"{figure_text(value, figure.measured_in, more)}{unsaid}", value


def with_unit(line: TabulatedLine, at: int, unit: str) -> str:
    """A figure with its unit right behind the number: "300天，另有2件未填未计"; as it stands where there is no number."""
    number, comma, rest = line.figures[at].partition("，")
    return line.figures[at] if line.values[at] is None else f"{number}{unit}{comma}{rest}"


def _order(catalog: Catalog, table: Table, by: Sequence[str]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Codes and departments as they are declared, other values as they are; unknown last. Never by a figure."""
    known = [table.words(column, catalog.departments) for column in by]

    def rank(words: Sequence[Any], value: Any) -> tuple[Any, ...]:
        at = words.index(value) if value in words else len(words)
        return value is None, at, "" if words or value is None else value

    return lambda row: tuple(rank(words, value) for words, value in zip(known, row, strict=False))


def group_labels(catalog: Catalog, table: Table, column: str, values: Iterable[Any]) -> dict[Any, str]:
    """Each value once with the words for it, in the column's own order, unknown last."""
    place = _order(catalog, table, (column,))
    return {
        value: _label(catalog, table, column, value) for value in sorted(set(values), key=lambda one: place((one,)))
    }


def _label(catalog: Catalog, table: Table, column: str, value: Any) -> str:
    if value is None:
        return UNKNOWN
    kind = table.type_of(column)
    return month_label(value) if kind.is_date else kind.text(value, catalog.departments)


# --- what can be said -------------------------------------------------------------------------------------------


def part_of(of: Reading, choice: RowChoice) -> tuple[Part | None, Basis]:
    """What is looked at and what it says of itself; None with the reason where nothing can be said of it."""
    department = ALL_DEPARTMENTS if of.department == owner_of(of, choice) else of.department
    reason = obstacle(of.catalog, of.as_of, {choice.table: sorted(choice.read)}, (department, of.scope), {})
    if reason:
        return None, Basis(reason=reason)
    table, cut = of.catalog.tables[choice.table], of.as_of[choice.table]
    part = Part(of.period, cut, department, of.scope)
    reason = _untold(of, table, choice.period or "") if choice.clocks else ""
    reason = reason or _unsaid(of, table, choice, part)
    last = min(of.period.last, cut)
    span = f"截至{day_text(last)}" if choice.stock else f"{day_text(of.period.first)}至{day_text(last)}"
    source = f"{table.name}，数据截至{day_text(cut)}"
    return (None if reason else part), Basis(span if choice.clocks else "全部", source, reason)


def owner_of(of: Reading, choice: RowChoice) -> str | None:
    """Who stands today for the department whose rows all of them are; None where rows say it themselves, or nobody does."""
    cut = of.as_of.get(choice.table)
    return of.catalog.department_on(choice.owner, cut) if choice.owner and cut is not None else None


def _untold(of: Reading, table: Table, clock: str) -> str:
    """Why nothing is known of the period: it lies after 数据截至, before the table begins, or nobody told of a month."""
    period, cut, since = of.period, of.as_of[table.id], of.catalog.court.statistics_from
    if period.first > cut:
        return f"《{table.name}》的数据只到{day_text(cut)}，还没有{period.label}的数据。请另选报告期。"
    if since is not None and period.first < since:
        return f"统计自{day_text(since)}起，没有完整的{period.label}。请另选报告期。"
    query = "SELECT month FROM table_month WHERE table_id = $1 AND coalesce(clock, $2) = $2"
    told = {month for (month,) in fetched(of.connection, query, [table.id, clock])}
    begin = min(told, default=None)
    if begin is None or period.last_month < begin:
        return f"《{table.name}》没有{period.label}的数据，不等于没有。请另选报告期，或报送该期数据。"
    span = range(max(begin, period.first_month), min(period.last_month, period.months.month_of(cut)) + 1)
    if missing := [month_label(month) for month in span if month not in told]:
        return f"《{table.name}》没有报送{'、'.join(missing)}，也没有申报“本月没有”，不等于没有。请补报或申报。"
    return ""


def _unsaid(of: Reading, table: Table, choice: RowChoice, part: Part) -> str:
    """The sentences about columns that say nothing of rows that may count, closing dates in doubt among them."""
    reasons: dict[str, None] = {}
    query = "SELECT columns, reasons, batches, only_rows FROM silence WHERE table_id = ?"
    for columns, said, *which in fetched(of.connection, query, [table.id]):
        silent, possible = unsaid_sql(table, choice, choice.read, part, (columns, *which))
        if silent and fetched(of.connection, possible):
            reasons |= dict.fromkeys(reason for column, reason in zip(columns, said, strict=True) if column in silent)
    return f"{'；'.join(reasons)}，无法计算，不等于没有。请补报或核定后重新发布。" if reasons else ""
