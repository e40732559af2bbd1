"""The paper's slides: the cover, then one message a slide with a native chart, a table or a few lines; notes for the speaker."""

from collections.abc import Sequence
from typing import Any

from scorecard.briefing.layout.office_package import made_at
from scorecard.briefing.paper.model import Figure, IndicatorLine, Paper, PaperTable, Slide
from scorecard.briefing.pptx.chart import add_chart, hollow_points, marked_words
from scorecard.briefing.pptx.deck import BODY, EDGE, LEAST, ROOM, SURE, Deck, add_notes, add_tag, set_title
from scorecard.briefing.pptx.table import add_table
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, add_text, height, paragraph, shortened
from scorecard.charts import text_width
from scorecard.charts.theme import MASTHEAD, mark, palette
from scorecard.narrative.trend import Trend

_LINE, _FACTS, _AIR = 28, 20, 0.12  # the largest sizes of lines and of the facts above a chart; inches
_EMPTY = "各期基数过小或没有数据，不画线。可改看季度、年度累计或全年。"


def write_pptx(paper: Paper) -> bytes:
    """The file; the same paper gives the same bytes."""
    deck = Deck(paper)
    cover, *slides = paper.slides or (Slide(paper.title, ()),)
    _add_cover(deck, cover)
    for slide in slides:
        body = slide.body
        made = deck.add_slide(slide, (isinstance(body, Figure) and body.trend.provenance) or paper.provenance)
        match body:
            case Figure():
                _add_figure(deck, made, body)
            case PaperTable():
                _add_table(made, slide, body)
            case _:
                _add_lines(made, slide, body)
    return deck.bytes()


def _add_figure(deck: Deck, made: Any, figure: Figure) -> None:
    """The facts of the indicator in a line or two, the chart, what its marks say."""
    line, trend = figure.line, figure.trend
    top = _add_facts(made, line)
    below = _key(line, trend)
    low = height(below, BODY.width * SURE)
    bottom = BODY.top + BODY.height - low
    if below:
        add_text(made, "图注", Frame(BODY.left, bottom, BODY.width, low), below)
    plot = Frame(BODY.left, top + _AIR, BODY.width, bottom - top - 2 * _AIR)
    if any(point.exact is not None for point in trend.points):
        described = "。".join((figure.caption, trend.subtitle, figure.sentence, *trend.provenance))
        add_chart(made, plot, trend, described, made_at(deck.paper.manifest))
    else:
        add_text(made, "无图", plot, (paragraph(_EMPTY, _FACTS, palette().grey),), align="center", anchor="middle")


def _add_facts(made: Any, line: IndicatorLine) -> float:
    """Verdict, period, value with its halves, target, who answers for it; where they end."""
    verdict, halves = mark(line.word), f"（{line.halves}）" if line.halves else ""
    word = f"{verdict.symbol} {line.word}"
    target = line.target if line.lower is None and line.upper is None else f"目标 {line.target}"
    rest = f"　{line.period}　{line.value}{halves}　{target}　{line.departments}"
    size = text_width.largest(f"{word}{rest}", BODY.width * SURE, _FACTS, LEAST)
    said = shortened(f"{word}{rest}", size, BODY.width * SURE, 2).removeprefix(word)
    facts = (TextParagraph((Run(word, size, verdict.colour, bold=True), Run(said, size))),)
    high = height(facts, BODY.width * SURE)
    add_text(made, "数值与评价", Frame(BODY.left, BODY.top, BODY.width, high), facts)
    return BODY.top + high


def _key(line: IndicatorLine, trend: Trend) -> tuple[TextParagraph, ...]:
    """What the marks of the chart say."""
    marks = [Run(f"{mark(word).symbol} {word}　", LEAST, mark(word).colour) for word in marked_words(trend)]
    hollow = "空心点、虚线段的数值还会变化" if hollow_points(trend) else ""
    broken = "断线处口径、目标或基准有变，见备注" if trend.marks else ""
    said = "　".join(filter(None, (hollow, broken, line.so_far)))
    runs = (*marks, *([Run(shortened(said, LEAST, BODY.width * SURE, 1), LEAST, palette().grey)] if said else []))
    return (TextParagraph(runs),) if runs else ()


def _add_table(made: Any, slide: Slide, table: PaperTable) -> None:
    note = shortened(table.note, LEAST, BODY.width, 2)
    below = (paragraph(note, LEAST, palette().grey),) if note else ()
    low = height(below, BODY.width)
    high, cut = add_table(made, Frame(BODY.left, BODY.top, BODY.width, BODY.height - low - _AIR), table)
    if below:
        add_text(made, "表注", Frame(BODY.left, BODY.top + high + _AIR, BODY.width, low), below)
    add_notes(made, (*slide.notes, *((table.note,) if note != table.note else ()), *cut))


def _add_lines(made: Any, slide: Slide, lines: Sequence[str]) -> None:
    for size in range(_LINE, LEAST - 1, -1):
        said = [paragraph(line, size, before=size * 0.6) for line in lines]
        if height(said, BODY.width) <= BODY.height:
            break
    else:
        said = [paragraph(shortened(line, LEAST, BODY.width, 2), LEAST, before=LEAST / 2) for line in lines]
        add_notes(made, (*slide.notes, *lines))
    add_text(made, "正文", Frame(BODY.left, BODY.top, BODY.width, BODY.height), said)


def _add_cover(deck: Deck, cover: Slide) -> None:
    """Masthead, title, the message of the whole, period, issuer, receiver and date."""
    paper, grey = deck.paper, palette().grey
    slide = deck.add_cover()
    size = text_width.largest(paper.masthead, ROOM - 2.0, 28, LEAST)
    masthead = (paragraph(paper.masthead, size, MASTHEAD, bold=True),)
    add_text(slide, "报头", Frame(EDGE, 0.75, ROOM - 2.0, 0.6), masthead)
    add_text(slide, "期号", Frame(EDGE, 1.36, ROOM, 0.34), (paragraph(paper.issue, LEAST, grey),))
    if paper.sample:
        add_tag(slide, 0.85)
    whole = set_title(slide, paper.title, 40, ROOM)
    head = cover.title if cover.title != paper.title else ""
    message = shortened(head, 24, ROOM, 2)
    add_text(slide, "要点", Frame(EDGE, 3.7, ROOM, 1.0), (paragraph(message, 24, bold=True),) if message else ())
    facts = (
        "　".join(filter(None, (paper.issuer, paper.date))),
        paper.subtitle,
        f"报送：{paper.audience}" if paper.audience else "",
    )
    issued = [paragraph(shortened(text, 18, ROOM, 1), 18, grey) for text in facts if text]
    add_text(slide, "编印", Frame(EDGE, 4.75, ROOM, 1.1), issued)
    note = shortened(paper.note, LEAST, ROOM, 2)
    if note:
        add_text(slide, "编者按", Frame(EDGE, 5.95, ROOM, 0.7), (paragraph(note, LEAST),))
    left_out = [
        text
        for text, shown in ((paper.title, whole), (head, message == head), (paper.note, note == paper.note))
        if not shown
    ]
    add_notes(slide, (*left_out, *cover.notes))
