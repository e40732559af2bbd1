"""What stands side by side: two indicators on one axis of time, and courts in a funnel plot.

Each an SVG as a data address, as sparklines are, so that a drawer opens no slower for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import log

from scorecard.assessment.cards import Card
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.charts.axis_ticks import scale
from scorecard.charts.sparkline import data_address, runs
from scorecard.charts.text_width import POINTS, width
from scorecard.charts.theme import palette
from scorecard.charts.trend import ticks
from scorecard.narrative.breakdown.department_words import TAILS, FunnelLine
from scorecard.narrative.trend import by_year
from scorecard.statistics.intervals import FunnelLimits
from scorecard.templating import render

WIDTH, HEIGHT = 860, 220
SIDE, _TOP, _FOOT = 72, 10, 24  # px around the lines
_LONGEST = 25  # periods: two years and the month they began with


@dataclass(frozen=True)
class PairFigure:
    """The picture's address, what each place of its axis says, and whether each line has an axis of its own."""

    source: str
    places: tuple[str, ...]
    apart: bool


def pair(one: Card, other: Card) -> PairFigure | None:
    """Both lines over the last periods, on one axis of numbers, or on two where their units differ; None where one has no value.

    To date it is this year alone. What still moves is dashed and sets no scale; what may not be drawn leaves a gap.
    """
    lines = [by_year(card.points, one.selected.period)[0] for card in (one, other)]
    periods = sorted({point.period for line in lines for point in line}, key=lambda each: each.last_month)[-_LONGEST:]
    by_period = [{point.period: point for point in line} for line in lines]
    told = [[points.get(period) for period in periods] for points in by_period]
    spans = [_span(line) for line in told]
    if None in spans:
        return None
    apart = one.indicator.unit != other.indicator.unit
    known = [span for span in spans if span]
    if not apart:
        known = [(min(low for low, _ in known), max(high for _, high in known))] * 2
    step = (WIDTH - 2 * SIDE) / max(len(periods) - 1, 1)
    labels = [period.label for period in periods]
    text = render(
        "charts/pair.svg",
        width=WIDTH, height=HEIGHT, side=SIDE, foot=HEIGHT - 6, colours=palette(),
        lines=[_line(line, span, step) for line, span in zip(told, known, strict=True)],
        axes=[_marks(span, card) for span, card in zip(known, (one, other), strict=True)][: 1 + apart],
        months=[(SIDE + labels.index(label) * step, label) for label in ticks(labels)],
    )  # fmt: skip
    names = [card.indicator.name for card in (one, other)]
    return PairFigure(
        data_address(text),
        tuple(
            f"{period.label}　" + "；".join(f"{name} {_said(line[at])}" for name, line in zip(names, told, strict=True))
            for at, period in enumerate(periods)
        ),
        apart,
    )


def _said(point: JudgedPeriod | None) -> str:
    """The value with its halves: "25.63%（61 / 238）"."""
    if point is None:
        return "无数据"
    return point.text + (f"（{point.halves}）" if point.halves else "") + ("" if point.settled else point.word)


def _span(line: Sequence[JudgedPeriod | None]) -> tuple[float, float] | None:
    """The span of the settled values with some air, of all where none is settled; None without any."""
    drawn = [point for point in line if point is not None and point.value is not None]
    values = [point.value or 0.0 for point in [each for each in drawn if each.settled] or drawn]
    if not values:
        return None
    low, high = min(values), max(values)
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return (max(0.0, low - air) if low >= 0 else low - air), high + air


def _y(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return round(HEIGHT - _FOOT - (min(max(value, low), high) - low) / (high - low) * (HEIGHT - _TOP - _FOOT), 1)


def _marks(span: tuple[float, float], card: Card) -> list[tuple[float, str]]:
    marks = scale(*span, card.indicator.unit, 4)
    return [(_y(value, span), word) for value, word in zip(marks.values, marks.words, strict=True)]


def _line(
    line: Sequence[JudgedPeriod | None], span: tuple[float, float], step: float
) -> dict[str, list[list[tuple[float, float]]]]:
    """Runs of neighbouring places, full while settled, and dotted from the last settled one on."""
    at = [
        (slot, (round(SIDE + slot * step, 1), _y(point.value, span)), point)
        for slot, point in enumerate(line)
        if point is not None and point.value is not None
    ]
    lead = max((count for count, (_, _, point) in enumerate(at) if point.settled), default=0)
    full, moving = (
        [[place for _, (_, place, _) in run] for _, run in runs(part)] for part in (at[: lead + 1], at[lead:])
    )
    return {"full": full, "moving": moving if lead + 1 < len(at) else []}


FUNNEL_HEIGHT = 330
_AXIS, _EDGE, _ABOVE, _BELOW = 64, 24, 16, 40  # px around the points
_SIZES = 80  # at which limits are drawn
_MARKED = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))


