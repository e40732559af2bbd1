"""Workbooks for the door, cell by cell; LibreOffice and poppler as independent readers of the files that the app writes."""

import html
import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from scorecard.catalog.contracts import Table
from tests.support.contracts import HEADERS, TRIALS

# All sheets of a workbook, each as a CSV in UTF-8 with cells as they are shown.
SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"


READ_UTF8 = "Text - txt - csv (StarCalc):44,34,76,1"


def converted(folder: Path, name: str, content: bytes, to: str, reads: str = "") -> list[Path]:
    """The files that LibreOffice converts `content` into; in a profile of its own, so that tests may run in parallel.

    `reads` is the import filter, for which LibreOffice would otherwise ask the user.
    """
    made = folder / "made"
    (folder / name).write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{folder / 'profile'}", "--headless"]
    command += [f"--infilter={reads}"] if reads else []
    command += ["--convert-to", to, "--outdir", str(made), str(folder / name)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    files = sorted(made.iterdir())
    assert files, f"LibreOffice could not read {name}"
    return files


def text_of(pdf: Path) -> str:
    """The text a reader finds in a PDF, without the spaces and breaks of its layout."""
    read = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    return "".join(read.stdout.decode().split())


@dataclass(frozen=True)
class Word:
    """A word of a page and its box, in points from the upper left corner."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "Word") -> bool:
        """True where it lies over another word, so that neither can be read; ascenders may touch."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        low = min(self.bottom - self.top, other.bottom - other.top)
        return self.page == other.page and across > 2 and down > 0.4 * low


def words(pdf: Path) -> list[Word]:
    """Every word of a PDF where it stands."""
    read = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    placed: list[Word] = []
    for number, page in enumerate(read.stdout.decode().split("<page ")[1:], 1):
        for box in re.finditer(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', page
        ):
            left, top, right, bottom = (float(edge) for edge in box.groups()[:4])
            placed.append(Word(number, html.unescape(box[5]), left, top, right, bottom))
    return placed


# --- workbooks that come in ------------------------------------------------------------

Lines = Sequence[Mapping[str, Any]]
FORMATS = {
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
    "percent": "0.0%",
    "month": 'yyyy"年"m"月"',
    "number": "#,##0.00",
    "unit": '#,##0.00"万元"',
    "power": "General\\万",
    "foreign": '0.00" 美元"',
    "scaled": '0!.0,"万元"',
    "thousands": '#,##0,"千元"',
}


class Book:
    """A workbook being written; `sheet(name)` adds a sheet, `content()` gives the file."""

    def __init__(self, **options: Any) -> None:
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._file, options)
        self.formats = {name: self._book.add_format({"num_format": code}) for name, code in FORMATS.items()}

    def sheet(self, name: str = "Sheet1", rows: Sequence[Sequence[Any]] = ()) -> Worksheet:
        """A sheet with these rows from the first line on."""
        sheet = self._book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                self.write(sheet, row, column, cell)
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, cell: Any) -> None:
        """A cell by the type of the value; a pair is a number and the name of its format."""
        match cell:
            case None | "":
                pass
            case (float() | int() as number, str() as name):
                sheet.write_number(row, column, number, self.formats[name])
            case bool():
                sheet.write_boolean(row, column, cell)
            case datetime():
                sheet.write_datetime(row, column, cell, self.formats["moment"])
            case date():
                sheet.write_datetime(row, column, cell, self.formats["date"])
            case int() | float():
                sheet.write_number(row, column, cell)
            case _:
                sheet.write_string(row, column, cell)

    def content(self) -> bytes:
        """The file."""
        self._book.close()
        return self._file.getvalue()


def workbook(
    lines: Lines, headers: Sequence[str] = HEADERS, above: Sequence[Sequence[Any]] = (), **options: Any
) -> bytes:
    """One sheet with these lines, by header, below the rows of `above`."""
    book = Book(**options)
    book.sheet("明细", [*above, headers, *([line.get(header) for header in headers] for line in lines)])
    return book.content()


def typed(line: Mapping[str, str], table: Table = TRIALS) -> dict[str, Any]:
    """A line of texts with the cells of dates and numbers as dates and numbers."""
    cells: dict[str, Any] = dict(line)
    for column in table.columns.values():
        text = cells.get(column.header)
        if text and column.type.is_date:
            cells[column.header] = datetime.fromisoformat(text) if column.type.has_time else date.fromisoformat(text)
        elif text and column.type.is_number:
            cells[column.header] = float(text)
    return cells


def repacked(
    raw: bytes, change: Callable[[str, bytes], bytes | None], more: Mapping[str, bytes] | None = None
) -> bytes:
    """The package with every part changed by `change` (None drops it), and `more` parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if (part := change(name, source.read(name))) is not None:
                target.writestr(name, part)
        for name, part in (more or {}).items():
            target.writestr(name, part)
    return content.getvalue()


def with_sheet_xml(raw: bytes, old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The package with a piece of the XML of its first sheet (or another part) replaced."""

    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        assert old in content, content[:2000]
        return content.replace(old, new)

    return repacked(raw, change)
