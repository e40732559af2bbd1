"""Running text and tables over as many slides as they need: a level-one heading is a slide's title, nothing is cut off."""

from collections.abc import Sequence
from typing import Any

from scorecard.briefing.layout import text_width
from scorecard.briefing.paper.model import Heading, PaperTable, Paragraph
from scorecard.briefing.pptx.deck import BODY, Deck
from scorecard.briefing.pptx.table import SlideRow, add_table, header_row, split_rows
from scorecard.briefing.pptx.text import LEADING, Frame, TextParagraph, add_text, height, paragraph, split
from scorecard.charts.theme import palette

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
        """Begin new slides of this title."""
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
            taken = _fitting(left, free)
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
        """On to a new slide."""
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


def _fitting(rows: Sequence[SlideRow], room: float) -> int:
    """How many of these rows stand in `room` inches."""
    used = 0.0
    for at, row in enumerate(rows):
        used += row.height
        if used > room:
            return at
    return len(rows)
