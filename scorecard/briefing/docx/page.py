"""The page of a Word paper: A4 with the margins and the grid of GB/T 9704-2012, numbers and provenance below, 示例数据 above."""

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from scorecard.briefing.docx.styles import LINE, ROOM, SMALL
from scorecard.briefing.docx.xml import Element, page_number, paragraph, run, w
from scorecard.briefing.layout.text_width import lines
from scorecard.briefing.paper.model import Paper
from scorecard.narrative.provenance import SAMPLE

BOTTOM, UNDER_TEXT = Mm(35), Mm(7)  # the number of the page stands 7 mm under the type area
_NUMBER, _NOTE = Pt(18), Pt(12)  # heights of the lines of the foot


def set_page(document: Document, paper: Paper) -> None:
    """Set the only section of the document, its heads and its feet."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), BOTTOM
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.gutter, section.header_distance = Mm(0), Mm(24)
    foot = _NUMBER + _NOTE * sum(lines(one, SMALL, ROOM) for one in paper.provenance)
    section.footer_distance = max(BOTTOM - UNDER_TEXT - foot, Mm(5))
    for head in (section.header, section.even_page_header):
        _fill(head.part.element, paragraph("Header", SAMPLE if paper.sample else ""))
    for below, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        _fill(below.part.element, _number(side), *(paragraph("FooterNote", one) for one in paper.provenance))
    _set_grid(document.element.body.sectPr)


def _set_grid(properties: Element) -> None:
    """22 lines to the page; the 28 characters of a line are the styles'."""
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    properties.append(w("docGrid", type="linesAndChars", linePitch=LINE))


def _number(side: str) -> Element:
    """ "— 1 —", a character from the outer edge: on the right of odd pages, on the left of even ones."""
    indent = w("ind", **{f"{side}Chars": 100, side: 280})
    content = [run("— "), page_number(), run(" —")]
    made = paragraph("Footer", *content)
    properties = made[0]
    properties.append(indent)
    properties.append(w("jc", val=side))
    return made


def _fill(part: Element, *paragraphs: Element) -> None:
    """In place of whatever the part began with."""
    for old in list(part):
        part.remove(old)
    part.extend(paragraphs)
