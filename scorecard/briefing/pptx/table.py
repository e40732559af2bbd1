"""A table on slides: real cells in the template's table style, the header again on every slide it goes on to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Inches

from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.layout import text_width
from scorecard.briefing.paper.model import PaperColumn, PaperTable
from scorecard.briefing.pptx.text import LEADING, Frame, Run, TextParagraph, fill, one_line
from scorecard.charts.theme import mark

SIZE = 12  # points: read from the last row of a meeting room
STYLE = "{6C1E2C9B-3B0A-4C56-9B64-5A3C0E1D7F10}"  # of ppt/tableStyles.xml in the template
_AIR = 0.1  # inches inside a cell, on each side
_TIGHT = 2 * _AIR + 0.1  # a cell that is just full is folded by one program and not by another
_DEEP = 0.12  # inches above and below its text together
_WORDS = frozenset(get_args(VerdictWord))


@dataclass(frozen=True)
class SlideRow:
    """Cells of a row and the inches it takes."""

    cells: tuple[str, ...]
    height: float


def header_row(table: PaperTable, room: float) -> SlideRow:
    """The names of the columns."""
    return _row(tuple(column.name for column in table.columns), _widths(table.columns, room))


def split_rows(table: PaperTable, room: float, tallest: float) -> list[SlideRow]:
    """The table's rows; one that is taller than `tallest` inches goes on in the next, so that nothing is cut off."""
    across = _widths(table.columns, room)
    most = max(1, int((tallest - _DEEP) / (SIZE * LEADING / text_width.POINTS)))
    slide_rows: list[SlideRow] = []
    for cells in table.rows:
        rest = tuple(_with_symbol(cell) for cell in cells)
        while True:
            pieces = [
                text_width.cut(cell, SIZE, width - _TIGHT, most) for cell, width in zip(rest, across, strict=True)
            ]
            slide_rows.append(_row(tuple(piece for piece, _ in pieces), across))
            rest = tuple(after for _, after in pieces)
            if not any(rest):
                break
    return slide_rows


def add_table(slide: Any, frame: Frame, table: PaperTable, some: Sequence[SlideRow]) -> None:
    """The header and these rows, from the upper edge of the frame."""
    names = header_row(table, frame.width)
    left, top, width, _ = frame.emu()
    height = Inches(names.height + sum(row.height for row in some))
    shape = slide.shapes.add_table(len(some) + 1, len(table.columns), left, top, width, height)
    shape.name = one_line(table.title) or "表"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", "、".join(one_line(text) for text in names.cells))
    grid = shape.table
    grid.horz_banding = False
    grid._tbl.tblPr.find(qn("a:tableStyleId")).text = STYLE
    for column, width in zip(grid.columns, _widths(table.columns, frame.width), strict=True):
        column.width = Inches(width)
    for number, row in enumerate((names, *some)):
        grid.rows[number].height = Inches(row.height)
        for cell, text, column in zip(grid.rows[number].cells, row.cells, table.columns, strict=True):
            _fill_cell(cell, text, column, head=number == 0)


def _widths(columns: Sequence[PaperColumn], room: float) -> list[float]:
    """Inches of each column by its weight."""
    whole = sum(column.weight for column in columns) or 1.0
    return [room * column.weight / whole for column in columns]


def _row(cells: tuple[str, ...], across: Sequence[float]) -> SlideRow:
    counts = [text_width.lines(cell, SIZE, width - _TIGHT) for cell, width in zip(cells, across, strict=True)]
    return SlideRow(cells, max(counts, default=1) * SIZE * LEADING / text_width.POINTS + _DEEP)


def _with_symbol(cell: str) -> str:
    """A verdict has its symbol before it."""
    text = one_line(cell)
    word: Any = text
    return f"{mark(word).symbol} {text}" if text in _WORDS else text


def _fill_cell(cell: Any, text: str, column: PaperColumn, *, head: bool) -> None:
    word: Any = text[2:]
    judged = not head and word in _WORDS and text == _with_symbol(word)
    run = Run(text, SIZE, mark(word).colour if judged else "", bold=head or judged)
    fill(cell.text_frame, (TextParagraph((run,)),), align="right" if column.number else "left")
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(_AIR)
    cell.margin_top = cell.margin_bottom = Inches(_DEEP / 2)
