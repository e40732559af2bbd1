"""The paper as a Word file in the layout of an official 简报 (GB/T 9704-2012): editable text, real headings and tables.

The same paper gives the same bytes. Nothing in the file leads outside it: no link, no macro, no field but the page number.
"""

from typing import Any

from docx.document import Document

from scorecard.briefing.docx_annex import annexes
from scorecard.briefing.docx_figure import listed, pictured
from scorecard.briefing.docx_package import opened, saved
from scorecard.briefing.docx_page import set_page
from scorecard.briefing.docx_styles import HEI, ROOM, sizes
from scorecard.briefing.docx_table import table
from scorecard.briefing.docx_xml import Element, paragraph, run
from scorecard.briefing.measure import largest, lines
from scorecard.briefing.paper import Block, Figure, Heading, Paper, Paragraph, Pictures
from scorecard.provenance import SAMPLE

_NOTE = "编者按："
# Points at most and at least: what is a little too long for its line becomes smaller before it takes a second one.
_NAME, _TITLE, _LINE, _END = (48, 24), (22, 19), (16, 11), (14, 10)


def write(paper: Paper, pictures: Pictures) -> bytes:
    """The .docx. `pictures` are PNG by the figure's number; a figure without one stands as the table of its points."""
    document = opened(paper)
    set_page(document, paper)
    content = [
        *_masthead(paper),
        *(one for block in paper.blocks for one in _block(document, block, pictures)),
        *annexes(paper),
        *_colophon(paper),
    ]
    body: Any = document.element.body
    for one in content:
        body.sectPr.addprevious(one)
    return saved(document)


def _masthead(paper: Paper) -> list[Element]:
    """Name in red, issue, who issues it and when over the red rule, 示例数据, title, 编者按."""
    parts = [
        paragraph("Masthead", _fitting(paper.masthead, *_NAME)),
        paragraph("MastheadIssue", paper.issue) if paper.issue else None,
        paragraph("MastheadLine", _ends(paper.issuer, paper.date, *_LINE)),
        paragraph("Sample", SAMPLE) if paper.sample else None,
        paragraph("Title", _fitting(paper.title, *_TITLE)),
        paragraph("Subtitle", paper.subtitle) if paper.subtitle else None,
        *_note(paper.note),
    ]
    return [part for part in parts if part is not None]


def _fitting(text: str, most: float, least: float) -> Element:
    """The text in one line if some size allows it, else as large as may be."""
    return run(text, *sizes(_size(text, most, least)))


def _ends(left: str, right: str, most: float, least: float) -> Element:
    """One text at the left end of a line, the other at its right, two characters between them at least."""
    return run(f"{left}\t{right}", *sizes(_size(f"{left}　　{right}", most, least)))


def _size(text: str, most: float, least: float) -> float:
    fits = largest(text, ROOM, most, least)
    return fits if lines(text, fits, ROOM) == 1 else most


def _note(text: str) -> list[Element]:
    """编者按 between rules; its word in 黑体 before the first paragraph."""
    said = [line for line in text.removeprefix(_NOTE).splitlines() if line.strip()]
    if not said:
        return []
    word = run(_NOTE, face=HEI.name)
    return [
        paragraph("EditorsNote", word, said[0]),
        *(paragraph("EditorsNote", line) for line in said[1:]),
        paragraph("TableNote"),
    ]


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


def _colophon(paper: Paper) -> list[Element]:
    """Who gets it, who made it and when, between rules, as the last lines."""
    return [
        paragraph("ColophonHead", f"主送：{paper.audience}"),
        paragraph("Colophon", _ends(paper.issuer, f"{paper.date}印发", *_END)),
    ]
