"""A trend the size of a word: an SVG as a data address, so that it prints sharp and asks no server for anything.

The screen's HTML filter removes inline SVG; an image element with a data address passes it. What its places say stands in
an attribute of that element, where the page's one script reads it for a mouse, a finger or the arrow keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from scorecard.assessment.cards import Card
from scorecard.assessment.control_limits import Limits
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.charts.theme import mark, palette
from scorecard.narrative.trend import by_year
from scorecard.templating import render

_PAD = 4


@dataclass(frozen=True)
class Sparkline:
    """The picture's address, empty where nothing can be drawn; a line for each place of its axis; the range of what is settled."""

    source: str
    places: tuple[str, ...]
    range: str
    spoken: str


def sparkline_of(card: Card, width: int, height: int, *, limits: bool = False, months: Sequence[str] = ()) -> Sparkline:
    """The card's trend: the last periods, on the axis of `months` where several stand on one; to date, this year beside the last."""
    own, before = by_year(card.through, card.selected.period)
    own = own if card.selected.period.grain == "ytd" else card.trend
    slots = {label: at for at, label in enumerate(months)}
    if card.selected.period.grain == "ytd":
        at = {point.key: point.period.last_month - point.period.first_month for point in (*own, *before)}
        size = 12 if before else len(own)
    else:
        at = {point.key: slots.get(point.label, -1) if slots else place for place, point in enumerate(own)}
        own = [point for point in own if at[point.key] >= 0]
        size = len(slots) or len(own)
    usual = card.control.limits if limits and card.control else None
    last_year = {at[point.key]: point for point in before}
    lines = {at[point.key]: _told(point, last_year.get(at[point.key])) for point in own}
    ordered = sorted(
        (point for point in own if point.exact is not None and point.settled), key=lambda one: one.exact or 0
    )
    low, high = (ordered[0], ordered[-1]) if len(ordered) > 1 else (None, None)
    spread = (
        "" if not low or not high else f"{low.figure}—{high.text}" if low.figure != high.figure else f"都是{low.text}"
    )
    return Sparkline(
        source=data_address(sparkline_svg(own, width, height, usual, before=before, at=at, size=size)),
        places=tuple(lines.get(place, "") for place in range(size)),
        range=spread,
        spoken=f"最低{low.text}（{low.label}），最高{high.text}（{high.label}）" if low and high else "",
    )


def _told(point: JudgedPeriod, before: JudgedPeriod | None) -> str:
    """What a place says: "2026年9月　94.12%　64 / 68　观察期未满", then last year's value where it is drawn."""
    year = f"上年同期 {before.text}" if before and before.exact is not None else ""
    return "　".join(filter(None, (point.label, point.text, point.halves, point.word, year)))


def sparkline_svg(
    points: Sequence[JudgedPeriod],
    width: int,
    height: int,
    limits: Limits | None = None,
    *,
    before: Sequence[JudgedPeriod] = (),
    at: Mapping[str, int] | None = None,
    size: int = 0,
    extent: tuple[str, str] | None = None,
) -> str:
    """The trend as SVG, or an empty string when fewer than two values may be drawn.

    Navy line, dashed where values still move, gaps where nothing may be drawn (a lone value between gaps is a dot), the
    target of the last period as a dashed line or a pale band. The last settled value leads, in the colour of its verdict;
    what moves after it ends in a small hollow point. With `limits` the usual range lies behind it, in grey; `before` is last
    year's line. `at` are the places of the periods on an axis of `size` places, otherwise one after another. `extent` is its
    size where that is not `width` by `height` pixels: "22mm" by "6mm".
    """
    at = at or {point.key: place for place, point in enumerate(points)}
    drawn = [(at[point.key], point.value, point) for point in points if point.value is not None]
    earlier = [(at[point.key], point.value) for point in before if point.value is not None]
    if not drawn or len(drawn) + len(earlier) < 2:
        return ""
    settled = [value for _, value, point in drawn if point.settled]
    values = settled or [value for _, value, _ in drawn]  # what still moves does not set the scale
    values += [bound for point in points for bound in (point.lower, point.upper) if bound is not None]
    values += [value for _, value in earlier]
    usual = () if limits is None or limits.flat else (float(limits.lower), float(limits.upper))
    values += usual
    low, high = min(values), max(values)
    low, high = (low - 1, high + 1) if low == high else (low, high)  # a constant series runs through the middle
    step = (width - 2 * _PAD) / max((size or len(points)) - 1, 1)

    def place(slot: int, value: float) -> tuple[float, float]:
        return round(_PAD + slot * step, 1), y(value)

    def y(value: float) -> float:
        return round(height - _PAD - (min(max(value, low), high) - low) / (high - low) * (height - 2 * _PAD), 1)

    lead = max((index for index, (_, _, point) in enumerate(drawn) if point.settled), default=len(drawn) - 1)
    places = [place(slot, value) for slot, value, _ in drawn]
    bounds = [y(bound) for bound in (points[-1].lower, points[-1].upper) if bound is not None]
    last = drawn[lead][2]
    return render(
        "charts/sparkline.svg",
        extent=extent or (width, height),
        width=width,
        height=height,
        colours=palette(),
        runs=[[places[count] for count, _ in run] for _, run in runs(drawn[: lead + 1])],
        before=[[place(*told) for _, told in run] for _, run in runs(earlier)],
        moving=places[lead:] if lead + 1 < len(drawn) else [],
        lead=places[lead],
        usual=[y(edge) for edge in usual],
        band=bounds if len(bounds) == 2 else None,
        bound=bounds[0] if len(bounds) == 1 else None,
        tone=mark(last.verdict.word).colour if lead + 1 < len(drawn) or last is points[-1] else palette().ink,
        settled=last.settled,
    )


def runs(line: Sequence[tuple[Any, ...]]) -> "groupby[int, tuple[int, tuple[Any, ...]]]":
    """Neighbouring places, each with its count: a gap shifts the place, which comes first, against the count."""
    return groupby(enumerate(line), lambda each: each[1][0] - each[0])


def data_address(svg: str) -> str:
    """An SVG as an image's address; empty of none."""
    return svg and "data:image/svg+xml," + quote(svg, safe="<>'/=:;,. -()").replace("<", "%3C").replace(">", "%3E")
