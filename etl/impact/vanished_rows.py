"""Rows that an extract should hold again and does not: kept, and asked about, until an officer says what it means.

No contract says what an extract carries, so only what an extract shows of itself counts. It is asked about a row of earlier
batches when it holds again at least nine in ten of the rows like it: of the months of each of its days, within the days that
it reaches from and to without a gap; of its department, 涉企, kind of case and the columns the table is split by. A row that
was open may have ended since: then all months from its beginning on must be carried. Files that tell of one month each never
carry what an earlier one told, so nothing is asked of them. What comes back in a later batch is no question.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from etl.impact.attached_versions import cell_text, key_text
from etl.impact.version_diff import RowChange
from etl.intake.batch_notes import RowRuling
from etl.intake.batches import Batch
from etl.warehouse.tables import GONE, parquet_rows, row_id
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.queries.derived_columns import derive
from scorecard.queries.terms import located, sql

SHARE = 0.9  # of the rows alike that must be carried again
_KNOWN = Path(__file__).with_name("known_rows.sql").read_text("utf-8")


@dataclass(frozen=True)
class VanishedRow:
    """A row as the last batch that held it has it; `ruling` is empty while nobody has said what it means."""

    id: str
    row: RowChange
    ruling: RowRuling | str = ""


@dataclass(frozen=True)
class VanishedRows:
    """The rows that one batch is the first to be without."""

    table: Table
    batch: Batch
    rows: tuple[VanishedRow, ...]

    @property
    def open(self) -> tuple[VanishedRow, ...]:
        """Those nobody has ruled on."""
        return tuple(row for row in self.rows if not row.ruling)

    @property
    def sentence(self) -> str:
        """审判案件表：“十月.csv”（截至 2026-10-31）没有此前报送过的 3 行，是否已在源头撤销待核定."""
        where = f"{self.table.name}：“{self.batch.file_name}”（截至 {self.batch.as_of}）"
        return f"{where}没有此前报送过的 {len(self.open):,} 行，是否已在源头撤销待核定"


def vanished_rows(catalog: Catalog, batches: Sequence[Batch]) -> tuple[VanishedRows, ...]:
    """Every question, answered ones too, by the batch it is asked of; `batches` in their order."""
    found: list[VanishedRows] = []
    for table in catalog.tables.values():
        own = [batch for batch in batches if batch.table == table.id]
        if table.key and table.comes_as_file and not table.seed and any(_is_extract(batch) for batch in own[1:]):
            with duckdb.connect() as connection:
                found += _Held(connection, catalog, table, own).questions()
    return tuple(found)


def taken_out(batches: Sequence[Batch], questions: Sequence[VanishedRows]) -> tuple[Batch, ...]:
    """The batches as if every open question were answered: withdrawn in the source."""
    said = {(one.batch.table, one.batch.name): tuple((row.id, GONE) for row in one.open) for one in questions}
    answered = ((batch, (*batch.rulings, *said.get((batch.table, batch.name), ()))) for batch in batches)
    return tuple(replace(batch, rulings=tuple(sorted(rulings))) for batch, rulings in answered)


def rows_named(questions: Sequence[VanishedRows], table: str, name: str, keys: Sequence[str] | None) -> list[str]:
    """The ids of the rows with these keys that a batch lacks; without keys of those nobody has ruled on.

    Raises ScorecardError where there is none, or one of the keys is not among them.
    """
    rows = [row for one in questions if (one.table.id, one.batch.name) == (table, name) for row in one.rows]
    unknown = set(keys or ()) - {row.row.key for row in rows}
    found = [row.id for row in rows if (row.row.key in keys if keys else not row.ruling)]
    if unknown or not found:
        said = "、".join(sorted(unknown)) or "没有待核定的行"
        expected = "、".join(row.row.key for row in rows[:8]) or "有行不再出现的批次"
        raise ScorecardError(f"批次 {table}/{name}", said, expected, "请核对批次和主键；待核定的行由 build 列出")
    return found


def _is_extract(batch: Batch) -> bool:
    """Whether it is a file that may hold earlier rows again: no correction, no typed rows, no declared zero."""
    return not (batch.corrects or batch.typed or batch.none)


class _Held:
    """All rows of the batches of one table: place, id, days, and the columns by which a file may be cut."""

    def __init__(
        self, connection: DuckDBPyConnection, catalog: Catalog, table: Table, batches: Sequence[Batch]
    ) -> None:
        self._connection, self._table, self._batches = connection, table, batches
        self._days, self._months = _days(catalog, table), catalog.court.months
        worked = table.resting_on({name for name, one in table.derived.items() if one.working_days_between})
        kept = {name: one for name, one in table.derived.items() if name not in worked}
        kinds = (name for name, one in kept.items() if one.case_part and one.case_part.part == "type")
        self._cuts = tuple(dict.fromkeys([*table.split_by, *filter(None, (table.department, table.firm)), *kinds]))
        rows = " UNION ALL ".join(
            f"SELECT *, {place}::INTEGER AS _batch FROM ({parquet_rows(table, batch)})"
            for place, batch in enumerate(batches)
        )
        connection.execute(f"CREATE TEMP VIEW arriving AS {rows}")
        read = [f'"{name}"::DATE AS d{n}' for n, name in enumerate(self._days)]
        read += [f'"{name}"::VARCHAR AS c{n}' for n, name in enumerate(self._cuts)]
        arriving = located(table, "arriving", derived=False)
        derived = derive(table.model_copy(update={"derived": kept}), arriving)
        derived = sql(derived.mutate(_id=row_id(table, derived)))
        last = self._days[-1]
        shown, ended = key_text(catalog, table), cell_text(catalog, table, last, f'"{last}"')
        connection.execute(
            f"CREATE TEMP TABLE held AS SELECT _batch AS place, _line AS line, _id AS id,"
            f" {shown} AS shown, {ended} AS ended, {', '.join(read)} FROM ({derived})"
        )
        rulings = ((place, what, act) for place, batch in enumerate(batches) for what, act in batch.rulings)
        self._rulings: list[tuple[int, str, str]] = list(rulings)
        # The first place behind which some row comes never again.
        query = "SELECT coalesce(min(place), ?) FROM (SELECT max(place) AS place FROM held GROUP BY id)"
        self._first_gone: int = connection.execute(query, [len(batches)]).fetchall()[0][0]

    def questions(self) -> Iterator[VanishedRows]:
        """By the order of the batches; a row is asked about once, at the first that should hold it."""
        asked: set[str] = set()
        for place, batch in enumerate(self._batches):
            if place and _is_extract(batch) and self._first_gone < place:
                rows = [row for row in self._missing_from(place) if row[0] not in asked]
                asked.update(row[0] for row in rows)
                if rows:
                    yield VanishedRows(self._table, batch, tuple(self._row(*row) for row in rows))

    def _missing_from(self, place: int) -> list[tuple[str, int, int, str, str]]:
        """(id, place, line, key, end) of the rows that this batch should hold and that come never again."""
        state = [*(f"d{n}" for n in range(len(self._days))), *(f"c{n}" for n in range(len(self._cuts)))]
        said = ", ".join(f"CASE WHEN e.id IS NULL THEN k.{name} ELSE e.{name} END AS {name}" for name in state)
        # A ruling is about the batches before its own: a row that came back and is lacking again is asked about again.
        gone = [(what, at) for at, what, act in self._rulings if act == GONE and at < place]
        ruled = [[what for what, _ in gone], [at for _, at in gone]]
        self._connection.execute(_KNOWN.format(place=place, said=said), ruled)
        reached = [self._reached(n, self._batches[place].as_of) for n in range(len(self._days))]
        alike = " AND ".join(
            f"count(*) FILTER (carried) OVER (PARTITION BY c{n}) >= {SHARE} * count(*) OVER (PARTITION BY c{n})"
            for n in range(len(self._cuts))
        )
        known = f"SELECT * FROM known WHERE {' AND '.join(reached)}{f' QUALIFY {alike}' if alike else ''}"
        return self._connection.execute(
            f"SELECT id, place, line, shown, ended FROM ({known})"
            f" WHERE NOT carried AND id NOT IN (SELECT id FROM held WHERE place > {place}) ORDER BY place, line"
        ).fetchall()

    def _reached(self, n: int, as_of: date) -> str:
        """SQL condition: this day of a row lies where the batch carries earlier rows again."""
        days = self._connection.execute(
            f"SELECT d{n}, count(*), count(*) FILTER (carried) FROM known GROUP BY ALL ORDER BY ALL NULLS FIRST"
        ).fetchall()
        months: list[Any] = []
        for month, told in groupby(days, lambda one: None if one[0] is None else self._months.month_of(one[0])):
            held = list(told)
            again = [day for day, _, carried in held if carried] or [None]
            known, carried = sum(one[1] for one in held), sum(one[2] for one in held)
            months.append((month, known, carried, again[0], again[-1]))
        open_ones = months.pop(0) if months and months[0][0] is None else (None, 0, 0)
        spans = _spans(months)
        within = " OR ".join(f"d{n} BETWEEN DATE '{first}' AND DATE '{last}'" for *_, first, last in spans) or "false"
        if n == 0 or not spans or spans[-1][1] < self._months.month_of(as_of) or open_ones[2] < SHARE * open_ones[1]:
            return f"coalesce({within}, false)"
        since = spans[-1][0]
        began = f"d0 >= DATE '{self._months.month_start(since)}'"
        if since == months[0][0]:  # nothing is known to have ended before: so it may not since a batch of a later month
            later = (n for n, batch in enumerate(self._batches) if self._months.month_of(batch.as_of) > since)
            began += f" OR place IN {(-1, *later)}"
        return f"CASE WHEN d{n} IS NULL THEN coalesce({began}, false) ELSE {within} END"

    def _row(self, row: str, place: int, line: int, key: str, ended: str) -> VanishedRow:
        where = RowChange(self._batches[place].file_name, line, key, self._table.header(self._days[-1]), ended)
        later = [(at, act) for at, what, act in self._rulings if what == row and at > place]
        return VanishedRow(row, where, min(later)[1] if later else "")


def _spans(months: Sequence[tuple[int, int, int, date, date]]) -> list[tuple[int, int, date, date]]:
    """(first month, last month, first day, last day) of each stretch of months that are carried again, without a gap.

    `months`: (month, known, carried, first and last day carried). One stretch where nine in ten of all between the first
    and the last day carried are: a small table has not enough rows in a month to tell.
    """
    held = [month for month in months if month[2]]
    if not held:
        return []
    whole = (held[0][0], held[-1][0], held[0][3], held[-1][4])
    between = [month for month in months if whole[0] <= month[0] <= whole[1]]
    if sum(month[2] for month in between) >= SHARE * sum(month[1] for month in between):
        return [whole]
    spans: list[tuple[int, int, date, date]] = []
    for month, known, carried, first, last in held:
        if carried < SHARE * known:
            continue
        joins = bool(spans) and spans[-1][1] == month - 1
        begin = spans.pop() if joins else (month, month, first, last)
        spans.append((begin[0], month, begin[2], last))
    return spans


def _days(catalog: Catalog, table: Table) -> tuple[str, ...]:
    """The days a file may be cut by: beginning and end, of a table without a stock those that indicators count by."""
    if table.stock is not None:
        return table.stock.start, table.stock.until
    terms = (term for indicator in catalog.indicators.values() for term in indicator.formula.terms)
    clocks = [term.period for term in terms if term.table == table.id and term.period]
    begins = [table.begins_on] if table.begins_on else []
    return tuple(dict.fromkeys(name for name in (*begins, *sorted(clocks)) if name in table.columns))
