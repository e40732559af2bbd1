"""One indicator on a slide: value and verdict to the left, its trend as a native chart, the sentence and notes below."""

from collections.abc import Sequence
from typing import Any

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.office_package import made_at
from scorecard.briefing.paper.model import Figure, IndicatorLine
from scorecard.briefing.pptx.chart import add_chart
from scorecard.briefing.pptx.deck import BODY, Deck
from scorecard.briefing.pptx.flow import SlideFlow
from scorecard.briefing.pptx.series import dots, unsettled_periods
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, add_text, height, paragraph
from scorecard.charts.theme import mark, palette
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
        ("变异", line.variation),
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