def funnel_plot(lines: Sequence[FunnelLine], limits: FunnelLimits) -> str:
    """The picture's address; empty where no line has rows enough for a share.

    The share of each court against its number of cases, within limits around the share of all together
    (Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24, 2005).
    Only points outside the limits have a name, and none a colour that says above or below. Sizes stand on a logarithmic axis:
    the courts of one area differ by an order of magnitude. A line without a share has no point.
    """
    points = [(line, line.rows, line.share) for line in lines if line.share is not None]
    if not points:
        return ""
    rate = limits.share
    first, last = min(rows for _, rows, _ in points) / 1.3, max(rows for _, rows, _ in points) * 1.3
    sizes = sorted({max(1, round(first * (last / first) ** (at / _SIZES))) for at in range(_SIZES + 1)})
    bands = [[(size, *limits.at(size, tail)) for size in sizes] for _, tail in TAILS]
    shares = [
        float(rate),
        *(share for *_, share in points),
        *(edge for band in bands for _, *edges in band for edge in edges),
    ]
    low, high = min(shares) * 100, max(shares) * 100

    def x(rows: int) -> float:
        return round(_AXIS + log(rows / sizes[0]) / log(sizes[-1] / sizes[0]) * (WIDTH - _AXIS - _EDGE), 1)

    def y(percent: float) -> float:
        return round(_ABOVE + (high - percent) / ((high - low) or 1) * (FUNNEL_HEIGHT - _ABOVE - _BELOW), 1)

    drawn = [(x(rows), y(share * 100), line) for line, rows, share in points]
    named = _names([(left, top, line.name) for left, top, line in drawn if line.hint], [at[:2] for at in drawn])
    marks = scale(low, high, "%")
    return data_address(
        render(
            "charts/funnel.svg",
            width=WIDTH, height=FUNNEL_HEIGHT, left=_AXIS, right=WIDTH - _EDGE, foot=FUNNEL_HEIGHT - _BELOW, colours=palette(),
            bands=[[(x(size), y(begin * 100), y(end * 100)) for size, begin, end in band] for band in bands],
            rate=y(float(rate) * 100),
            points=[(left, top, bool(line.hint)) for left, top, line in drawn],
            named=named,
            shares=[(y(value), word) for value, word in zip(marks.values, marks.words, strict=True)],
            sizes=[(x(size), f"{size:,}") for size in _MARKED if sizes[0] <= size <= sizes[-1]],
        )
    )  # fmt: skip


def _names(
    places: Sequence[tuple[float, float, str]], points: Sequence[tuple[float, float]]
) -> list[tuple[float, float, str, str, float]]:
    """Where each name stands, on which side of its point, and that one's height: the nearest place on neither name nor point.

    One without a place is not drawn; the text below the figure names all.
    """
    taken = [(left - 6, left + 6, top - 6, top + 6) for left, top in points]
    put: list[tuple[float, float, str, str, float]] = []
    for left, top, name in places:
        long, sides = width(name, 12) * POINTS, (("start", 9), ("end", -9))
        nearest = product(sorted(range(-96, 97, 8), key=abs), sides if left < WIDTH / 2 else sides[::-1])
        for down, (anchor, beside) in nearest:
            begin, head = left + beside - long * (beside < 0), top + down - 8
            inside = _AXIS <= begin <= WIDTH - long and 0 <= head <= FUNNEL_HEIGHT - _BELOW - 14
            if inside and all(
                begin >= right or other >= begin + long or head >= foot or up >= head + 14
                for other, right, up, foot in taken
            ):
                taken.append((begin, begin + long, head, head + 14))
                put.append((left + beside, top + down + 4, anchor, name, top))
                break
    return put
