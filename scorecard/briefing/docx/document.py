"""The paper as a Word file in the layout of an official 简报 (GB/T 9704-2012): editable text, real headings and tables.

The same paper gives the same bytes. Nothing in the file leads outside it: no link, no macro, no field but the page number.
"""

from typing import Any

from docx.document import Document

from scorecard.briefing.docx.annex import annexes
from scorecard.briefing.docx.figure import listed, pictured
from scorecard.briefing.docx.head import colophon, head
from scorecard.briefing.docx.package import opened, saved
from scorecard.briefing.docx.page import set_page
from scorecard.briefing.docx.table import table
from scorecard.briefing.docx.xml import Element, paragraph
from scorecard.briefing.paper.model import Block, Figure, Heading, Paper, Paragraph, Pictures


def write(paper: Paper, pictures: Pictures) -> bytes:
    """The .docx. `pictures` are PNG by the figure's number; a figure without one stands as the table of its points."""
    document = opened(paper)
    set_page(document, paper)
    content = [
        *head(paper),
        *(one for block in paper.blocks for one in _block(document, block, pictures)),
        *annexes(paper),
        *colophon(paper),
    ]
    body: Any = document.element.body
    for one in content:
        body.sectPr.addprevious(one)
    return saved(document)


def _block(document: Document, block: Block, pictures: Pictures) -> list[Element]:
    match block:
        case Heading(text, level):
            return [paragraph(f"Heading{level}", text)]
        case Paragraph(text):
            return [paragraph("BodyText", line) for line in text.splitlines() if line.strip()]
        case Figure():
            picture = pictures.get(block.number)
            return listed(block) if picture is None else pictured(document, block, picture)
        case _:
            return table(block)
