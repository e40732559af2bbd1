"""One indicator on a slide: value and verdict to the left, its trend as a native chart, the sentence and notes below."""

from collections.abc import Sequence
from typing import Any

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.office_package import made_at
from scorecard.briefing.paper.model import Figure, IndicatorLine
from scorecard.briefing.pptx import chart
from scorecard.briefing.pptx.deck import BODY, Deck
from scorecard.briefing.pptx.flow import SlideFlow
from scorecard.briefing.pptx.series import dots, moving
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, height, paragraph, write
from scorecard.charts.theme import mark, palette
from scorecard.narrative.time_axis_notes import footnotes

_SIDE, _GAP = 3.7, 0.35  # inches: the left column, and between it and the chart
_BIG, _UNIT = 48, 22
_FACT, _NAME, _HANG = 13, 12, 0.95
_SENTENCE, _NOTE, _LEAST = 14, 11, 9
_LOWEST = 3.0  # inches a chart needs to be read
_SHAPES = {"▲": "三角形", "▼": "方形", "◆": "菱形", "○": "圆形"}


def slide(deck: Deck, figure: Figure, section: str) -> None:
    """The figure's slide; notes that leave too little room for the chart go on the next one."""
    line, trend = figure.line, figure.trend
    provenance = trend.provenance or deck.paper.provenance
    drawn = deck.slide(line.name, provenance, above=section)
    _side(drawn, Frame(BODY.left, BODY.top, _SIDE, BODY.height), line)
    at = BODY.left + _SIDE + _GAP
    width = BODY.left + BODY.width - at
    said, left = _below(figure, width)
    low = height(said, width) + 0.08
    bottom = BODY.top + BODY.height - low
    write(drawn, Frame(at, bottom + 0.08, width, low), said, name="文字说明")
    frame = Frame(at, BODY.top, width, bottom - BODY.top - 0.05)
    head = (
        paragraph(figure.caption, text_width.largest(figure.caption, frame.width, 14, 9), bold=True),
        paragraph(trend.subtitle, text_width.largest(trend.subtitle, frame.width, 12, 8), palette().grey),
    )
    used = height(head, frame.width)
    write(drawn, Frame(frame.left, frame.top, frame.width, used), head, name="图题")
    plot = Frame(frame.left, frame.top + used, frame.width, frame.height - used)
    if any(point.exact is not None for point in trend.points):
        description = "。".join((figure.caption, trend.subtitle, figure.sentence, *trend.provenance))
        chart.draw(drawn, plot, trend, description, made_at(deck.paper.manifest))
    else:
        empty = "各期基数过小或没有数据，不画线。可改看季度、年度累计或全年。"
        write(
            drawn, plot, (paragraph(empty, 14, palette().grey),), align="center", anchor="middle", name="无图"
        )
    if left:
        flow = SlideFlow(deck, f"{line.name}　图注")
        for text in left:
            flow.text(text, _SENTENCE, before=5)
        flow.end()


def _below(figure: Figure, width: float) -> tuple[list[TextParagraph], list[str]]:
    """The sentence and the notes that fit below the chart; the notes that do not."""
    size = _SENTENCE
    while size > _LEAST and text_width.lines(figure.sentence, size, width) > 5:
        size -= 1
    said = [paragraph(figure.sentence, size)]
    notes = _notes(figure)
    kept = [*said, *(paragraph(note, _NOTE, palette().grey, before=2) for note in notes)]
    if BODY.height - height(kept, width) >= _LOWEST:
        return kept, []
    return [*said, paragraph("图注见下页。", _NOTE, palette().grey, before=2)], notes


def _notes(figure: Figure) -> list[str]:
    """What hollow points and other shapes mean, what the time axis must say, the choice of baseline."""
    trend, notes = figure.trend, list[str]()
    hollow = moving(trend.points)
    if hollow:
        notes.append(f"空心点、虚线段的数值还会变化：{'、'.join(hollow)}。")
    words = {dot.symbol: dot.word for dot in dots(trend).values() if dot.word}
    if words:
        notes.append("；".join(f"{_SHAPES[symbol]}点为{word}" for symbol, word in words.items()) + "。")
    return [*notes, *footnotes(trend.marks), *trend.notes]


def _side(drawn: Any, frame: Frame, line: IndicatorLine) -> None:
    """Period, large value, verdict, then the facts; smaller where there are many, so that all of them stand."""
    colours, tone = palette(), mark(line.word)
    number, unit = (
        (line.value.removesuffix(line.unit), line.unit)
        if line.value.endswith(line.unit)
        else (line.value, "")
    )
    big: float = _BIG
    while big > 20 and text_width.width(number, big) + text_width.width(unit, _UNIT) > frame.width:
        big -= 2
    head = (
        paragraph(line.period, 14, colours.grey),
        TextParagraph((Run(number, big, bold=True), Run(f" {unit}" if unit else "", _UNIT)), leading=1.25),
        TextParagraph((Run(f"{tone.symbol} {line.word}", 20, tone.colour, bold=True),)),
        *((paragraph(line.gap, 14, tone.colour),) if line.gap else ()),
    )
    used = height(head, frame.width)
    write(drawn, Frame(frame.left, frame.top, frame.width, used), head, name="数值与评价")
    free = frame.height - used - 0.15
    less = 0
    facts = _facts(line, less)
    while height(facts, frame.width) > free and _FACT - less > _LEAST:
        less += 1
        facts = _facts(line, less)
    below = Frame(frame.left, frame.top + used + 0.15, frame.width, free)
    write(drawn, below, facts, name="目标与构成")


def _facts(line: IndicatorLine, less: int) -> Sequence[TextParagraph]:
    """Name and text of each, `less` points smaller than they could be; the text hangs beside its name."""
    given = (
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
            (Run(f"{name}\t", _NAME - less, palette().grey), Run(text, _FACT - less)),
            before=5 - less / 2,
            hang=_HANG,
        )
        for name, text in given
        if text
    ]
