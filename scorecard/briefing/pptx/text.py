"""Text on a slide: boxes whose Chinese face is named for every program, and whose line height is fixed.

A fixed line height lets the height of a text be known before it is written (measure.py), whichever face a reader has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.office_package import FACE, printable
from scorecard.charts.theme import palette

LEADING = 1.4  # of the size

Align = Literal["left", "right", "center"]
_ALIGN = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}
_ANCHOR = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}


@dataclass(frozen=True)
class Frame:
    """Where something stands, in inches from the slide's upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def emu(self) -> tuple[Inches, Inches, Inches, Inches]:
        """The same in the units of the file."""
        return (Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height))


@dataclass(frozen=True)
class Run:
    """Text of one look; an empty colour is the ink."""

    text: str
    size: float
    colour: str = ""
    bold: bool = False


@dataclass(frozen=True)
class TextParagraph:
    """Runs in one paragraph. `hang` inches stand before the second and later lines, and after a tab."""

    runs: tuple[Run, ...]
    before: float = 0.0  # points above it
    hang: float = 0.0
    leading: float = LEADING

    @property
    def size(self) -> float:
        """Its tallest run."""
        return max((run.size for run in self.runs), default=0.0)

    def height(self, room: float) -> float:
        """Inches it takes in a box `room` inches wide."""
        count = 1
        if self.hang:
            said = "".join(run.text for run in self.runs).partition("\t")[2]
            count = text_width.lines(said, self.size, room - self.hang)
        elif sum(text_width.width(run.text, run.size) for run in self.runs) > room:
            count = text_width.lines("".join(run.text for run in self.runs), self.size, room)
        return (count * self.size * self.leading + self.before) / text_width.POINTS


def paragraph(
    text: str, size: float, colour: str = "", *, bold: bool = False, before: float = 0
) -> TextParagraph:
    """A paragraph of one run."""
    return TextParagraph((Run(text, size, colour, bold),), before)


def height(paragraphs: Sequence[TextParagraph], room: float) -> float:
    """Inches of all of them in a box `room` inches wide."""
    return sum(one.height(room) for one in paragraphs)


def write(
    slide: Any,
    frame: Frame,
    paragraphs: Sequence[TextParagraph],
    *,
    align: Align = "left",
    anchor: Literal["top", "middle", "bottom"] = "top",
    name: str = "文字",
) -> Any:
    """A text box without margins; the shape."""
    box = slide.shapes.add_textbox(*frame.emu())
    box.name = name
    fill(box.text_frame, paragraphs, align=align, anchor=anchor)
    return box


def fill(
    text_frame: Any,
    paragraphs: Sequence[TextParagraph],
    *,
    align: Align = "left",
    anchor: Literal["top", "middle", "bottom"] = "top",
    margin: float = 0.0,
) -> None:
    """The paragraphs into a frame that is there, from its first paragraph on."""
    text_frame.word_wrap = True
    text_frame.vertical_anchor = _ANCHOR[anchor]
    text_frame.margin_left = text_frame.margin_right = Inches(margin)
    text_frame.margin_top = text_frame.margin_bottom = Inches(margin / 2)
    for at, given in enumerate(paragraphs):
        drawn = text_frame.paragraphs[0] if at == 0 else text_frame.add_paragraph()
        drawn.alignment = _ALIGN[align]
        drawn.line_spacing = Pt(given.size * given.leading)
        drawn.space_before = Pt(given.before)
        drawn.space_after = Pt(0)
        if given.hang:
            properties = drawn._p.get_or_add_pPr()
            properties.set("marL", str(Inches(given.hang)))
            properties.set("indent", str(-Inches(given.hang)))
        for run in given.runs:
            if run.text:
                _run(drawn.add_run(), run)
        _end(drawn, given.size)


def _end(drawn: Any, size: float) -> None:
    """The size of the paragraph's end: left to itself it makes an empty cell as high as a title."""
    drawn._p.append(parse_xml(f'<a:endParaRPr {nsdecls("a")} lang="zh-CN" sz="{round(size * 100)}"/>'))


def _run(drawn: Any, given: Run) -> None:
    drawn.text = one_line(given.text)
    font = drawn.font
    font.size = Pt(given.size)
    font.bold = given.bold
    font.color.rgb = colour_of(given.colour or palette().ink)
    properties = drawn._r.get_or_add_rPr()
    properties.set("lang", "zh-CN")
    properties.set("altLang", "en-US")
    name_face(properties)


def name_face(properties: Any) -> None:
    """The face for Latin and for Chinese letters of a run or of a chart's text."""
    for tag in ("a:latin", "a:ea", "a:cs"):
        found = properties.find(qn(tag))
        if found is None:
            found = properties.makeelement(qn(tag), {})
            properties.append(found)
        found.set("typeface", FACE)


def colour_of(colour: str) -> RGBColor:
    """A colour of the theme as the file has it."""
    return RGBColor.from_string(colour.removeprefix("#").upper())


def one_line(text: str) -> str:
    """The text without breaks and control characters: a paragraph is one paragraph. A tab stays."""
    return " ".join(part for part in printable(text).splitlines() if part) if text else ""


def split(text: str) -> list[str]:
    """The text's own paragraphs, none of them empty."""
    return [part for part in printable(text).splitlines() if part.strip()]
