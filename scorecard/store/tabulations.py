"""Tabulations and listings of a published version: counted and fetched when somebody reads them, as plain texts.

What cannot be known is refused with its reason, as an indicator's value is withheld: a table that has not come, a department
or 涉企 that its rows do not tell, a month of which nobody has said anything, a column that says nothing of rows that may count.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scorecard.access import Actor, Forbidden
from scorecard.assessment.number_format import figure_text
from scorecard.calendar.period import Period, containing, day_text, month_index
from scorecard.catalog.columns import BOOLEAN, MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, UNIT_SCALE, Catalog
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, Tabulation
from scorecard.queries.tabulations import Part, counted_terms, listed_sql, tabulated_sql, unsaid_sql
from scorecard.storage.spreadsheet_csv import CsvValue, cells_of
from scorecard.store.evidence_rows import MEASURES, SEEDED, require_evidence, source_files
from scorecard.store.open_version import Selection, Version
from scorecard.topics.slices import obstacle

UNKNOWN, TOTAL, NO_NUMBER = "未填", "合计", "—"
_TOO_FEW = {"ratio": "太少不计率", "mean": "太少不计平均数", "median": "太少不计中位数"}
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
    head = _head(of.catalog, tabulation)
    part, basis = _part(of, tabulation)
    if part is None:
        return Tabulated(tabulation, head, basis)
    table, names = of.catalog.tables[tabulation.table], [f"g{at}" for at, _ in enumerate(tabulation.by)]
    halves = [
        (number, half, _MEASURES[term.aggregate].format(column=f"{half}{number}"))
        for number, formula in enumerate(tabulation.formulas)
        for half, term in counted_terms(formula)
    ]
    columns = ", ".join([*names, "count(*)", *(f"({measure})::DECIMAL(38, 4)" for *_, measure in halves)])
    which, sets = f"GROUPING({names[0]})" if names else "1", f"GROUP BY GROUPING SETS (({', '.join(names)}), ())"
    query = f"SELECT {which}, {columns} FROM ({tabulated_sql(table, tabulation, part)}) {sets if names else ''}"
    with of.connection.cursor() as cursor:
        found = cursor.execute(query).fetchall()
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
        lines = [
            TabulatedLine((name,), (text,), (value,))
            for name, (text, value) in zip(_names(tabulation), figures(wholes[0]), strict=True)
        ]
        return Tabulated(tabulation, head, basis, tuple(lines), None, rows)
    lines = [_line(_labels(of.catalog, table, tabulation.by, row), figures(row)) for row in groups]
    adding = [figure.adds_up for figure in tabulation.figures]
    if not lines or not any(adding):
        return Tabulated(tabulation, head, basis, tuple(lines), None, rows)
    summed = [pair if adds else ("", None) for adds, pair in zip(adding, figures(wholes[0]), strict=True)]
    total = _line((TOTAL, *[""] * (len(names) - 1)), summed)
    return Tabulated(tabulation, head, basis, tuple(lines), total, rows)


def _line(groups: tuple[str, ...], figures: Sequence[tuple[str, Fraction | None]]) -> TabulatedLine:
    return TabulatedLine(groups, tuple(text for text, _ in figures), tuple(value for _, value in figures))


def _names(tabulation: Tabulation) -> tuple[str, ...]:
    return tuple(figure.title for figure in tabulation.figures)


def _head(catalog: Catalog, tabulation: Tabulation) -> tuple[str, ...]:
    table = catalog.tables.get(tabulation.table)
    if not tabulation.by or table is None:
        return ("项目", "数字")
    return (*(table.header(column) for column in tabulation.by), *_names(tabulation))


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
    more = int(figure.kind in ("mean", "median") and figure.measured_in not in ("天", "万元", "元"))
    return f"{figure_text(value, figure.measured_in, more)}{unsaid}", value


def _words(catalog: Catalog, table: Table, column: str) -> list[Any]:
    """The values of a column in their own order: of codes, departments and groups; empty where values order themselves."""
    derived = table.derived.get(column)
    if derived is not None:
        group = derived.group
        return [] if group is None else [*(name for name in group.groups if name != group.other), group.other]
    return [*table.columns[column].words(catalog.departments)] or [True, False] * (table.type_of(column) == BOOLEAN)


def _order(catalog: Catalog, table: Table, by: Sequence[str]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Codes and departments as they are declared, other values as they are; unknown last. Never by a figure."""
    known = [_words(catalog, table, column) for column in by]

    def place(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            (
                value is None,
                words.index(value) if value in words else len(words),
                "" if words or value is None else value,
            )
            for words, value in zip(known, row, strict=False)
        )

    return place


