"""The paper as slides: a title, its text and tables, one indicator a slide with a native chart, all numbers, the sources."""

from collections.abc import Sequence
from typing import Any

from scorecard.briefing.layout import text_width
from scorecard.briefing.paper.model import Figure, IndicatorLine, Paper, PaperColumn, PaperTable, Paragraph
from scorecard.briefing.pptx import indicator
from scorecard.briefing.pptx.deck import EDGE, ROOM, WIDTH, Deck, rule, set_title, tag
from scorecard.briefing.pptx.flow import SlideFlow
from scorecard.briefing.pptx.text import (
    Frame,
    Run,
    TextParagraph as Set,
    height,
    paragraph,
    split,
    write as write_text,
)
from scorecard.charts.theme import MASTHEAD, palette
from scorecard.narrative.glossary import GlossaryEntry

_NOTE = "编者按："
_NOTE_ROOM = 1.25  # inches for the editor's note on the first slide
_ORIGIN = 10  # points: hashes are there to be compared, not to be read out
_PERIOD = PaperColumn("报告期", 1.6)
_NUMBERS = (
    PaperColumn("指标", 2.3),
    PaperColumn("数值", 1.2, number=True),
    PaperColumn("分子/分母", 2.1),
    PaperColumn("目标", 1.7),
    PaperColumn("差距", 2.0),
    PaperColumn("评价", 1.35),
    PaperColumn("责任部门", 1.9),
)
_DEFINED = (
    PaperColumn("指标", 2.0),
    PaperColumn("定义", 5.0),
    PaperColumn("不含", 4.2),
    PaperColumn("单位与方向", 1.6),
)


def write(paper: Paper) -> bytes:
    """The file; the same paper gives the same bytes."""
    deck = Deck(paper)
    note = _first(deck)
    flow = SlideFlow(deck, paper.title)
    if note:
        flow.add(Paragraph(note))
    for block in paper.blocks:
        if isinstance(block, Figure):
            indicator.slide(deck, block, flow.end())
        else:
            flow.add(block)
    if paper.lines:
        _numbers(flow, paper.lines)
    if paper.definitions:
        flow.start("附：指标口径")
        flow.add(PaperTable("", _DEFINED, tuple(_definition(entry) for entry in paper.definitions)))
    flow.start("附：数据来源与校验")
    for line in paper.manifest.lines():
        flow.text(line, _ORIGIN)
    flow.end()
    return deck.bytes()


def _numbers(flow: SlideFlow, lines: Sequence[IndicatorLine]) -> None:
    """All indicators in a table; the period they share stands in its title."""
    periods = {line.period for line in lines}
    shared = f"（{periods.pop()}）" if len(periods) == 1 else ""
    columns = _NUMBERS if shared else (_NUMBERS[0], _PERIOD, *_NUMBERS[1:])
    rows = [
        (
            line.name,
            *(() if shared else (line.period,)),
            line.value,
            line.halves,
            line.target,
            line.gap or ("" if line.reason in line.target else line.reason),
            line.word,
            line.departments,
        )
        for line in lines
    ]
    flow.start(f"附：指标数值{shared}")
    flow.add(PaperTable("", columns, tuple(rows)))


def _definition(entry: GlossaryEntry) -> tuple[str, ...]:
    """What is counted; how, filter by filter, is for reading at a desk and stands in the other formats."""
    chosen = entry.indicator
    return (chosen.name, chosen.definition, chosen.exclusions, f"{chosen.unit}，{entry.direction}")


def _first(deck: Deck) -> str:
    """The first slide: masthead, title, period, by whom, for whom and when. Gives the note it has no room for."""
    paper, colours = deck.paper, palette()
    slide = deck.slide(paper.title, paper.provenance, plain=True)
    head = text_width.largest(paper.masthead, ROOM - 2.0, 28, 14)
    masthead = (paragraph(paper.masthead, head, MASTHEAD, bold=True),)
    write_text(slide, Frame(EDGE, 0.75, ROOM - 2.0, 0.6), masthead, name="报头")
    write_text(slide, Frame(EDGE, 1.38, ROOM, 0.32), (paragraph(paper.issue, 14, colours.grey),), name="期号")
    rule(slide, EDGE, 1.8, ROOM, MASTHEAD, 2)
    if paper.sample:
        tag(slide, Frame(WIDTH - EDGE - 1.2, 0.85, 1.2, 0.36))
    size = text_width.largest(paper.title, ROOM, 38, 18, rows=2)
    set_title(slide, Frame(EDGE, 2.1, ROOM, 1.5), (Set((Run(paper.title, size, bold=True),), leading=1.25),))
    under = (paragraph(paper.subtitle, text_width.largest(paper.subtitle, ROOM, 20, 10), colours.grey),)
    write_text(slide, Frame(EDGE, 3.7, ROOM, 0.45), under, name="副题")
    _issued(slide, paper)
    parts = split(paper.note.removeprefix(_NOTE))
    if not parts:
        return ""
    note = [
        Set((Run(_NOTE, 14, bold=True), Run(part, 14)) if at == 0 else (Run(part, 14),), before=3)
        for at, part in enumerate(parts)
    ]
    if height(note, ROOM) > _NOTE_ROOM:
        return "\n".join((f"{_NOTE}{parts[0]}", *parts[1:]))
    rule(slide, EDGE, 5.45, ROOM, colours.hairline, 0.75)
    write_text(slide, Frame(EDGE, 5.5, ROOM, _NOTE_ROOM), note, name="编者按")
    return ""


def _issued(slide: Any, paper: Paper) -> None:
    given = (("编印", paper.issuer), ("日期", paper.date), ("报送", paper.audience))
    said = [
        Set((Run(f"{name}\t", 14, palette().grey), Run(text, 16)), before=2, hang=0.8)
        for name, text in given
        if text
    ]
    write_text(slide, Frame(EDGE, 4.3, ROOM, 1.05), said, name="编印")
