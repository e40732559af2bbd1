"""Lines whose label says that they are no data, compared with the rows: a summary equals the sum of rows around it.

A column with a number that is not read here (3万元) has no sum: it neither makes a line a summary nor a summary wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

import duckdb
import pyarrow as pa

from etl.invisible_characters import BLANKS
from etl.problems import Problem
from etl.reading.cell_results import EMPTY_WORDS
from etl.reading.lines.labels import LabelKind
from etl.reading.lines.records import Layout, Record
from scorecard.catalog.columns import MASK
from scorecard.storage.sql_text import quoted

_EARLIER = 40  # summaries before one that it may begin behind
_TOLERANCE = Decimal("0.01")  # of rounded amounts
_FULL_WIDTH, _HALF_WIDTH = "０１２３４５６７８９．－＋，　￥", "0123456789.-+, ¥"
_UNKNOWN = ", ".join(quoted(word) for word in ("", *sorted(EMPTY_WORDS)))


def _folded(cell: str) -> str:
    return f"lower(translate({cell}, '{_FULL_WIDTH}', '{_HALF_WIDTH}'))"


def _number_sql(cell: str) -> str:
    """The number of a cell, which mostly stands there as it is: that is tried first."""
    plain, bare = (f"TRY_CAST({text} AS DECIMAL(28, 6))" for text in (cell, f"translate({_folded(cell)}, ', ¥', '')"))
    return f"coalesce({plain}, {bare})"


def _unread_sql(place: int) -> str:
    """Whether a cell has a text that is neither a number nor a word for unknown."""
    written = f"trim({_folded(f'c{place}')}) NOT IN ({_UNKNOWN})"
    return f"CASE WHEN n{place} IS NULL AND c{place} IS NOT NULL THEN {written} END"


class Suspect(NamedTuple):
    """A record whose label at position `place` says that it is no data."""

    record: Record
    kind: LabelKind
    place: int


Values = tuple[Decimal | None, ...]  # one of each column of numbers


def judged(
    con: duckdb.DuckDBPyConnection, suspects: Sequence[Suspect], layout: Layout
) -> Iterator[tuple[Record, list[Problem]]]:
    """The suspects in their order, each with what is to be said of it; nothing of data. `raw` holds all other rows."""
    sums = _Sums(con, suspects, layout) if layout.added else None
    for number, suspect in enumerate(suspects):
        values, equal = sums.compared(number) if sums else ((), False)
        problems = list(_problems(suspect, layout, values, equal, sums, number))
        if sums and not problems:
            sums.is_data(number)
        yield suspect.record, problems


def _problems(
    suspect: Suspect, layout: Layout, values: Values, equal: bool, sums: "_Sums | None", number: int
) -> Iterable[Problem]:
    record, kind, place = suspect
    there = [value for value in values if value is not None]
    no_name = not layout.takes_any_text(place)  # no label can be a value of such a column
    if kind == "whole" and not equal and not no_name:
        return
    if kind == "note" and not equal and not no_name and _could_be_data(suspect, layout, there):
        reason = "开头像是说明或落款，后面却有数据，也不等于以上各行之和：是数据还是说明，无法确定"
        yield Problem("line_unclear", "refuse", record.line, "", "", reason, "请删去这一行，或改写它的名称")
        return
    if kind == "note":
        yield Problem("note_line", "report", record.line, "", "", "注释行，不计入数据")
        return
    as_sum = "，数值等于其他各行之和" if kind == "whole" and equal else ""
    yield Problem("summary_line", "report", record.line, "", "", f"合计行{as_sum}，不计入数据")
    running = "累" in record.cells[place]  # since the beginning of the year, say
    if kind == "summary" and there and not equal and not running and sums is not None:
        yield from sums.difference(number)


def _could_be_data(suspect: Suspect, layout: Layout, there: Sequence[Decimal]) -> bool:
    """Whether the rest of the line reads like a row: what must be filled in is, and a typed cell is."""
    cells = [cell.strip(BLANKS) for cell in suspect.record.cells]
    filled = {place for place, cell in enumerate(cells) if cell and place != suspect.place}
    if not layout.needed - {suspect.place} <= filled:
        return False
    dated = any(cells[place][:4].isdigit() for place in filled if not layout.takes_any_text(place))
    worded = any(layout.registers_words(place) and len(cells[place]) < 10 for place in filled)
    return bool(there) or dated or worded


class _Sums:
    """The numbers of the suspects, and the sums of the rows above each."""

    def __init__(self, con: duckdb.DuckDBPyConnection, suspects: Sequence[Suspect], layout: Layout) -> None:
        self._layout, self._suspects = layout, suspects
        places = layout.added
        texts = [[s.record.cells[place] if place < len(s.record.cells) else "" for s in suspects] for place in places]
        columns = [list(range(len(suspects))), [s.record.line for s in suspects], *texts]
        con.register("suspects", pa.table(columns, names=["place", "line", *(f"c{place}" for place in places)]))
        numbers = ", ".join(f"c{place}, {_number_sql(f'c{place}')} AS n{place}" for place in places)
        con.execute(f"CREATE OR REPLACE TEMP TABLE numbers AS SELECT line, {numbers} FROM raw")
        names = ", ".join(f"n{place}" for place in places)
        read = con.execute(f"SELECT {names} FROM (SELECT place, {numbers} FROM suspects) ORDER BY place").fetchall()
        summed = ", ".join(f"sum(n{place})" for place in places)
        between = con.execute(
            f"SELECT place, {summed} FROM numbers ASOF JOIN (SELECT place, line FROM suspects) ends "
            "ON numbers.line <= ends.line GROUP BY place"
        ).fetchall()
        total = con.execute(f"SELECT {summed} FROM numbers").fetchall()[0]
        unread = ", ".join(f"count_if({_unread_sql(place)})" for place in places)
        self._summed = [not count for count in con.execute(f"SELECT {unread} FROM numbers").fetchall()[0]]
        con.execute("DROP TABLE numbers")
        con.unregister("suspects")
        self._values: list[Values] = [tuple(row) for row in read]
        steps = {place: _known(row) for place, *row in between}
        none = _known([None] * len(places))
        self._above = list(accumulate((steps.get(place, none) for place in range(len(suspects))), _plus))
        self._total = _known(total)
        self._added = none  # of suspects that turned out to be data

    def compared(self, number: int) -> tuple[Values, bool]:
        """The numbers of a suspect, and whether they are the sum of the rows above, below, or between it and another one."""
        values = self._values[number]
        places = self._layout.added
        cells = self._suspects[number].record.cells
        written = [place < len(cells) and bool(cells[place].strip(BLANKS)) for place in places]
        unread = any(w and value is None for w, value in zip(written, values, strict=True))
        summed = tuple(value if has_sum else None for value, has_sum in zip(values, self._summed, strict=True))
        if unread or all(value is None for value in summed):
            return values, False
        equal = (
            all(v is None or abs(v - r) <= _TOLERANCE for v, r in zip(summed, reference, strict=True))
            for reference in self._references(number)
        )
        return values, any(equal)

    def _references(self, number: int) -> Iterator[list[Decimal]]:
        yield _plus(self._above[number], self._added)
        yield self._total
        yield _less(self._total, self._above[number])
        following = self._above[number + 1] if number + 1 < len(self._above) else self._total
        yield _less(following, self._above[number])
        for earlier in range(max(0, number - _EARLIER), number):
            yield _less(self._above[number], self._above[earlier])

    def is_data(self, number: int) -> None:
        """What turned out to be a row is part of the sums below it."""
        self._added = [a + (b or 0) for a, b in zip(self._added, self._values[number], strict=True)]

    def difference(self, number: int) -> Iterator[Problem]:
        """A summary that says another sum than the rows above it: rows may be missing."""
        (above, *_) = self._references(number)
        compared = zip(self._layout.added, self._values[number], above, self._summed, strict=True)
        for place, value, total, has_sum in compared:
            column = self._layout.columns[place]
            if value is None or column is None or not has_sum or abs(value - total) <= _TOLERANCE:
                continue
            shown = (MASK, MASK) if column.private else (f"{value.normalize():f}", f"{total.normalize():f}")
            reason = f"合计行写 {shown[0]}，以上各行之和为 {shown[1]}：合计行与明细之和不一致"
            line = self._suspects[number].record.line
            yield Problem("summary_differs", "report", line, column.header, shown[0], reason, "请核对明细行是否齐全")
            return


def _known(row: Sequence[Decimal | None]) -> list[Decimal]:
    return [value or Decimal(0) for value in row]


def _plus(values: Sequence[Decimal], others: Sequence[Decimal]) -> list[Decimal]:
    return [a + b for a, b in zip(values, others, strict=True)]


def _less(values: Sequence[Decimal], others: Sequence[Decimal]) -> list[Decimal]:
    return [a - b for a, b in zip(values, others, strict=True)]
