"""The XML parts of an .xlsx file: each read once, as a stream, and none that declares a document type."""

import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import IO
from xml.parsers import expat

from etl.reading.workbooks.facts import (
    COLUMNS,
    ROWS,
    SAVE_AGAIN,
    UNCALCULATED,
    SheetFacts,
    WorkbookRefused,
    damaged,
    too_large,
)
from etl.reading.workbooks.number_formats import meaning

_PIECE = 1 << 18

Attributes = dict[str, str]
Handlers = Mapping[str, Callable[[Attributes], None]]


def pieces(part: IO[bytes]) -> Iterator[bytes]:
    """The content of a part. Raises WorkbookRefused when it cannot be unpacked."""
    try:
        with part:
            while piece := part.read(_PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise damaged("压缩包里有读不出的部件") from error


def parse(part: IO[bytes], handlers: Handlers, begin: Callable[[expat.XMLParserType], None] | None = None) -> None:
    """Reads an XML part to its end; `handlers` get the attributes of the elements with these names, whatever their prefix."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    by_name: dict[str, Callable[[Attributes], None] | None] = dict(handlers)

    def start(name: str, attributes: Attributes) -> None:
        try:
            handler = by_name[name]
        except KeyError:
            handler = handlers.get(name.rpartition(":")[2])
            if len(by_name) < 1000:
                by_name[name] = handler
        if handler is not None:
            handler(attributes)

    def doctype(*_: object) -> None:
        raise WorkbookRefused("workbook_unreadable", "工作簿的 XML 里有文档类型声明（DOCTYPE），不予打开", SAVE_AGAIN)

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    if begin is not None:
        begin(parser)
    try:
        for piece in pieces(part):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged("XML 读到一半出错") from error


def formats(styles: IO[bytes]) -> dict[str, int]:
    """Number of a cell style -> the mark of its format, for the styles whose format says something of the value."""
    codes: dict[int, str] = {}
    found: dict[str, int] = {}
    within = [0, 0]  # whether the formats of cells have begun, and their number

    def custom(attributes: Attributes) -> None:
        codes[whole(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")

    def begin(attributes: Attributes) -> None:
        within[:] = [1, 0]

    def end(attributes: Attributes) -> None:
        within[0] = 0

    def style(attributes: Attributes) -> None:
        if within[0]:
            number = whole(attributes.get("numFmtId", "0"))
            if (kind := meaning(number, codes.get(number, ""))) is not None:
                found[str(within[1])] = kind
            within[1] += 1

    parse(styles, {"numFmt": custom, "cellXfs": begin, "cellStyles": end, "xf": style})
    return found


def text_lengths(strings: IO[bytes]) -> "array[int]":
    """The length of every shared text, in bytes."""
    lengths = array("Q")

    def text(attributes: Attributes) -> None:
        lengths.append(0)

    def characters(data: str) -> None:
        if lengths:
            lengths[-1] += len(data.encode(errors="replace"))

    def begin(parser: expat.XMLParserType) -> None:
        parser.CharacterDataHandler = characters

    parse(strings, {"si": text}, begin)
    return lengths


def check_text(sheet: IO[bytes], lengths: "array[int]", room: int) -> None:
    """Refuses a sheet whose cells repeat shared texts beyond `room` bytes."""
    total = 0
    shared = False
    number: list[str] = []

    def count() -> None:
        nonlocal total
        place = whole("".join(number)) if shared and number else -1
        total += lengths[place] if 0 <= place < len(lengths) else 0
        number.clear()
        if total > room:
            raise too_large(f"单元格的文字合计超过 {room // 1_000_000:,} MB")

    def cell(attributes: Attributes) -> None:
        nonlocal shared
        count()
        shared = attributes.get("t") == "s"

    def begin(parser: expat.XMLParserType) -> None:
        parser.CharacterDataHandler = lambda data: number.append(data) if shared else None

    parse(sheet, {"c": cell}, begin)
    count()


def whole(text: str) -> int:
    """The whole number; -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class SheetReading:
    """Reads the XML of one sheet into SheetFacts, cell by cell."""

    def __init__(self, formats: Mapping[str, int], *, recalculate: bool) -> None:
        self._facts = SheetFacts()
        self._formats, self._recalculate = formats, recalculate
        self._row = self._column = -1
        self._kind = self._text = self._row_text = ""
        self._is_formula = self._has_value = False
        self._within = True  # a cell, not an extension, whose elements have the same names
        self._letters: dict[str, int] = {}
        self.texts = 0
        self.handlers: Handlers = {
            "c": self._cell,
            "v": self._value,
            "is": self._value,
            "f": self._formula,
            "row": self._begin_row,
            "col": self._columns,
            "filterColumn": self._filter,
            "mergeCell": self._merge,
            "extLst": self._extension,
        }

    def begin(self, parser: expat.XMLParserType) -> None:
        self._parser = parser

    def finished(self) -> SheetFacts:
        self._end_cell()
        return self._facts

    def _begin_row(self, attributes: Attributes) -> None:
        self._end_cell()
        row = whole(attributes["r"]) - 1 if "r" in attributes else self._row + 1
        if not self._row < row < ROWS:
            raise damaged("行号颠倒或超出范围")
        self._row, self._column, self._row_text = row, -1, str(row + 1)
        if attributes.get("hidden") in ("1", "true"):
            self._facts.hidden_rows.append(row)

    def _cell(self, attributes: Attributes) -> None:
        if self._is_formula or self._kind == "e":
            self._end_cell()
        self._has_value, self._within = False, True
        place = attributes.get("r")
        column = self._column + 1 if place is None else self._number(place)
        if not self._column < column < COLUMNS:
            raise damaged("单元格的位置颠倒或超出范围")
        self._column = column
        self._kind = kind = attributes.get("t", "n")
        if kind == "n":
            if (mark := self._formats.get(attributes.get("s", ""))) is not None:
                self._facts.mark(self._row, column, mark)
        elif kind == "s":
            self.texts += 1
        elif kind == "e":
            self._collect()

    def _number(self, place: str) -> int:
        """The number of the column of a cell of this row."""
        if not place.endswith(self._row_text):
            raise damaged("单元格的位置与所在的行不符")
        letters = place[: -len(self._row_text)]
        if letters not in self._letters:
            self._letters[letters] = _column(letters)
        return self._letters[letters]

    def _value(self, attributes: Attributes) -> None:
        if self._within:
            self._text, self._has_value = "", True
            if self._column >= self._facts.width or self._row >= self._facts.height:
                self._facts.has_value(self._row, self._column)

    def _formula(self, attributes: Attributes) -> None:
        if self._within:
            self._is_formula = True
            self._facts.has_value(self._row, self._column)
            self._collect()

    def _extension(self, attributes: Attributes) -> None:
        self._within = False

    def _collect(self) -> None:
        """Reads the text of this cell's elements, which of most cells is not looked at: it would take twice the time."""
        self._text = ""
        self._parser.CharacterDataHandler = self._characters

    def _characters(self, data: str) -> None:
        if len(self._text) < 100:
            self._text += data

    def _end_cell(self) -> None:
        """Judges a formula or an error, whose text is complete only now."""
        if self._is_formula:
            self._facts.formula(self._row)
            # A program that leaves the calculation to the spreadsheet writes 0 or nothing as the result.
            left = self._recalculate and self._kind != "b" and self._text.strip() in ("", "0")
            if not self._has_value or left:
                self._facts.mark(self._row, self._column, UNCALCULATED)
        if self._kind == "e" and self._has_value:
            self._facts.mark_error(self._row, self._column, self._text.strip())
        if self._is_formula or self._kind == "e":
            self._parser.CharacterDataHandler = None
        self._is_formula, self._kind = False, ""

    def _columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = whole(attributes.get("min", "")), whole(attributes.get("max", ""))
            if 1 <= first <= last:
                self._facts.hidden_columns += range(first - 1, min(last, COLUMNS))

    def _filter(self, attributes: Attributes) -> None:
        self._facts.filtered = True

    def _merge(self, attributes: Attributes) -> None:
        self._end_cell()
        corners = attributes.get("ref", "").split(":")
        letters = [corner.rstrip("0123456789") for corner in corners]
        rows = [whole(corner[len(name) :]) - 1 for corner, name in zip(corners, letters, strict=True)]
        columns = [_column(name) for name in letters]
        if len(corners) == 2 and min(*rows, *columns) >= 0:
            self._facts.merged.append((rows[0], columns[0], rows[1], columns[1]))


def _column(letters: str) -> int:
    """The number of a column from 0; -1 for what is none."""
    number = 0
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return -1
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
