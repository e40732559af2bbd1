"""The records of a file with their physical lines, read one at a time, and those whose quotes broke them.

A record that is broken does not end the reading: it goes on at the line behind the one where it began.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from etl.invisible_characters import BLANKS
from etl.problems import Findings, Problem
from etl.reading.headers import Header, broken_record, fold, names_of, without_unit
from etl.reading.lines.plain import Lines
from scorecard.catalog.columns import BooleanType, Column, DepartmentType, WordType
from scorecard.catalog.contracts import Table

_NOT_ADDED = ("天", "日", "%", "‰", "月", "年", "小时")
_BROKEN_AT_MOST = 100  # records after which the reading is not taken up again: each may have read far ahead
_CELL = re.compile(r'("[^"]*(?:""[^"]*)*"|[^,]*)(?:,|$)', re.DOTALL)


@dataclass(frozen=True)
class Layout:
    """The contract's column of each position, None where the file's column is not read.

    `needed` are positions that no row leaves blank, `short` those whose text has no line break: keys, and what is grouped;
    `names` are all headers that the table has, and those of the file, folded.
    """

    headers: tuple[str, ...]
    columns: tuple[Column | None, ...]
    needed: frozenset[int]
    short: frozenset[int]
    names: frozenset[str]

    def is_header(self, cell: str) -> bool:
        """Whether a cell reads like one."""
        return without_unit(fold(cell), self.names)[0] in self.names

    @property
    def width(self) -> int:
        return len(self.headers)

    @property
    def added(self) -> tuple[int, ...]:
        """The positions of numbers that a summary adds up; of durations and shares it may give the mean."""
        return tuple(
            place
            for place, column in enumerate(self.columns)
            if column and column.type.is_number and column.unit not in _NOT_ADDED
        )

    def begins_row(self, text: str) -> bool:
        """Whether a line begins like a row whose first cell is of a type that is told by its looks."""
        column, cell = self.columns[0], text.split(",", 1)[0].strip()
        if column is None or self.takes_any_text(0):
            return False
        return cell[:4].isdigit() if column.type.is_date or column.type.is_number else "号" in cell

    def takes_any_text(self, place: int) -> bool:
        """Whether every text may stand here: a free text, or a column that is not read."""
        column = self.columns[place] if place < self.width else None
        return column is None or column.type.is_free_text

    def registers_words(self, place: int) -> bool:
        """Whether the column has words of its own, among which 全院 may be one."""
        column = self.columns[place] if place < self.width else None
        return column is not None and isinstance(column.type, WordType | DepartmentType | BooleanType)


def layout_of(header: Header, table: Table) -> Layout:
    """The layout of the rows below this header."""
    columns = tuple(table.columns[name] if name is not None else None for name in header.columns)
    grouped = {derived.group.of for derived in table.derived.values() if derived.group is not None}
    needed = {place for place, column in enumerate(columns) if column is not None and column.required}
    needed |= {place for place, name in enumerate(header.columns) if name in table.key} | {*(header.clears or ())}
    short = {
        place
        for place, name in enumerate(header.columns)
        if name is not None and (not table.columns[name].type.is_free_text or name in table.key or name in grouped)
    }
    names = frozenset(filter(None, (*names_of(table), *map(fold, header.cells))))
    return Layout(header.cells, columns, frozenset(needed), frozenset(short), names)


class Record(NamedTuple):
    """One record that is not blank. `number` counts the records of the file, blank ones too; lines are physical."""

    number: int
    line: int
    last: int
    cells: list[str]


class PlainLines(NamedTuple):
    """Lines that hold a row each, as wide as the header, and were not read here; the first record's `number`."""

    number: int
    line: int
    last: int


def records(
    utf8: bytes, header: Header, layout: Layout, findings: Findings, lines: Lines | None = None
) -> Iterator[Record | PlainLines]:
    """Every record below the header; those that quotes broke are in `findings` instead.

    With `lines` only records that begin in one that is not plain are read.
    """
    others = lines.others() if lines else None
    reading = _Reading(utf8, header.body)
    number, line, broken = header.body_line - 1, header.body_line, 0
    while True:
        if lines and others:
            there, offset = next(((there, offset) for there, offset in others if there >= line), (line, len(utf8)))
            if there > line:
                lines.plain[line - lines.first : there - lines.first] = (
                    False  # what is left in the end, other records took in
                )
                yield PlainLines(number + 1, line, there - 1)
                reading = _Reading(utf8, offset)
            number, line = number + there - line, there
        number += 1
        try:
            cells = next(reading.rows, None)
        except csv.Error as error:
            last = line + len(reading.held) - 1
            findings.add(broken_record(error, line, last))
            broken += 1
            if broken > _BROKEN_AT_MOST:
                return
            reading.resume()
            line += 1
            continue
        if cells is None:
            return
        last = line + len(reading.held) - 1
        if any(cell.strip(BLANKS) for cell in cells):
            problem = _broken_by_quotes(reading.held, line, last, cells, layout)
            if problem is None:
                yield Record(number, line, last, cells)
            else:
                findings.add(problem)
        line = last + 1
        reading.held.clear()


