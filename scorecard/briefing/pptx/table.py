"""A table of a few rows as cells that can be edited, in the template's table style and as large as its place allows."""

from collections.abc import Sequence
from typing import Any, get_args

from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Inches

from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.paper.model import PaperColumn, PaperTable
from scorecard.briefing.pptx.deck import LEAST, SURE
from scorecard.briefing.pptx.text import LEADING, Frame, Run, TextParagraph, fill, one_line, shortened
from scorecard.charts import text_width
from scorecard.charts.theme import mark

STYLE = "{6C1E2C9B-3B0A-4C56-9B64-5A3C0E1D7F10}"  # of ppt/tableStyles.xml in the template
_LARGEST, _ROWS = 20, (3, 2, 1)  # points; lines of a cell
_AIR = 0.1  # inches inside a cell, on each side
_DEEP = 0.16  # inches above and below its text together
_WORDS = frozenset(get_args(VerdictWord))


def add_table(slide: Any, frame: Frame, table: PaperTable) -> tuple[float, tuple[str, ...]]:
    """The inches it takes, and in full the rows of which a cell had to be shortened."""
    names = tuple(column.name for column in table.columns)
    every = [names, *(tuple(_with_symbol(cell) for cell in row) for row in table.rows)]
    whole = sum(column.weight for column in table.columns)
    across = [frame.width * column.weight / whole for column in table.columns]
    size, rows, high = _fitted(every, across, frame.height)
    left, top, width, _ = frame.emu()
    shape = slide.shapes.add_table(len(rows), len(names), left, top, width, Inches(sum(high)))
    shape.name = one_line(table.title) or "表"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", "、".join(map(one_line, names)))
    grid = shape.table
    grid.horz_banding = False
    grid._tbl.tblPr.find(qn("a:tableStyleId")).text = STYLE
    for column, room in zip(grid.columns, across, strict=True):
        column.width = Inches(room)
    for number, (row, tall) in enumerate(zip(rows, high, strict=True)):
        grid.rows[number].height = Inches(tall)
        for cell, text, column in zip(grid.rows[number].cells, row, table.columns, strict=True):
            _fill_cell(cell, text, column, size, head=number == 0)
    cut = [row for shown, row in zip(rows[1:], table.rows, strict=True) if any(cell.endswith("…") for cell in shown)]
    return sum(high), tuple("；".join(f"{name}：{cell}" for name, cell in zip(names, row, strict=True)) for row in cut)


_Layout = tuple[float, list[list[str]], list[float]]  # points, cells, inches of each row


def _fitted(every: Sequence[Sequence[str]], across: Sequence[float], room: float) -> _Layout:
    """The largest size at which everything stands in this height; at the least of them cells end in … where they must."""

    def tried(size: float, most: int) -> _Layout:
        rows = [
            [shortened(cell, size, _room(wide), most) for cell, wide in zip(row, across, strict=True)] for row in every
        ]
        return size, rows, [_height(row, across, size) for row in rows]

    for size in range(_LARGEST, LEAST, -1):
        _, rows, high = made = tried(size, _ROWS[0])
        whole = rows == [[*map(one_line, row)] for row in every] and high[0] < 2 * size * LEADING / text_width.POINTS
        if whole and sum(high) <= room:
            return made
    least = [tried(LEAST, most) for most in _ROWS]
    return next((made for made in least if sum(made[2]) <= room), least[-1])


def _room(width: float) -> float:
    """For text in a column: a cell that is just full is folded by one program and not by another."""
    return (width - 2 * _AIR) * SURE


def _height(row: Sequence[str], across: Sequence[float], size: float) -> float:
    counts = [text_width.lines(cell, size, _room(room)) for cell, room in zip(row, across, strict=True)]
    return max(counts) * size * LEADING / text_width.POINTS + _DEEP


def _with_symbol(cell: str) -> str:
    """A verdict has its symbol before it."""
    text = one_line(cell)
    word: Any = text
    return f"{mark(word).symbol} {text}" if text in _WORDS else text


def _fill_cell(cell: Any, text: str, column: PaperColumn, size: float, *, head: bool) -> None:
    word: Any = text[2:]
    judged = not head and word in _WORDS and text == _with_symbol(word)
    run = Run(text, size, mark(word).colour if judged else "", bold=head or judged)
    fill(cell.text_frame, (TextParagraph((run,)),), align="right" if column.number else "left")
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(_AIR)
    cell.margin_top = cell.margin_bottom = Inches(_DEEP / 2)