def group_labels(catalog: Catalog, table: Table, column: str, values: Iterable[Any]) -> dict[Any, str]:
    """Each value once with the words for it, in the column's own order, unknown last."""
    place = _order(catalog, table, (column,))
    return {
        value: _label(catalog, table, column, value) for value in sorted(set(values), key=lambda one: place((one,)))
    }


def _labels(catalog: Catalog, table: Table, by: Sequence[str], row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(_label(catalog, table, column, value) for column, value in zip(by, row, strict=False))


def _label(catalog: Catalog, table: Table, column: str, value: Any) -> str:
    if value is None:
        return UNKNOWN
    kind = table.type_of(column)
    return containing("month", value).label if kind.is_date else kind.text(value, catalog.departments)


# --- what can be said -------------------------------------------------------------------------------------------


def _part(of: Reading, choice: RowChoice) -> tuple[Part | None, Basis]:
    """What is looked at and what it says of itself; None with the reason where nothing can be said of it."""
    department = ALL_DEPARTMENTS if of.department == _owner(of, choice) else of.department
    reason = obstacle(of.catalog, of.as_of, {choice.table: sorted(choice.read)}, (department, of.scope), {})
    if reason:
        return None, Basis(reason=reason)
    table, cut = of.catalog.tables[choice.table], of.as_of[choice.table]
    part = Part(of.period, cut, department, of.scope)
    with of.connection.cursor() as cursor:
        reason = (_untold(of, table, choice.period or "", cursor) if choice.clocks else "") or _unsaid(
            table, choice, part, cursor
        )
    last = min(of.period.last, cut)
    span = f"截至{day_text(last)}" if choice.stock else f"{day_text(of.period.first)}至{day_text(last)}"
    source = f"{table.name}，数据截至{day_text(cut)}"
    return (None if reason else part), Basis(span if choice.clocks else "全部", source, reason)


def _owner(of: Reading, choice: RowChoice) -> str | None:
    """Who stands today for the department whose rows all of them are; None where rows say it themselves, or nobody does."""
    cut = of.as_of.get(choice.table)
    return of.catalog.department_on(choice.owner, cut) if choice.owner and cut is not None else None


def _untold(of: Reading, table: Table, clock: str, cursor: Any) -> str:
    """Why nothing is known of the period: it lies after 数据截至, before the table begins, or nobody told of a month."""
    period, cut, since = of.period, of.as_of[table.id], of.catalog.court.statistics_from
    if period.first > cut:
        return f"《{table.name}》的数据只到{day_text(cut)}，还没有{period.label}的数据。请另选报告期。"
    if since is not None and period.first_month < month_index(since):
        return f"统计自{day_text(since)}起，没有完整的{period.label}。请另选报告期。"
    query = "SELECT month FROM table_month WHERE table_id = $1 AND coalesce(clock, $2) = $2"
    told = {month for (month,) in cursor.execute(query, [table.id, clock]).fetchall()}
    begin = min(told, default=None)
    if begin is None or period.last_month < begin:
        return f"《{table.name}》没有{period.label}的数据，不等于没有。请另选报告期，或报送该期数据。"
    span = range(max(begin, period.first_month), min(period.last_month, month_index(cut)) + 1)
    if missing := [containing("month", month).label for month in span if month not in told]:
        return f"《{table.name}》没有报送{'、'.join(missing)}，也没有申报“本月没有”，不等于没有。请补报或申报。"
    return ""


def _unsaid(table: Table, choice: RowChoice, part: Part, cursor: Any) -> str:
    """The sentences about columns that say nothing of rows that may count, closing dates in doubt among them."""
    reasons: dict[str, None] = {}
    query = "SELECT columns, reasons, batches, only_rows FROM silence WHERE table_id = ?"
    for columns, said, *which in cursor.execute(query, [table.id]).fetchall():
        silent, possible = unsaid_sql(table, choice, choice.read, part, (columns, *which))
        if silent and cursor.execute(possible).fetchall():
            reasons |= dict.fromkeys(reason for column, reason in zip(columns, said, strict=True) if column in silent)
    return f"{'；'.join(reasons)}，无法计算，不等于没有。请补报或核定后重新发布。" if reasons else ""


# --- listings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListedRow:
    """A row in the order of the head, private cells masked or in clear; where it was read: number of the batch, file, line."""

    values: tuple[CsvValue, ...]
    batch: int
    source: str
    line: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as people read it."""
        return cells_of(self.values)


@dataclass(frozen=True)
class Listed:
    """A page of a listing: `count` rows in all. `withheld` says why the reader is shown none of them."""

    listing: RowListing
    head: tuple[str, ...]
    basis: Basis
    rows: tuple[ListedRow, ...] = ()
    count: int = 0
    withheld: str = ""


def listed(of: Reading, listing: RowListing, actor: Actor, *, limit: int, offset: int = 0) -> Listed:
    """How many rows a listing has, and a page of them for those who may see case lists. Raises Forbidden for visitors."""
    part, basis = _part(of, listing)
    table = of.catalog.tables.get(listing.table)
    head = () if table is None else tuple(table.header(column) for column in listing.columns)
    if part is None or table is None:
        return Listed(listing, head, basis)
    query = listed_sql(table, listing, part)
    with of.connection.cursor() as cursor:
        (count,) = cursor.execute(f"SELECT count(*) FROM ({query})").fetchall()[0]
    try:
        require_rows(of, listing, actor)
    except Forbidden as refused:
        return Listed(listing, head, basis, (), count, str(refused))
    rows = tuple(_rows(of, table, listing, actor, query, limit, offset)) if limit else ()
    return Listed(listing, head, basis, rows, count)


def require_rows(of: Reading, listing: RowListing, actor: Actor) -> None:
    """Raise Forbidden unless the actor may see the rows of this listing.

    Rows that name a case or a firm are for 审管办 and the department whose rows they are; others for all who see details.
    """
    if of.catalog.tables[listing.table].names_cases:
        require_evidence(actor, _owner(of, listing) or of.department, of.catalog)
    else:
        actor.require("details")


@dataclass(frozen=True)
class RowKey:
    """The key of a row of a listing, by column, and whether the reader sees its private cells in clear."""

    cells: Mapping[str, Any]
    clear: bool


def row_key(of: Reading, listing: RowListing, actor: Actor, batch: int, line: int) -> RowKey | None:
    """The key of the row that stands at this line of this batch; None where the listing has no such row for this reader."""
    require_rows(of, listing, actor)
    part, _ = _part(of, listing)
    if part is None:
        return None
    table = of.catalog.tables[listing.table]
    columns = "".join(f', "{column}"' for column in table.key)
    with of.connection.cursor() as cursor:
        query = (
            f"SELECT {_whose(table)}{columns} FROM ({listed_sql(table, listing, part)}) WHERE _batch = ? AND _line = ?"
        )
        found = cursor.execute(query, [batch, line]).fetchall()
    return (
        None
        if not found
        else RowKey(dict(zip(table.key, found[0][1:], strict=True)), _clear(of, listing, actor, found[0][0]))
    )


def _whose(table: Table) -> str:
    return f'"{table.department}"' if table.department else "NULL"


def _clear(of: Reading, listing: RowListing, actor: Actor, department: str | None) -> bool:
    """Whether private cells of a row of this department stand in clear."""
    return listing.named and actor.may("names", department or _owner(of, listing))


def _rows(
    of: Reading, table: Table, listing: RowListing, actor: Actor, query: str, limit: int, offset: int
) -> Iterator[ListedRow]:
    columns = "".join(f', "{column}"' for column in listing.columns)
    owner = _owner(of, listing)
    # Rows in the order of what is masked would tell of it.
    seen = [one for one in listing.order if one not in table.private or actor.may("names", owner)]
    order = ", ".join(f'"{one}" {"DESC" if table.type_of(one).is_date else "ASC"} NULLS LAST' for one in seen)
    with of.connection.cursor() as cursor:
        rows = cursor.execute(
            f"SELECT _batch, _line, {_whose(table)}{columns} FROM ({query})"
            f" ORDER BY {order}{', ' if order else ''}_batch, _line LIMIT ? OFFSET ?",
            [limit, offset],
        ).fetchall()
    files = source_files(of.connection)
    for batch, line, department, *values in rows:
        clear = _clear(of, listing, actor, department)
        cells = tuple(
            MASK
            if column in table.private and value is not None and not clear
            else table.type_of(column).file_value(value, of.catalog.departments)
            for column, value in zip(listing.columns, values, strict=True)
        )
        yield ListedRow(cells, batch, files.get(batch, (SEEDED, ""))[0], line)
