"""Worksheets with a frozen header and fixed widths, printed on landscape A4 with the header repeated."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from xlsxwriter import Workbook

from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.number_formats import Digits
from scorecard.briefing.layout.office_package import FACE, made_at, printable
from scorecard.briefing.paper.model import Paper
from scorecard.charts.theme import mark, palette

NO_GUESSING = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEAD = 2  # rows above the header: the paper's title, its provenance
_MOST = 32_767  # characters a cell holds
_CUT = "……（超出单元格容量，全文见其他格式）"
_MARGIN = 0.5  # inches
_A4, _ACROSS = 9, 10.7  # inches of A4 across, between its margins
_CHARACTER = 0.077  # inches of a column's unit of width
_SMALLEST = 0.7  # of full size; more columns go to a second page across
_SIZE, _LINE, _TALLEST = 10, 14.5, 409  # points: text, its line, the tallest row there may be
_MOST_FOOTER = 250  # characters; the format allows 255


@dataclass(frozen=True)
class VerdictCell:
    """A verdict: its symbol, its word and its colour."""

    word: VerdictWord


SheetCell = str | int | float | Digits | VerdictCell | None


@dataclass(frozen=True)
class SheetColumn:
    """A column and its width in characters of the standard face."""

    name: str
    width: float


def columns(text: str) -> tuple[SheetColumn, ...]:
    """The columns written as "指标编号 30 | 指标 30": each its name and width."""
    parts = (column.strip().rsplit(" ", 1) for column in text.split("|"))
    return tuple(SheetColumn(name, float(width)) for name, width in parts)


@dataclass(frozen=True)
class Worksheet:
    """A sheet; its first `frozen` columns stay when it is moved sideways."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[SheetCell]]
    frozen: int = 0


def workbook_bytes(paper: Paper, sheets: Sequence[Worksheet]) -> bytes:
    """The file. Its time is that of the manifest, so that the same paper gives the same bytes."""
    file = io.BytesIO()
    with Workbook(file, NO_GUESSING) as book:
        book.set_properties(
            {
                "title": printable(paper.title),
                "subject": printable(paper.audience),
                "author": printable(paper.manifest.made_by),
                "company": printable(paper.issuer),
                "comments": printable("；".join(paper.provenance)),
                "created": made_at(paper.manifest),
            }
        )
        formats = _Formats(book)
        for sheet in sheets:
            _write(book, formats, paper, sheet)
    return file.getvalue()


class _Formats:
    """The formats of the workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **changes: Any) -> Any:
        settings = {"font_name": FACE, "font_size": _SIZE, "font_color": palette().ink, "valign": "top", **changes}
        key = tuple(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(settings)
        return self._made[key]


def _write(book: Any, formats: _Formats, paper: Paper, sheet: Worksheet) -> None:
    colours, drawn = palette(), book.add_worksheet(sheet.name)
    drawn.write_string(0, 0, printable(f"{paper.title}　{sheet.name}"), formats(bold=True, font_size=14))
    drawn.write_string(1, 0, printable("　".join(paper.provenance)), formats(font_color=colours.grey))
    head = formats(
        bold=True, text_wrap=True, bg_color=colours.panel, bottom=1, bottom_color=colours.ink, valign="vcenter"
    )
    for at, column in enumerate(sheet.columns):
        drawn.set_column(at, at, column.width)
        drawn.write_string(_HEAD, at, column.name, head)
    for at, row in enumerate(sheet.rows, _HEAD + 1):
        drawn.set_row(at, _height(sheet.columns, row))
        for across, cell in enumerate(row):
            _write_cell(drawn, formats, at, across, cell)
    drawn.freeze_panes(_HEAD + 1, sheet.frozen)
    if len(sheet.columns) > 1 and sheet.rows:
        drawn.autofilter(_HEAD, 0, _HEAD + len(sheet.rows), len(sheet.columns) - 1)
    drawn.set_landscape()
    drawn.set_paper(_A4)
    across = sum(column.width for column in sheet.columns) * _CHARACTER
    drawn.fit_to_pages(max(1, ceil(across * _SMALLEST / _ACROSS)), 0)
    drawn.set_margins(_MARGIN, _MARGIN, _MARGIN + 0.1, _MARGIN + 0.1)
    if sheet.frozen:
        drawn.repeat_columns(0, sheet.frozen - 1)
    drawn.repeat_rows(_HEAD)
    source = printable(paper.provenance[-1] if paper.provenance else "").replace("&", "&&")
    drawn.set_footer(f"&L&8{source[:_MOST_FOOTER]} &R&8第 &P 页，共 &N 页")


def _height(columns: Sequence[SheetColumn], row: Sequence[SheetCell]) -> float:
    """Points for its tallest text: some office programs do not compute the height of folded text."""
    needed = [
        text_width.lines(cell, _SIZE, column.width * _CHARACTER)
        for column, cell in zip(columns, row, strict=True)
        if isinstance(cell, str)
    ]
    return min(max(needed, default=1) * _LINE + 3, _TALLEST)


def _write_cell(drawn: Any, formats: _Formats, row: int, column: int, cell: SheetCell) -> None:
    line = {"bottom": 1, "bottom_color": palette().hairline}
    match cell:
        case None:
            drawn.write_blank(row, column, None, formats(**line))
        case VerdictCell(word):
            shown = mark(word)
            coloured = formats(font_color=shown.colour, bold=True, **line)
            drawn.write_string(row, column, f"{shown.symbol} {word}", coloured)
        case Digits(number, form):
            drawn.write_number(row, column, number, formats(num_format=form, align="right", indent=1, **line))
        case str(text):
            wrapped = formats(text_wrap=True, num_format="@", **line)
            drawn.write_string(row, column, _held(printable(text)), wrapped)
        case number:
            form = "#,##0" if float(number).is_integer() else "#,##0.00######"
            drawn.write_number(row, column, number, formats(num_format=form, align="right", indent=1, **line))


def _held(text: str) -> str:
    """The text as a cell holds it; the library drops a longer text silently."""
    return text if len(text) <= _MOST else text[: _MOST - len(_CUT)] + _CUT
