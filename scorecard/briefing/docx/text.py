"""Paragraphs and runs in the template's styles. Every text goes in as text."""

import re

from docx.blkcntnr import BlockItemContainer
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from scorecard.briefing.layout.office_package import printable

HEI = "黑体"
_MINUS = re.compile(r"(?<![0-9A-Za-z])-(?=\d)")


def add_paragraph(
    parent: Document | BlockItemContainer, style: str, text: str = "", *, size: float | None = None
) -> Paragraph:
    """A new paragraph at the end of a document, a cell, a header or a footer; `size` in points where the style's is not meant."""
    paragraph = parent.add_paragraph(style=style)
    add_run(paragraph, text, size=size)
    return paragraph


def add_run(paragraph: Paragraph, text: str, *, size: float | None = None, face: str = "", colour: str = "") -> None:
    """Text at the end of a paragraph; a line break and a tab become those of Word.

    The hint says that signs both scripts have (— “ ” … ≥ ▲) are Chinese here: without it Word sets them narrow. After
    the sign of a negative number no line ends: "-" on one line and "0.35" on the next would read as 0.35. Programs that
    read the file still get a "-".
    """
    pieces = _MINUS.split(printable(text).replace("\r", ""))
    for number, piece in enumerate(pieces, start=1):
        run = paragraph.add_run(piece)
        fonts = run.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:hint"), "eastAsia")
        if face:
            fonts.set(qn("w:eastAsia"), face)
        if size is not None:
            run.font.size = Pt(size)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
        if number < len(pieces):
            run.element.append(OxmlElement("w:noBreakHyphen"))
