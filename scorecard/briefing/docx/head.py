"""The head and the last lines of a Word paper: red name, issue, issuer and date, title, 编者按; 主送 and 印发 at the end.

What is a little too long for its line is set smaller before it takes a second one.
"""

import re

from scorecard.briefing.docx.styles import HEI, ROOM, sizes
from scorecard.briefing.docx.xml import Element, paragraph, run
from scorecard.briefing.layout.text_width import largest, lines
from scorecard.briefing.paper.model import Paper
from scorecard.narrative.provenance import SAMPLE

_NOTE = "编者按："
_NAME, _TITLE, _LINE, _END = (48, 24), (22, 19), (16, 11), (14, 10)  # points at most and at least


def head(paper: Paper) -> list[Element]:
    """Name in red, issue, who issues it and when over the red rule, 示例数据, title, 编者按."""
    parts = [
        paragraph("Masthead", _fitting(paper.masthead, *_NAME)),
        paragraph("MastheadIssue", paper.issue) if paper.issue else None,
        paragraph("MastheadLine", _ends(paper.issuer, paper.date, *_LINE)),
        paragraph("Sample", SAMPLE) if paper.sample else None,
        _title(paper.title),
        paragraph("Subtitle", paper.subtitle) if paper.subtitle else None,
        *_note(paper.note),
    ]
    return [part for part in parts if part is not None]


def colophon(paper: Paper) -> list[Element]:
    """Who gets it, who made it and when, between rules."""
    return [
        paragraph("ColophonHead", f"主送：{paper.audience}"),
        paragraph("Colophon", _ends(paper.issuer, f"{paper.date}印发", *_END)),
    ]


def _fitting(text: str, most: float, least: float) -> Element:
    """The text in one line if some size allows it, else as large as may be."""
    return run(text, *sizes(_size(text, most, least)))


def _ends(left: str, right: str, most: float, least: float) -> Element:
    """One text at the left end of a line, the other at its right, two characters between them at least."""
    return run(f"{left}\t{right}", *sizes(_size(f"{left}　　{right}", most, least)))


def _size(text: str, most: float, least: float) -> float:
    fits = largest(text, ROOM, most, least)
    return fits if lines(text, fits, ROOM) == 1 else most


def _title(text: str) -> Element:
    """The title; one of two lines ends its first after the period, for no word may be divided (GB/T 9704, 7.3.1)."""
    size = _size(text, *_TITLE)
    if lines(text, size, ROOM) == 2:
        ends = [found.end() for found in re.finditer(r"月|季度|年(?!\d)", text)]
        broken = [f"{text[:end]}\n{text[end:]}" for end in ends if 0 < end < len(text)]
        text = next((one for one in reversed(broken) if lines(one, size, ROOM) == 2), text)
    return paragraph("Title", run(text, *sizes(size)))


def _note(text: str) -> list[Element]:
    """编者按 between rules; its word in 黑体 before the first paragraph."""
    said = [line for line in text.removeprefix(_NOTE).splitlines() if line.strip()]
    if not said:
        return []
    return [
        paragraph("EditorsNote", run(_NOTE, face=HEI.name), said[0]),
        *(paragraph("EditorsNote", line) for line in said[1:]),
        paragraph("TableNote"),
    ]
