"""A trend the size of a word: an SVG as a data address, so that it prints sharp and asks no server for anything.

The screen's HTML filter removes inline SVG; an image element with a data address passes it.
"""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.charts.theme import mark, palette

_PAD = 4
_Place = Callable[[int, float], tuple[float, float]]


def sparkline(points: Sequence[JudgedPeriod], width: int, height: int) -> str:
    """The trend as `data:image/svg+xml,…`, or an empty string when fewer than two values may be drawn.

    Navy line, gaps where nothing may be drawn, the target as a dashed line or a pale band, the last point in the
    colour of its verdict, hollow while it may still move.
    """
    drawn = [(index, point) for index, point in enumerate(points) if point.value is not None]
    if len(drawn) < 2:
        return ""
    colours = palette()
    bounds = [bound for point in points for bound in (point.lower, point.upper) if bound is not None]
    values = [point.value for _, point in drawn if point.value is not None] + bounds
    low, high = min(values), max(values)
    if low == high:  # a constant series runs through the middle, not along an edge
        low, high = low - 1, high + 1
    span = high - low
    step = (width - 2 * _PAD) / max(len(points) - 1, 1)

    def at(index: int, value: float) -> tuple[float, float]:
        return round(_PAD + index * step, 1), round(height - _PAD - (value - low) / span * (height - 2 * _PAD), 1)

    shapes = [*_target(points, at, width), *_line(points, at)]
    last_index, last = drawn[-1]
    assert last.value is not None
    x, y = at(last_index, last.value)
    tone = mark(last.verdict.word).colour if last_index == len(points) - 1 else colours.ink
    fill = tone if last.settled else colours.paper
    shapes.append(f"<circle cx='{x}' cy='{y}' r='3' fill='{fill}' stroke='{tone}' stroke-width='1.5'/>")
    body = "".join(shapes)
    return "data:image/svg+xml," + quote(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' "
        "preserveAspectRatio='xMinYMid meet'>"
        f"{body}</svg>",
        safe="<>'/=:;,. -()",
    ).replace("<", "%3C").replace(">", "%3E")


def _line(points: Sequence[JudgedPeriod], at: _Place) -> list[str]:
    """Polylines over runs of values; a lone value between gaps is a dot."""
    colour = palette().ink
    runs: list[list[tuple[float, float]]] = [[]]
    for index, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(at(index, point.value))
    shapes: list[str] = []
    for run in runs:
        if len(run) == 1:
            shapes.append(f"<circle cx='{run[0][0]}' cy='{run[0][1]}' r='1.2' fill='{colour}'/>")
        elif run:
            path = " ".join(f"{x},{y}" for x, y in run)
            shapes.append(f"<polyline fill='none' stroke='{colour}' stroke-width='1.5' points='{path}'/>")
    return shapes


def _target(points: Sequence[JudgedPeriod], at: _Place, width: int) -> list[str]:
    """The target in force at the last period: dashed line, or pale band between two bounds."""
    lower, upper = points[-1].lower, points[-1].upper
    colours = palette()
    if lower is not None and upper is not None:
        top, bottom = at(0, upper)[1], at(0, lower)[1]
        return [
            f"<rect x='0' y='{top}' width='{width}' height='{round(bottom - top, 1)}' fill='{colours.accent}' "
            "fill-opacity='.12'/>"
        ]
    bound = lower if lower is not None else upper
    if bound is None:
        return []
    y = at(0, bound)[1]
    return [
        f"<line x1='0' x2='{width}' y1='{y}' y2='{y}' stroke='{colours.grey}' stroke-width='1' stroke-dasharray='3 3'/>"
    ]
