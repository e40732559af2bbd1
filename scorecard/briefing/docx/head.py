"""The head and the last lines of a Word paper: red name, issue, issuer and date, title, 编者按; 主送 and 印发 at the end.

What is a little too long for its line is set smaller before it takes a second one.
"""

import re

from docx.document import Document

from scorecard.briefing.docx.text import HEI, add_paragraph, add_run
from scorecard.briefing.layout.text_width import largest, lines
from scorecard.briefing.layout.type_area import INCHES
from scorecard.briefing.paper.model import Paper
from scorecard.narrative.provenance import SAMPLE

_NOTE = "编者按："
_NAME, _TITLE, _LINE, _END = (48, 24), (22, 19), (16, 11), (14, 10)  # points at most and at least


def add_head(document: Document, paper: Paper) -> None:
    """Name in red, issue, issuer and date over the red rule, 示例数据, title, 编者按."""
    add_paragraph(document, "版头名称", paper.masthead, size=_size(paper.masthead, *_NAME))
    if paper.issue:
        add_paragraph(document, "版头期号", paper.issue)
    _add_ends(document, "版头署名", paper.issuer, paper.date, *_LINE)
    if paper.sample:
        add_paragraph(document, "示例数据", SAMPLE)
    size = _size(paper.title, *_TITLE)
    add_paragraph(document, "Title", _broken(paper.title, size), size=size)
    if paper.subtitle:
        add_paragraph(document, "Subtitle", paper.subtitle)
    _add_note(document, paper.note)


def add_colophon(document: Document, paper: Paper) -> None:
    """The receiver, the issuer and the date, between rules."""
    add_paragraph(document, "版记首行", f"主送：{paper.audience}")
    _add_ends(document, "版记末行", paper.issuer, f"{paper.date}印发", *_END)


def _add_ends(document: Document, style: str, left: str, right: str, most: float, least: float) -> None:
    """One text at the left end of a line, the other at its right, two characters between them at least."""
    add_paragraph(document, style, f"{left}\t{right}", size=_size(f"{left}　　{right}", most, least))


def _size(text: str, most: float, least: float) -> float:
    """The largest size at which the text is one line; the usual one where even the least is too large."""
    fits = largest(text, INCHES, most, least)
    return fits if lines(text, fits, INCHES) == 1 else most


def _broken(title: str, size: float) -> str:
    """A title of two lines ends its first after the period, for no word may be divided (GB/T 9704, 7.3.1)."""
    if lines(title, size, INCHES) != 2:
        return title
    ends = [match.end() for match in re.finditer(r"月|季度|年(?!\d)", title)]
    broken = [f"{title[:end]}\n{title[end:]}" for end in ends if 0 < end < len(title)]
    return next((text for text in reversed(broken) if lines(text, size, INCHES) == 2), title)


def _add_note(document: Document, note: str) -> None:
    """编者按 between rules; its word in 黑体 before the first paragraph."""
    texts = [line for line in note.removeprefix(_NOTE).splitlines() if line.strip()]
    for number, text in enumerate(texts):
        paragraph = document.add_paragraph(style="编者按")
        if number == 0:
            add_run(paragraph, _NOTE, face=HEI)
        add_run(paragraph, text)
    if texts:
        add_paragraph(document, "表注")
