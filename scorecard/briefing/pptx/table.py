"""A table on slides: real cells between hairlines, the header again on every slide it goes on to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches

from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.layout import text_width
from scorecard.briefing.paper.model import PaperColumn, PaperTable
from scorecard.briefing.pptx.text import LEADING, Frame, Run, TextParagraph, colour_of, fill, one_line
from scorecard.charts.theme import mark, palette

SIZE = 12  # points: read from the last row of a meeting room
_AIR = 0.1  # inches inside a cell, on each side
_TIGHT = 2 * _AIR + 0.1  # a cell that is just full is folded by one program and not by another
_DEEP = 0.12  # inches above and below its text together
_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # the format's own style without fill and without lines
_WORDS = frozenset(get_args(VerdictWord))


@dataclass(frozen=True)
class SlideRow:
    """Cells of a row and the inches it takes."""

    cells: tuple[str, ...]
    height: float


def widths(columns: Sequence[PaperColumn], room: float) -> list[float]:
    """Inches of each column by its weight."""
    whole = sum(column.weight for column in columns) or 1.0
    return [room * column.weight / whole for column in columns]


def header(table: PaperTable, room: float) -> SlideRow:
    """The names of the columns."""
    return _row(tuple(column.name for column in table.columns), widths(table.columns, room))


def rows(table: PaperTable, room: float, tallest: float) -> list[SlideRow]:
    """The table's rows; one that is taller than `tallest` inches goes on in the next, so that nothing is cut off."""
    across = widths(table.columns, room)
    most = max(1, int((tallest - _DEEP) / (SIZE * LEADING / text_width.POINTS)))
    found: list[SlideRow] = []
    for given in table.rows:
        rest: tuple[str, ...] = tuple(_shown(cell) for cell in given)
        while True:
            pieces = [
                text_width.cut(cell, SIZE, wide - _TIGHT, most)
                for cell, wide in zip(rest, across, strict=True)
            ]
            found.append(_row(tuple(piece for piece, _ in pieces), across))
            rest = tuple(left for _, left in pieces)
            if not any(rest):
                break
    return found


def draw(slide: Any, frame: Frame, table: PaperTable, shown: Sequence[SlideRow]) -> None:
    """The header and these rows, from the upper edge of the frame."""
    across = widths(table.columns, frame.width)
    top = header(table, frame.width)
    left, upper, width, _ = frame.emu()
    high = Inches(top.height + sum(row.height for row in shown))
    holder = slide.shapes.add_table(len(shown) + 1, len(table.columns), left, upper, width, high)
    holder.name = one_line(table.title) or "表"
    holder._element.nvGraphicFramePr.cNvPr.set("descr", "、".join(one_line(text) for text in top.cells))
    drawn = holder.table
    drawn.horz_banding = False
    drawn._tbl.tblPr.find(qn("a:tableStyleId")).text = _PLAIN
    for at, wide in enumerate(across):
        drawn.columns[at].width = Inches(wide)
    for down, row in enumerate((top, *shown)):
        drawn.rows[down].height = Inches(row.height)
        for at, (text, column) in enumerate(zip(row.cells, table.columns, strict=True)):
            _cell(drawn.cell(down, at), text, column, head=down == 0)


def _row(cells: tuple[str, ...], across: Sequence[float]) -> SlideRow:
    deep = max(
        (text_width.lines(cell, SIZE, wide - _TIGHT) for cell, wide in zip(cells, across, strict=True)),
        default=1,
    )
    return SlideRow(cells, deep * SIZE * LEADING / text_width.POINTS + _DEEP)


def _shown(cell: str) -> str:
    """A verdict has its symbol before it."""
    text = one_line(cell)
    word: Any = text
    return f"{mark(word).symbol} {text}" if text in _WORDS else text


def _cell(cell: Any, text: str, column: PaperColumn, *, head: bool) -> None:
    colours = palette()
    word: Any = text[2:]
    judged = not head and word in _WORDS and text == _shown(word)
    colour = mark(word).colour if judged else colours.ink
    run = Run(text, SIZE, colour, bold=head or judged)
    fill(cell.text_frame, (TextParagraph((run,)),), align="right" if column.number else "left")
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(_AIR)
    cell.margin_top = cell.margin_bottom = Inches(_DEEP / 2)
    properties = cell._tc.get_or_add_tcPr()
    properties.append(_edge("lnB", colours.ink if head else colours.hairline, 12_700 if head else 6_350))
    properties.append(parse_xml(_filled(colours.panel) if head else f"<a:noFill {nsdecls('a')}/>"))


def _edge(side: str, colour: str, thick: int) -> Any:
    return parse_xml(
        f'<a:{side} {nsdecls("a")} w="{thick}"><a:solidFill><a:srgbClr val="{colour_of(colour)}"/></a:solidFill></a:{side}>'
    )


def _filled(colour: str) -> str:
    return f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{colour_of(colour)}"/></a:solidFill>'
