"""Text on a slide, with a fixed line height: how high it is, is known before it is written, whichever face a reader has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pptx.dml.color import RGBColor
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from scorecard.briefing.layout.office_package import printable
from scorecard.charts import text_width
from scorecard.templating import render

LEADING = 1.4  # of the size
LINE_BREAK = "\n"  # a run of its own

# A number, a date or a span of them with its unit; a line ends before or after it.
_WHOLE = re.compile(r"(?:[≥≤+-]?\d[\d,.]*(?:个百分点|万元|个月|小时|[%年月日天件家项个期元])?[—/]?)+|[A-Za-z]+")
_CLOSING, _OPENING, STOPS = "，。；：、）》”？！…", "（《“", "，；。："

Align = Literal["left", "right", "center"]
Anchor = Literal["top", "middle", "bottom"]
_ALIGN = {"left": "l", "right": "r", "center": "ctr"}
_ANCHOR = {"top": "t", "middle": "ctr", "bottom": "b"}


@dataclass(frozen=True)
class Frame:
    """A rectangle in inches from the slide's upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def emu(self) -> tuple[Inches, Inches, Inches, Inches]:
        return (Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height))


@dataclass(frozen=True)
class Run:
    """Text of one look; without a colour it has the theme's text colour."""

    text: str
    size: float
    colour: str = ""
    bold: bool = False


@dataclass(frozen=True)
class TextParagraph:
    """Runs in one paragraph."""

    runs: tuple[Run, ...]
    before: float = 0.0  # points above it
    leading: float = LEADING

    @property
    def size(self) -> float:
        return max((run.size for run in self.runs), default=0.0)

    def height(self, room: float) -> float:
        """Inches it takes in a box `room` inches wide."""
        text = "".join(run.text for run in self.runs)
        whole = sum(text_width.width(run.text, run.size) for run in self.runs) <= room
        count = 1 if whole else text_width.lines(text, self.size, room)
        return (count * self.size * self.leading + self.before) / text_width.POINTS


def paragraph(text: str, size: float, colour: str = "", *, bold: bool = False, before: float = 0) -> TextParagraph:
    """A paragraph of one run."""
    return TextParagraph((Run(text, size, colour, bold),), before)


def height(paragraphs: Sequence[TextParagraph], room: float) -> float:
    """Inches of all of them in a box `room` inches wide."""
    return sum(each.height(room) for each in paragraphs)


def add_text(
    slide: Any,
    name: str,
    frame: Frame,
    paragraphs: Sequence[TextParagraph],
    *,
    align: Align = "left",
    anchor: Anchor = "top",
) -> Any:
    """A new text box without margins; the shape."""
    box = slide.shapes.add_textbox(*frame.emu())
    box.name = name
    fill(box.text_frame, paragraphs, align=align, anchor=anchor)
    return box


def fill(
    text_frame: Any, paragraphs: Sequence[TextParagraph], *, align: Align = "left", anchor: Anchor = "top"
) -> None:
    """Write the paragraphs into an empty frame, over what it says of itself."""
    xml = render(
        "briefing/pptx/text.xml", paragraphs=paragraphs, align=_ALIGN[align], anchor=_ANCHOR[anchor], one_line=one_line,
        line_break=LINE_BREAK, points=lambda points: Pt(points).centipoints,
    )  # fmt: skip
    written, body = parse_xml(xml), text_frame._txBody
    body.bodyPr.attrib.update(written[0].attrib)
    for old in text_frame.paragraphs:
        body.remove(old._p)
    body.extend(written[1:])


def title_lines(text: str, size: float, room: float) -> list[str]:
    """The title in one line, or in two about as long as each other.

    It breaks after a stop where it can, then after a number or a date, never inside one.
    """
    text = one_line(text)
    if text_width.width(text, size) <= room:
        return [text]
    ends = {found.end() for found in _WHOLE.finditer(text)}
    inside = {at for found in _WHOLE.finditer(text) for at in range(found.start() + 1, found.end())}
    places = [
        at
        for at in range(1, len(text))
        if at not in inside
        and text[at] not in _CLOSING
        and text[at - 1] not in _OPENING
        and max(text_width.width(part, size) for part in (text[:at], text[at:])) <= room
    ]

    def worse(at: int) -> tuple[int, int, int]:
        return 0 if text[at - 1] in STOPS else 1 if at in ends else 2, abs(2 * at - len(text)), -at

    best = min(places, key=worse, default=len(text))
    return [part for part in (text[:best], text[best:]) if part]


def shortened(text: str, size: float, room: float, rows: int) -> str:
    """The text in so many lines, ending in … where it is longer; a number is left out rather than cut."""
    text = one_line(text)
    if text_width.lines(text, size, room) <= rows:
        return text
    taken, _ = text_width.cut(text, size, room - size / text_width.POINTS, rows)
    return re.sub(r"[\d,.%—-]*$", "", taken[:-1]) + "…"


def colour_of(colour: str) -> RGBColor:
    """A colour of the theme as the file has it."""
    return RGBColor.from_string(colour.removeprefix("#").upper())


def one_line(text: str) -> str:
    """The text without breaks and control characters: a paragraph is one paragraph. A tab stays."""
    return " ".join(part for part in printable(text).splitlines() if part) if text else ""
