"""The XML parts of an .xlsx file: each read once, as a stream, and none that declares a document type."""

import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping
from typing import IO, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from etl.reading.workbooks.facts import (
    COLUMNS,
    ROWS,
    SAVE_AGAIN,
    UNCALCULATED,
    SheetFacts,
    WorkbookRefused,
    damaged,
    meaning,
    too_large,
)

_PIECE = 1 << 18
_TRUE = ("1", "true")


def pieces(part: IO[bytes]) -> Iterator[bytes]:
    """The content of a part. Raises WorkbookRefused when it cannot be unpacked."""
    try:
        with part:
            while piece := part.read(_PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise damaged("压缩包里有读不出的部件") from error


def elements(part: IO[bytes], *names: str) -> Iterator[tuple[str, Any]]:
    """The elements of a part with these names, whatever their prefix, each whole when it comes and forgotten afterwards.

    Without names all elements: then nothing of the part stays in memory, whatever it holds.
    """
    tags = [f"{{*}}{name}" for name in names] or None
    parser: Any = etree.XMLPullParser(("end",), tag=tags, resolve_entities=False, remove_comments=True, remove_pis=True)
    try:
        for piece in pieces(part):
            parser.feed(piece)
            for place, (_, element) in enumerate(parser.read_events()):
                if place == 0:
                    _require_no_doctype(element)
                yield element.tag.rpartition("}")[2], element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        _require_no_doctype(parser.close())
    except etree.XMLSyntaxError as error:
        raise damaged("XML 读到一半出错") from error


def _require_no_doctype(element: Any) -> None:
    if element.getroottree().docinfo.doctype:
        raise WorkbookRefused("workbook_unreadable", "工作簿的 XML 里有文档类型声明（DOCTYPE），不予打开", SAVE_AGAIN)


def formats(styles: IO[bytes]) -> dict[str, int]:
    """Number of a cell style -> the mark of its format, for the styles whose format says something of the value."""
    codes: dict[int, str] = {}
    found: dict[str, int] = {}
    for name, element in elements(styles, "numFmt", "cellXfs"):
        if name == "numFmt":
            codes[whole(element.get("numFmtId", ""))] = element.get("formatCode", "")
            continue
        for place, style in enumerate(element.iterchildren("{*}xf")):
            number = whole(style.get("numFmtId", "0"))
            if (kind := meaning(number, codes.get(number, ""))) is not None:
                found[str(place)] = kind
    return found


def text_lengths(strings: IO[bytes]) -> "array[int]":
    """The length of every shared text, in bytes."""
    return array("Q", (len("".join(text.itertext()).encode()) for _, text in elements(strings, "si")))


def check_text(sheet: IO[bytes], lengths: "array[int]", room: int) -> None:
    """Refuses a sheet whose cells repeat shared texts beyond `room` bytes."""
    total = 0
    for _, cell in elements(sheet, "c"):
        place = whole(cell.findtext("{*}v") or "") if cell.get("t") == "s" else -1
        total += lengths[place] if 0 <= place < len(lengths) else 0
        if total > room:
            raise too_large(f"单元格的文字合计超过 {room // 1_000_000:,} MB")


def whole(text: str) -> int:
    """The whole number; -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def sheet_facts(sheet: IO[bytes], formats: Mapping[str, int], *, recalculate: bool) -> tuple[SheetFacts, int]:
    """What the XML of a sheet says beside its values, and how many cells hold a shared text."""
    facts, number, texts = SheetFacts(), -1, 0
    columns: dict[str, int] = {}
    for name, element in elements(sheet, "row", "col", "filterColumn", "mergeCell"):
        match name:
            case "row":
                before, number = number, whole(element.get("r")) - 1 if "r" in element.attrib else number + 1
                if not before < number < ROWS:
                    raise damaged("行号颠倒或超出范围")
                if element.get("hidden") in _TRUE:
                    facts.hidden_rows.append(number)
                texts += _read_row(facts, element, number, formats, columns, recalculate=recalculate)
            case "col":
                first, last = whole(element.get("min", "")), whole(element.get("max", ""))
                if element.get("hidden") in _TRUE and 1 <= first <= last:
                    facts.hidden_columns += range(first - 1, min(last, COLUMNS))
            case "filterColumn":
                facts.filtered = True
            case _:
                _merge(facts, element.get("ref", "").split(":"))
    return facts, texts


def _read_row(
    facts: SheetFacts, row: Any, number: int, formats: Mapping[str, int], columns: dict[str, int], *, recalculate: bool
) -> int:
    """The cells of a row; how many of them hold a shared text. `columns` remembers the numbers of letters."""
    column, last, end, texts = -1, -1, str(number + 1), 0
    for cell in row.iterchildren("{*}c"):
        place, before = cell.get("r"), column
        if place is None:
            column += 1
        elif not place.endswith(end):
            raise damaged("单元格的位置与所在的行不符")
        elif (known := columns.get(letters := place[: -len(end)])) is None:
            column = columns[letters] = _column(letters)
        else:
            column = known
        if not before < column < COLUMNS:
            raise damaged("单元格的位置颠倒或超出范围")
        kind = cell.get("t", "n")
        texts += kind == "s"
        if kind == "n" and (mark := formats.get(cell.get("s", ""))) is not None:
            facts.mark(number, column, mark)
        if kind != "e" and len(cell) == 1 and cell[0].tag.endswith(("}v", "}is")):
            last = column  # mostly so: a value and nothing else
        elif len(cell):
            parts = {part.tag.rpartition("}")[2]: part for part in cell}
            _read_content(facts, parts, kind, number, column, recalculate)
    if last >= 0:
        facts.has_value(number, last)
    return texts


def _read_content(facts: SheetFacts, parts: Mapping[str, Any], kind: str, row: int, column: int, again: bool) -> None:
    """Value and formula of a cell. A program that leaves the calculation to the spreadsheet (`again`) writes 0 or nothing."""
    value = parts.get("v", parts.get("is"))
    if value is None and "f" not in parts:
        return
    facts.has_value(row, column)
    if "f" not in parts and kind != "e":
        return
    text = "" if value is None else "".join(value.itertext()).strip()
    if "f" in parts:
        facts.formula(row)
        if value is None or (again and kind != "b" and text in ("", "0")):
            facts.mark(row, column, UNCALCULATED)
    if kind == "e" and value is not None:
        facts.mark_error(row, column, text)


def _merge(facts: SheetFacts, corners: list[str]) -> None:
    letters = [corner.rstrip("0123456789") for corner in corners]
    rows = [whole(corner[len(name) :]) - 1 for corner, name in zip(corners, letters, strict=True)]
    columns = [_column(name) for name in letters]
    if len(corners) == 2 and min(*rows, *columns) >= 0:
        facts.merged.append((rows[0], columns[0], rows[1], columns[1]))


def _column(letters: str) -> int:
    """The number of a column from 0; -1 for what is none."""
    number = 0
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return -1
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
