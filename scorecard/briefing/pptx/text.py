"""Text on a slide, with a fixed line height: how high it is, is known before it is written, whichever face a reader has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Inches, Pt

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.office_package import printable

LEADING = 1.4  # of the size

Align = Literal["left", "right", "center"]
Anchor = Literal["top", "middle", "bottom"]
_ALIGN = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}
_ANCHOR = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}


@dataclass(frozen=True)
class Frame:
    """A rectangle in inches from the slide's upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def emu(self) -> tuple[Inches, Inches, Inches, Inches]:
        """The same in the units of the file."""
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
    """Runs in one paragraph. `hang` inches stand before the second and later lines, and after a tab."""

    runs: tuple[Run, ...]
    before: float = 0.0  # points above it
    hang: float = 0.0
    leading: float = LEADING

    @property
    def size(self) -> float:
        """The size of its tallest run."""
        return max((run.size for run in self.runs), default=0.0)

    def height(self, room: float) -> float:
        """Inches it takes in a box `room` inches wide."""
        text = "".join(run.text for run in self.runs)
        count = 1
        if self.hang:
            count = text_width.lines(text.partition("\t")[2], self.size, room - self.hang)
        elif sum(text_width.width(run.text, run.size) for run in self.runs) > room:
            count = text_width.lines(text, self.size, room)
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
    """Write the paragraphs into an empty frame."""
    text_frame.word_wrap = True
    text_frame.vertical_anchor = _ANCHOR[anchor]
    text_frame.margin_left = text_frame.margin_right = text_frame.margin_top = text_frame.margin_bottom = 0
    for number, each in enumerate(paragraphs):
        written = text_frame.add_paragraph() if number else text_frame.paragraphs[0]
        written.alignment = _ALIGN[align]
        written.line_spacing = Pt(each.size * each.leading)
        written.space_before, written.space_after = Pt(each.before), Pt(0)
        if each.hang:  # the library has no call for a hanging indent
            properties = written._p.get_or_add_pPr()
            properties.set("marL", str(Inches(each.hang)))
            properties.set("indent", str(-Inches(each.hang)))
        # Left to itself the end of an empty paragraph makes a cell as high as a title.
        written._p.append(parse_xml(f'<a:endParaRPr {nsdecls("a")} lang="zh-CN" sz="{round(each.size * 100)}"/>'))
        for run in each.runs:
            if run.text:
                _add_run(written, run)


def _add_run(written: Any, run: Run) -> None:
    added = written.add_run()
    added.text = one_line(run.text)
    font = added.font
    font.size, font.bold, font.language_id = Pt(run.size), run.bold, MSO_LANGUAGE_ID.SIMPLIFIED_CHINESE
    if run.colour:
        font.color.rgb = colour_of(run.colour)


def colour_of(colour: str) -> RGBColor:
    """A colour of the theme as the file has it."""
    return RGBColor.from_string(colour.removeprefix("#").upper())


def one_line(text: str) -> str:
    """The text without breaks and control characters: a paragraph is one paragraph. A tab stays."""
    return " ".join(part for part in printable(text).splitlines() if part) if text else ""


def split(text: str) -> list[str]:
    """The text's own paragraphs, none of them empty."""
    return [part for part in printable(text).splitlines() if part.strip()]
