"""The paper as slides: a title, its text and tables, one indicator a slide with a native chart, all numbers, the sources."""

from collections.abc import Sequence
from typing import Any

from scorecard.briefing.layout.office_package import made_at
from scorecard.briefing.paper.model import (
    Beside,
    Figure,
    FigurePair,
    IndicatorLine,
    Paper,
    PaperTable,
    Paragraph,
    columns,
    dated,
)
from scorecard.briefing.pptx.chart import add_chart, dots, unsettled_periods
from scorecard.briefing.pptx.deck import BODY, EDGE, ROOM, Deck, add_tag, set_title
from scorecard.briefing.pptx.flow import SlideFlow
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, add_text, height, paragraph, split
from scorecard.charts import text_width
from scorecard.charts.theme import MASTHEAD, mark, palette
from scorecard.narrative.time_axis_notes import footnotes

_FACTS = Frame(BODY.left, BODY.top, 3.7, BODY.height)
_RIGHT = Frame(BODY.left + 4.05, BODY.top, BODY.width - 4.05, BODY.height)
_VALUE, _UNIT = 48, 22
_FACT, _NAME, _HANG = 13, 12, 0.95
_SENTENCE, _NOTE, _LEAST = 14, 11, 9
_LOWEST = 3.0  # inches a chart needs to be read
_SHAPES = {"▲": "三角形", "▼": "方形", "◆": "菱形", "○": "圆形"}
_EMPTY = "各期基数过小或没有数据，不画线。可改看季度、年度累计或全年。"


def add_indicator(deck: Deck, figure: Figure, section: str) -> None:
    """The figure's slide; notes that leave too little room for the chart go on the next one."""
    line, trend = figure.line, figure.trend
    slide = deck.add_slide(line.name, trend.provenance or deck.paper.provenance, section=section)
    _add_facts(slide, line)
    below, more = _below(figure)
    low = height(below, _RIGHT.width)
    bottom = BODY.top + BODY.height - low
    add_text(slide, "文字说明", Frame(_RIGHT.left, bottom, _RIGHT.width, low), below)
    head = (
        paragraph(figure.caption, text_width.largest(figure.caption, _RIGHT.width, 14, 9), bold=True),
        paragraph(trend.subtitle, text_width.largest(trend.subtitle, _RIGHT.width, 12, 8), palette().grey),
    )
    used = height(head, _RIGHT.width)
    add_text(slide, "图题", Frame(_RIGHT.left, BODY.top, _RIGHT.width, used), head)
    plot = Frame(_RIGHT.left, BODY.top + used, _RIGHT.width, bottom - BODY.top - used - 0.13)
    if any(point.exact is not None for point in trend.points):
        description = "。".join((figure.caption, trend.subtitle, figure.sentence, *trend.provenance))
        add_chart(slide, plot, trend, description, made_at(deck.paper.manifest))
    else:
        empty = (paragraph(_EMPTY, 14, palette().grey),)
        add_text(slide, "无图", plot, empty, align="center", anchor="middle")
    if more:
        flow = SlideFlow(deck, f"{line.name}　图注")
        for text in more:
            flow.text(text, _SENTENCE, before=5)
        flow.end()


def _below(figure: Figure) -> tuple[list[TextParagraph], list[str]]:
    """The sentence and the notes that fit below the chart; the notes that do not."""
    size = text_width.largest(figure.sentence, _RIGHT.width, _SENTENCE, _LEAST, rows=5)
    sentence, notes, grey = paragraph(figure.sentence, size), _notes(figure), palette().grey
    all_notes = [sentence, *(paragraph(note, _NOTE, grey, before=2) for note in notes)]
    if BODY.height - height(all_notes, _RIGHT.width) >= _LOWEST:
        return all_notes, []
    return [sentence, paragraph("图注见下页。", _NOTE, grey, before=2)], notes


