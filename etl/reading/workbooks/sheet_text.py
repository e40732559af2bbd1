"""The values of a sheet, read by python-calamine, as CSV: line n of the text is row n of the sheet.

What a cell is stands in its text, so that one place decides what a text means: a date is written as a date, a percentage with
its sign, an error as the error, and a number with more digits than a spreadsheet keeps as something that no column takes.
"""

import csv
import io
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from math import isfinite

from python_calamine import CalamineError, PasswordError, load_workbook

from etl.reading.workbooks.facts import (
    COLUMNS,
    LONG_NUMBER_CELL,
    MARKED,
    MONTH,
    PERCENT,
    SCALED,
    SHOWN_UNITS,
    TEXT_EXPANDS,
    MergedRange,
    SheetFacts,
    WorkbookRefused,
    damaged,
    too_large,
)

_LINE_BREAKS = re.compile(r"\r\n|\r|\n")
_HEADERS_WITHIN = 20  # rows: where a merged title or header may stand
_LONG = 10**15  # of this many digits a spreadsheet has lost the last ones
_NEAR = 20_000  # microseconds that a moment counted in days may be off

CellContent = int | float | str | bool | date | datetime | time | timedelta


@dataclass
class SheetCells:
    """What the cells of a sheet were: by column the rows of numbers and dates, of line breaks, of numbers shown smaller; merged values."""

    numbers: "dict[int, array[int]]" = field(default_factory=dict)
    line_breaks: "dict[int, array[int]]" = field(default_factory=dict)
    scaled: "dict[int, array[int]]" = field(default_factory=dict)
    merged: list[MergedRange] = field(default_factory=list)


def as_csv(workbook: bytes, sheet: str, facts: SheetFacts, limit_mb: int) -> tuple[bytes, SheetCells]:
    """The sheet as UTF-8 CSV without a byte order mark. Raises WorkbookRefused when it cannot be read or is too large."""
    cells = SheetCells()
    content = io.BytesIO()
    text = io.TextIOWrapper(content, encoding="utf-8", errors="replace", newline="")
    writer = csv.writer(text, lineterminator="\n")
    room = limit_mb * 1_000_000 * TEXT_EXPANDS
    for values in _with_header(_rows(workbook, sheet, facts, cells), facts, cells):
        if any(values):
            writer.writerow(values)
        else:
            text.write("\n")
        if content.tell() > room:
            raise too_large(f"工作表的文字超过 {room // 1_000_000:,} MB")
    text.flush()
    return content.getvalue(), cells


def _rows(workbook: bytes, sheet: str, facts: SheetFacts, cells: SheetCells) -> Iterator[list[str]]:
    """The texts of every row from the first one on, as wide as the sheet."""
    read = _values(workbook, sheet)
    marks = iter(facts.marks)
    mark = next(marks, None)
    for row in range(facts.height):
        first, values = next(read, (0, []))
        texts = [""] * facts.width
        for column, value in enumerate(values, first):
            if value != "":
                if column >= facts.width:
                    raise damaged("单元格在工作表的范围之外")
                if not isinstance(value, str):
                    if not isinstance(value, bool):
                        cells.numbers.setdefault(column, array("L")).append(row)
                    value = _text(value)
                elif "\n" in value or "\r" in value:
                    cells.line_breaks.setdefault(column, array("L")).append(row)
                    value = _LINE_BREAKS.sub(" ", value)
                texts[column] = value
        while mark is not None and mark >> 8 < (row + 1) * COLUMNS:
            column = (mark >> 8) - row * COLUMNS
            if column < facts.width:
                value = values[column - first] if 0 <= column - first < len(values) else ""
                if mark & 255 == SCALED:
                    cells.scaled.setdefault(column, array("L")).append(row)
                else:
                    texts[column] = _marked(mark & 255, value, texts[column])
            mark = next(marks, None)
        yield texts
    if any(any(value != "" for value in values) for _, values in read):
        raise damaged("单元格在工作表的范围之外")


def _values(workbook: bytes, sheet: str) -> Iterator[tuple[int, list[CellContent]]]:
    """The first column and the values of every row from the first one on, blank ones as "". Raises WorkbookRefused."""
    try:
        with load_workbook(io.BytesIO(workbook)) as book:
            read = book.get_sheet_by_name(sheet)
            first = read.start[1] if read.start else 0
            yield from ((first, row) for row in read.iter_rows())
    except PasswordError as error:
        raise WorkbookRefused("workbook_unreadable", "工作簿设有打开密码", "请去掉密码后再上传") from error
    except (CalamineError, ValueError, OSError) as error:
        raise damaged("表格内容读不出来") from error


def _text(value: int | float | bool | date | time | timedelta) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value)
        case datetime():
            return _moment(value)
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return value.isoformat()


def _number(value: int | float) -> str:
    """The number as it is kept, without a power of ten."""
    if not isfinite(value):
        return "#NUM!"
    if value == int(value):
        return f"{LONG_NUMBER_CELL}{int(value)}" if abs(value) >= _LONG else str(int(value))
    return f"{Decimal(repr(value)):f}"


def _moment(value: datetime) -> str:
    """The day, with the time of day where there is one. Days counted as a fraction are off by some thousandths of a second."""
    off = (value.microsecond + 500_000) % 1_000_000 - 500_000
    if abs(off) <= _NEAR:
        value -= timedelta(microseconds=off)
    return value.isoformat(" ").removesuffix(" 00:00:00")


def _marked(mark: int, value: CellContent, text: str) -> str:
    """The text of a marked cell."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if MARKED[mark] in SHOWN_UNITS:
        return f"{text}{MARKED[mark]}" if is_number and not text.startswith("#") else text
    if mark == PERCENT:
        return f"{(Decimal(repr(value)) * 100).normalize():f}%" if is_number else text
    if mark == MONTH:
        return f"{value:%Y-%m}" if isinstance(value, date) else text
    return MARKED[mark]


def _with_header(rows: Iterator[list[str]], facts: SheetFacts, cells: SheetCells) -> Iterator[list[str]]:
    """The rows, in which a cell merged over several rows stands in its last one: there the header is read as one line."""
    merged = sorted(facts.merged)
    top = list(islice(rows, _HEADERS_WITHIN))
    for place in [place for place in merged if place[0] < len(top)]:
        first, column, last, _ = place
        if column < facts.width and (text := top[first][column]):
            cells.merged.append(place)
            if first < last < len(top):
                top[first][column], top[last][column] = "", text
    below: dict[int, list[MergedRange]] = {}
    for place in merged:
        below.setdefault(place[0], []).append(place)
    yield from top
    for row, texts in enumerate(rows, len(top)):
        cells.merged += [place for place in below.get(row, ()) if place[1] < len(texts) and texts[place[1]]]
        yield texts
