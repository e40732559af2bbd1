"""A trend the size of a word: an SVG as a data address, so that it prints sharp and asks no server for anything.

The screen's HTML filter removes inline SVG; an image element with a data address passes it.
"""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import quote

from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.charts.theme import mark, palette
from scorecard.templating import render

_PAD = 4


def sparkline(points: Sequence[JudgedPeriod], width: int, height: int) -> str:
    """The trend as `data:image/svg+xml,…`, or an empty string when fewer than two values may be drawn.

    Navy line, gaps where nothing may be drawn (a lone value between gaps is a dot), the target of the last period as a dashed
    line or a pale band, the last point in the colour of its verdict, hollow while it may still move.
    """
    drawn = [(index, point.value, point) for index, point in enumerate(points) if point.value is not None]
    if len(drawn) < 2:
        return ""
    values = [value for _, value, _ in drawn]
    values += [bound for point in points for bound in (point.lower, point.upper) if bound is not None]
    low, high = min(values), max(values)
    if low == high:  # a constant series runs through the middle, not along an edge
        low, high = low - 1, high + 1
    step = (width - 2 * _PAD) / max(len(points) - 1, 1)

    def y(value: float) -> float:
        return round(height - _PAD - (value - low) / (high - low) * (height - 2 * _PAD), 1)

    runs = groupby(enumerate(drawn), lambda each: each[1][0] - each[0])  # a gap shifts the place against the count
    bounds = [y(bound) for bound in (points[-1].lower, points[-1].upper) if bound is not None]
    last_index, _, last = drawn[-1]
    text = render(
        "charts/sparkline.svg",
        width=width,
        height=height,
        colours=palette(),
        runs=[[(round(_PAD + at * step, 1), y(value)) for _, (at, value, _) in run] for _, run in runs],
        band=bounds if len(bounds) == 2 else None,
        bound=bounds[0] if len(bounds) == 1 else None,
        tone=mark(last.verdict.word).colour if last_index == len(points) - 1 else palette().ink,
        settled=last.settled,
    )
    return "data:image/svg+xml," + quote(text, safe="<>'/=:;,. -()").replace("<", "%3C").replace(">", "%3E")
