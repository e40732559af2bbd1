"""Running text and tables over as many slides as they need: a level-one heading is a slide's title, nothing is cut off.

A table has real cells in the template's table style, and its header again on every slide it goes on to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, get_args

from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Inches

from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.paper.model import Heading, PaperColumn, PaperTable, Paragraph
from scorecard.briefing.pptx.deck import BODY, Deck
from scorecard.briefing.pptx.text import (
    LEADING,
    Frame,
    Run,
    TextParagraph,
    add_text,
    fill,
    height,
    one_line,
    paragraph,
    split,
)
from scorecard.charts import text_width
from scorecard.charts.theme import mark, palette

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


_TEXT, _SUB, _TITLE, _NOTE = 16, 18, 14, 12
_GAP, _MORE = 0.12, "（续）"
_TOGETHER = 6  # lines of a paragraph that stays together; a longer one fills the slide and goes on
_WITH_HEADING = 1.3  # inches: a heading and three lines


class SlideFlow:
    """Fills slides from top to bottom. `title` is that of the slides it makes until another is given."""

    def __init__(self, deck: Deck, title: str) -> None:
        self._deck = deck
        self._title = title
        self._slide: Any = None
        self._top = BODY.top
        self._waiting: list[TextParagraph] = []
        self._begun = False
        self._heading = ""

    def add(self, block: Heading | Paragraph | PaperTable) -> None:
        """One block after the last."""
        match block:
            case Heading(text, 1):
                self.start(text)
            case Heading(text, _):
                self._heading = text
            case Paragraph(text):
                for part in split(text):
                    self.text(part, _TEXT, before=7)
            case PaperTable():
                self._table(block)

    def start(self, title: str) -> None:
        self.end()
        self._title, self._begun = title, False

    def end(self) -> str:
        """Begin a new slide. Gives the headings under which nothing stands yet."""
        self._turn()
        headings = () if self._begun else (self._title,)
        waiting = "　".join(text for text in (*headings, self._heading) if text)
        self._heading = ""
        return waiting

    def text(self, text: str, size: float, *, before: float = 0, colour: str = "") -> None:
        """A paragraph under its heading; what does not fit goes on on the next slide."""
        self._sub()
        self._paragraph(text, size, before=before, colour=colour)

    def _sub(self) -> None:
        """The heading that waits, with room below it for a few lines: it never stands alone at the foot of a slide."""
        heading, self._heading = self._heading, ""
        if heading:
            if self._used() and self._free() < _WITH_HEADING:
                self._turn()
            self._paragraph(heading, _SUB, bold=True, before=10)

    def _paragraph(self, text: str, size: float, *, bold: bool = False, before: float = 0, colour: str = "") -> None:
        rest = text
        while rest:
            room = int((self._free() * text_width.POINTS - before) / (size * LEADING))
            needed = text_width.lines(rest, size, BODY.width)
            if self._used() and room < (needed if needed <= _TOGETHER else 1):
                self._turn()
                continue
            taken, rest = text_width.cut(rest, size, BODY.width, max(room, 1))
            self._waiting.append(paragraph(taken, size, colour, bold=bold, before=before))
            if rest:
                self._turn()

    def _table(self, table: PaperTable) -> None:
        self._sub()
        top = header_row(table, BODY.width)
        title = table.title
        heading = 0.36 if title else 0.0
        left = split_rows(table, BODY.width, BODY.height - top.height - heading - 0.1)
        while True:
            self._write()
            self._open()
            free = BODY.top + BODY.height - self._top - top.height - heading - _GAP
            taken = sum(used <= free for used in accumulate(row.height for row in left))
            if (left and not taken) or (not left and free < 0):
                self._turn()
                continue
            if title:
                above = Frame(BODY.left, self._top + _GAP, BODY.width, heading)
                add_text(self._slide, "表题", above, (paragraph(title, _TITLE, bold=True),))
            frame = Frame(BODY.left, self._top + _GAP + heading, BODY.width, BODY.height)
            add_table(self._slide, frame, table, left[:taken])
            self._top = frame.top + top.height + sum(row.height for row in left[:taken])
            left = left[taken:]
            if not left:
                break
            self._turn()
            title = f"{table.title}{_MORE}" if table.title else ""
        for part in split(table.note):
            self._paragraph(part, _NOTE, before=4, colour=palette().grey)

    def _free(self) -> float:
        waiting = height(self._waiting, BODY.width)
        return BODY.top + BODY.height - self._top - waiting

    def _used(self) -> bool:
        return bool(self._waiting) or self._top > BODY.top

    def _turn(self) -> None:
        self._write()
        self._slide = None
        self._top = BODY.top

    def _open(self) -> None:
        if self._slide is None:
            title = f"{self._title}{_MORE}" if self._begun else self._title
            self._slide = self._deck.add_slide(title, self._deck.paper.provenance)
            self._top, self._begun = BODY.top, True

    def _write(self) -> None:
        if not self._waiting:
            return
        top = self._top
        self._open()
        high = height(self._waiting, BODY.width)
        add_text(self._slide, "正文", Frame(BODY.left, top, BODY.width, high), self._waiting)
        self._top = top + high
        self._waiting = []
