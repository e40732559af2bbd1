"""The paper as slides: a title, its text and tables, one indicator a slide with a native chart, all numbers, the sources."""

from collections.abc import Sequence

from scorecard.briefing.layout import text_width
from scorecard.briefing.paper.model import Figure, IndicatorLine, Paper, PaperTable, Paragraph, columns, dated
from scorecard.briefing.pptx import indicator
from scorecard.briefing.pptx.deck import EDGE, ROOM, Deck, add_tag, set_title
from scorecard.briefing.pptx.flow import SlideFlow
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, add_text, height, paragraph, split
from scorecard.charts.theme import MASTHEAD, palette
from scorecard.narrative.glossary import GlossaryEntry

_NOTE = "编者按："
_NOTE_ROOM = 1.25  # inches for the editor's note on the first slide
_ORIGIN = 10  # points: hashes are there to be compared, not to be read out
_NUMBERS = columns("指标 2.3 | 数值 1.2 # | 分子/分母 2.1 | 目标 1.7 | 差距 2.0 | 评价 1.35 | 责任部门 1.9")
_DEFINED = columns("指标 2.0 | 定义 5.0 | 不含 4.2 | 单位与方向 1.6")


def write_pptx(paper: Paper) -> bytes:
    """The file; the same paper gives the same bytes."""
    deck = Deck(paper)
    note = _add_cover(deck)
    flow = SlideFlow(deck, paper.title)
    if note:
        flow.add(Paragraph(note))
    for block in paper.blocks:
        if isinstance(block, Figure):
            indicator.add_indicator(deck, block, flow.end())
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
    shown = _NUMBERS if shared else dated(_NUMBERS)
    rows = [
        (
            line.name,
            *(() if shared else (line.period,)),
            line.value,
            line.halves,
            line.target,
            "；".join(filter(None, (line.gap or ("" if line.reason in line.target else line.reason), line.so_far))),
            line.word,
            line.departments,
        )
        for line in lines
    ]
    flow.start(f"附：指标数值{shared}")
    flow.add(PaperTable("", shown, tuple(rows)))


def _definition(entry: GlossaryEntry) -> tuple[str, ...]:
    """What is counted; how, filter by filter, is for reading at a desk and stands in the other formats."""
    chosen = entry.indicator
    return (chosen.name, chosen.definition, chosen.exclusions, f"{chosen.unit}，{entry.direction}")


def _add_cover(deck: Deck) -> str:
    """The first slide: masthead, title, period, issuer, receiver and date. Gives the note it has no room for."""
    paper, grey = deck.paper, palette().grey
    slide = deck.add_cover()
    size = text_width.largest(paper.masthead, ROOM - 2.0, 28, 14)
    masthead = (paragraph(paper.masthead, size, MASTHEAD, bold=True),)
    add_text(slide, "报头", Frame(EDGE, 0.75, ROOM - 2.0, 0.6), masthead)
    add_text(slide, "期号", Frame(EDGE, 1.38, ROOM, 0.32), (paragraph(paper.issue, 14, grey),))
    if paper.sample:
        add_tag(slide, 0.85)
    set_title(slide, paper.title, text_width.largest(paper.title, ROOM, 38, 18, rows=2), leading=1.25)
    subtitle = (paragraph(paper.subtitle, text_width.largest(paper.subtitle, ROOM, 20, 10), grey),)
    add_text(slide, "副题", Frame(EDGE, 3.7, ROOM, 0.45), subtitle)
    facts = (("编印", paper.issuer), ("日期", paper.date), ("报送", paper.audience))
    issued = [
        TextParagraph((Run(f"{name}\t", 14, grey), Run(text, 16)), before=2, hang=0.8) for name, text in facts if text
    ]
    add_text(slide, "编印", Frame(EDGE, 4.3, ROOM, 1.05), issued)
    texts = split(paper.note.removeprefix(_NOTE))
    if not texts:
        return ""
    note = [paragraph(text, 14, before=3) for text in (f"{_NOTE}{texts[0]}", *texts[1:])]
    if height(note, ROOM) > _NOTE_ROOM:
        return "\n".join((f"{_NOTE}{texts[0]}", *texts[1:]))
    add_text(slide, "编者按", Frame(EDGE, 5.5, ROOM, _NOTE_ROOM), note)
    return ""