class _Reading:
    """The csv module over physical lines, with the lines of the record it is at."""

    def __init__(self, utf8: bytes, begin: int) -> None:
        stream = io.BytesIO(utf8)
        stream.seek(begin)
        self._lines: Iterator[str] = iter(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
        self.held: list[str] = []
        self.rows = csv.reader(self._held(), strict=True)

    def _held(self) -> Iterator[str]:
        for line in self._lines:
            self.held.append(line)
            yield line

    def resume(self) -> None:
        """Read on at the line behind the one where the broken record began."""
        self._lines = chain(self.held[1:], self._lines)
        self.held = []
        self.rows = csv.reader(self._held(), strict=True)


def _broken_by_quotes(lines: Sequence[str], line: int, last: int, cells: list[str], layout: Layout) -> Problem | None:
    """A quote inside a bare cell that may pair with another one, or a quoted cell with another record in it."""
    if '"' not in lines[0]:
        return None
    if any('"' in cell for cell in cells) and quotes_pair_inside("".join(lines)):
        reason = "单元格中间有引号，和后面的引号能配成一对：夹在中间的逗号是分隔还是内容，无法确定"
        suggestion = "请删去多余的引号，或把整个单元格用引号括起、其中的引号写成两个"
        return Problem("quotes_inside", "refuse", line, "", "", reason, suggestion)
    if last == line:
        return None
    place = _swallowed(cells, layout)
    return None if place is None else swallowed(line, last, layout, place)


def quotes_pair_inside(record: str) -> bool:
    """Whether a lone quote inside a cell that does not begin with one could pair with a quote of another cell.

    The csv module takes such a quote as a character; who wrote it may have meant a quoted text with commas inside.
    """
    with_quotes = lone = 0
    for match in _CELL.finditer(record.rstrip("\r\n")):
        cell = match[1]
        quotes = cell.count('"')
        with_quotes += quotes > 0
        lone += quotes % 2 == 1 and not cell.startswith('"')
    return lone > 0 and with_quotes > 1


def _swallowed(cells: list[str], layout: Layout) -> int | None:
    """The position of a cell in which a whole record stands: its lines, read apart, are as wide as rows are."""
    commas = [cell.count(",") for cell in cells]
    for place, cell in enumerate(cells):
        first, *others = re.split(r"\r\n|\r|\n", cell)
        if not others or not commas[place]:
            continue
        before = sum(commas[:place]) + place
        behind = sum(commas[place + 1 :]) + len(cells) - 1 - place
        ends = [*(text.count(",") for text in others[:-1]), others[-1].count(",") + behind]
        whole = layout.width - 1  # the separators of a row
        if before + first.count(",") < whole:
            continue
        # A row that a spreadsheet cut short has fewer, and is told by its first cell.
        if max(ends) >= whole or (first.count(",") and any(layout.begins_row(text) for text in others)):
            return place
    return None


def swallowed(line: int, last: int, layout: Layout, place: int) -> Problem:
    """The refusal of a record with a cell that a line break stands in where none may."""
    column = layout.columns[place] if place < layout.width else None
    header = column.header if column else layout.headers[place] if place < layout.width else ""
    reason = f"引号内含换行，从第{line}行一直连到第{last}行，像是把另一行吞进了这一格"
    suggestion = "请核对这几行的引号；确是一格内容的，请把换行和其中的逗号改掉"
    return Problem("record_swallowed", "refuse", line, header, "", reason, suggestion)


def broken_in_short_text(cells: list[str], layout: Layout) -> int | None:
    """The position of a cell of one line (a date, a code, a key) that has a line break inside."""
    for place in layout.short:
        text = cells[place].strip(BLANKS) if place < len(cells) else ""
        if "\n" in text or "\r" in text:
            return place
    return None