def _notes(figure: Figure) -> list[str]:
    """What hollow points and other shapes mean, what the time axis must say, the choice of baseline."""
    trend, notes = figure.trend, list[str]()
    hollow = unsettled_periods(trend.points)
    if hollow:
        notes.append(f"空心点、虚线段的数值还会变化：{'、'.join(hollow)}。")
    words = {dot.symbol: dot.word for dot in dots(trend).values() if dot.word}
    if words:
        notes.append("；".join(f"{_SHAPES[symbol]}点为{word}" for symbol, word in words.items()) + "。")
    return [*notes, *footnotes(trend.marks), *trend.notes]


def _add_facts(slide: Any, line: IndicatorLine) -> None:
    """Period, large value, verdict, then the facts; smaller where there are many, so that all of them stand."""
    colours, verdict = palette(), mark(line.word)
    number = line.value.removesuffix(line.unit)
    unit = f" {line.unit}" if number != line.value else ""
    size = text_width.largest(number, _FACTS.width - text_width.width(unit, _UNIT), _VALUE, 20)
    head = (
        paragraph(line.period, 14, colours.grey),
        TextParagraph((Run(number, size, bold=True), Run(unit, _UNIT)), leading=1.25),
        paragraph(f"{verdict.symbol} {line.word}", 20, verdict.colour, bold=True),
        *((paragraph(line.gap, 14, verdict.colour),) if line.gap else ()),
    )
    used = height(head, _FACTS.width)
    add_text(slide, "数值与评价", Frame(_FACTS.left, _FACTS.top, _FACTS.width, used), head)
    rest = Frame(_FACTS.left, _FACTS.top + used + 0.15, _FACTS.width, _FACTS.height - used - 0.15)
    smaller = (_facts(line, less) for less in range(_FACT - _LEAST))
    fitting = (facts for facts in smaller if height(facts, rest.width) <= rest.height)
    add_text(slide, "目标与构成", rest, next(fitting, _facts(line, _FACT - _LEAST)))


def _facts(line: IndicatorLine, less: int) -> Sequence[TextParagraph]:
    """Name and text of each, `less` points smaller than they could be; the text hangs beside its name."""
    facts = (
        ("目标", line.target),
        ("依据", line.basis),
        ("分子/分母", line.halves),
        ("说明", "" if line.gap or line.reason in line.target else line.reason),
        *(("变化", change) for change in line.changes),
        ("真变化", line.variation),
        ("责任部门", line.departments),
        ("截至", line.as_of.removeprefix("数据截至 ")),
    )
    return [
        TextParagraph(
            (Run(f"{name}\t", _NAME - less, palette().grey), Run(text, _FACT - less)), before=5 - less / 2, hang=_HANG
        )
        for name, text in facts
        if text
    ]


_EDITOR = "编者按："
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
        for part in (*block.texts, block.figure) if isinstance(block, Beside) else (block,):
            if isinstance(part, Figure | FigurePair):
                for figure in part.figures if isinstance(part, FigurePair) else (part,):
                    add_indicator(deck, figure, flow.end())
            else:
                flow.add(part)
    if paper.lines:
        _numbers(flow, paper.lines)
    if paper.definitions:
        flow.start("附：指标口径")
        # What is counted; how, filter by filter, is for reading at a desk and stands in the other formats.
        words = (
            (
                one.indicator.name,
                one.indicator.definition,
                one.indicator.exclusions,
                f"{one.indicator.unit}，{one.direction}",
            )
            for one in paper.definitions
        )
        flow.add(PaperTable("", _DEFINED, tuple(words)))
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
    texts = split(paper.note.removeprefix(_EDITOR))
    if not texts:
        return ""
    note = [paragraph(text, 14, before=3) for text in (f"{_EDITOR}{texts[0]}", *texts[1:])]
    if height(note, ROOM) > _NOTE_ROOM:
        return "\n".join((f"{_EDITOR}{texts[0]}", *texts[1:]))
    add_text(slide, "编者按", Frame(EDGE, 5.5, ROOM, _NOTE_ROOM), note)
    return ""
