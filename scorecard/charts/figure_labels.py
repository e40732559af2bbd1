"""Where the words beside the lines of a figure stand: inside it, none over another; how much room they take, in CSS px.

Lengths are px from the upper left corner of the axes. Widths of text are estimated, generously.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import unescape
from typing import Any, cast

import plotly.graph_objects as go

from scorecard.charts import text_width as measure
from scorecard.charts.figure import AHEAD, CHOSEN, EMPTY, LAST, LIMIT, STAMP, TAIL, TARGET

SMALLEST = 12  # px; on paper, where 590 px are 156 mm, 9 pt (小五)
LINE = 1.3  # of the size, from one line to the next
FigureJson = dict[str, Any]
_WIDE = 860  # px of a figure in the drawer, for which its words are arranged
_TICKS = 56  # px of the numbers to the left of the axis
_CAMERA = 52  # px of the camera to the right of 示例数据
_GAP = 2  # px between two words
_EDGE = 6  # px between a word and the edge of the figure
_FIRST = (EMPTY, LAST, TAIL, CHOSEN, TARGET, AHEAD, LIMIT)  # who keeps its place; the others give way


def em(line: str) -> float:
    """The width of a line in heights of a letter; emphasis takes none."""
    return measure.width(unescape(line.replace("<b>", "").replace("</b>", "")), measure.POINTS)


def text_width(text: str, size: float) -> float:
    """px of the longest line of a figure's text."""
    return max((em(line) for line in text.split("<br>")), default=0.0) * size


def text_height(text: str, size: float) -> float:
    """px of all lines of a figure's text."""
    return (text.count("<br>") + 1) * LINE * size


def fraction(axis: Mapping[str, Any], value: Any) -> float:
    """Where a value stands, from 0 at the beginning of the axis to 1 at its end."""
    start, end = (_number(axis, edge) for edge in axis["range"])
    return (_number(axis, value) - start) / ((end - start) or 1)


def _number(axis: Mapping[str, Any], value: Any) -> float:
    """Categories are counted from 0, days by the calendar."""
    if not isinstance(value, str):
        return float(value)
    if axis.get("type") == "category":
        return float(axis["categoryarray"].index(value))
    return float(date.fromisoformat(value[:10]).toordinal())


def width_of_labels(layout: FigureJson, across: float) -> int:
    """px to the right of the axis for what is written at its end."""
    widths = [12.0]
    for each in layout["annotations"]:
        if each.get("xanchor") == "left" and each.get("name") != STAMP:
            at = each["x"] if each.get("xref") == "paper" else fraction(layout["xaxis"], each["x"])
            wide = text_width(each["text"], each["font"]["size"]) * 1.05 + each.get("xshift", 0) + _EDGE
            widths.append(wide - (1 - at) * across)
    return round(max(widths))


@dataclass(frozen=True)
class _Box:
    """A word: its left edge, its middle, its extent."""

    left: float
    middle: float
    width: float
    height: float

    def meets(self, other: "_Box") -> bool:
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        return not beside and abs(self.middle - other.middle) < (self.height + other.height) / 2 + _GAP


@dataclass(frozen=True)
class _Axes:
    """The axes in px, and how far above them a word may stand."""

    layout: Mapping[str, Any]
    across: float
    tall: float
    above: float

    def y(self, annotation: Mapping[str, Any]) -> float:
        return (1 - fraction(self.layout["yaxis"], annotation["y"])) * self.tall

    def box(self, annotation: Mapping[str, Any]) -> _Box:
        """Where an annotation stands as it was drawn."""
        text, size = annotation["text"], annotation["font"]["size"]
        x = 1.0 if annotation.get("xref") == "paper" else fraction(self.layout["xaxis"], annotation["x"])
        width, height = text_width(text, size), text_height(text, size)
        lower = {"bottom": -height / 2, "top": height / 2}.get(annotation.get("yanchor", ""), 0.0)
        before = {"left": 0.0, "right": width}.get(annotation.get("xanchor", ""), width / 2)
        left = x * self.across + annotation.get("xshift", 0) - before
        return _Box(left, self.y(annotation) - annotation.get("yshift", 0) + lower, width, height)

    def places(self, box: _Box) -> Iterator[_Box]:
        """The word whole inside the axes, then moved up and down, farther and farther."""
        low, high = box.height / 2 - self.above, self.tall - box.height / 2
        start = min(max(box.middle, low), high)
        for apart in range(round(self.tall)):
            yield from (
                replace(box, middle=middle) for middle in (start - apart, start + apart) if low <= middle <= high
            )

    def put(self, annotation: FigureJson, middle: float) -> None:
        annotation.update(yanchor="middle", yshift=round(self.y(annotation) - middle, 2))


def arrange_labels(layout: FigureJson, across: float, tall: float, above: float) -> None:
    """Each label as near to its place as those before it allow; of the limits the one in the middle stays."""
    axes, placed = _Axes(layout, across, tall, above), list[_Box]()
    named = [each for each in layout["annotations"] if each.get("name") in _FIRST]
    levels = sorted(axes.y(each) for each in named if each["name"] == LIMIT)

    def rank(each: FigureJson) -> tuple[int, float]:
        among = abs(axes.y(each) - levels[len(levels) // 2]) if each["name"] == LIMIT else 0.0
        return _FIRST.index(each["name"]), among

    for each in sorted(named, key=rank):
        wanted = axes.box(each)
        free = (box for box in axes.places(wanted) if not any(box.meets(other) for other in placed))
        placed.append(next(free, wanted))
        axes.put(each, placed[-1].middle)


def arrange(figure: go.Figure) -> None:
    """On the screen: room to the right for the widest word at the end of a line, and none over another."""
    layout = cast("FigureJson", figure.to_dict()["layout"])
    right = width_of_labels(layout, _WIDE - 2 * _TICKS)
    right = width_of_labels(layout, _WIDE - _TICKS - right)
    margin = {**layout["template"]["layout"]["margin"], **layout["margin"]}
    arrange_labels(layout, _WIDE - _TICKS - right, layout["height"] - margin["t"] - margin["b"], 0)
    figure.update_layout(margin_r=max(right, _CAMERA), annotations=layout["annotations"])


# --- on paper, in points: no word over another, and over a line only where there is no other place -----------------------

GAP = 4.0  # points between a point and its words
PAPER_LINE = 1.25  # of the size, from one line to the next
LabelPlace = tuple[float, float]


def paper_width(text: str, size: float) -> float:
    """The width of a text; the sign of a per cent is as wide as a Chinese character."""
    return measure.width(text.replace("%", "　"), size) * measure.POINTS


def folded(text: str, size: float, room: float) -> Iterator[str]:
    """The lines of a text that may be `room` wide, broken between its parts where these are not longer than a line."""
    line = ""
    for part in text.split("　"):
        joined = f"{line}　{part}" if line else part
        if paper_width(joined, size) > room and line:
            yield line
            joined = part
        while paper_width(joined, size) > room:
            first, joined = measure.cut(joined, size, room / measure.POINTS, 1)
            yield first
        line = joined
    yield line


@dataclass(frozen=True)
class TextBox:
    """Some lines of words of one colour, and where they stand: left upper corner, extent."""

    lines: tuple[str, ...]
    colour: str
    size: float
    left: float = 0.0
    top: float = 0.0

    @property
    def width(self) -> float:
        return max(paper_width(line, self.size) for line in self.lines)

    @property
    def height(self) -> float:
        return self.size * PAPER_LINE * len(self.lines)

    def at(self, left: float, top: float) -> "TextBox":
        return replace(self, left=left, top=top)

    def beside(self, x: float, y: float) -> "Iterator[TextBox]":
        """To the right of x, moved up and down from y, farther and farther."""
        for apart in range(120):
            yield from (self.at(x + GAP, y - self.height / 2 + by) for by in {apart, -apart})

    def around(self, x: float, y: float) -> "Iterator[TextBox]":
        """Beside, above and below a point, nearest first."""
        lefts = (x + GAP, x - self.width / 2, x - self.width - GAP, x)
        for away in (GAP, *(self.size * PAPER_LINE * by for by in range(1, 7))):
            yield self.at(x + away, y - self.height / 2)
            yield from (self.at(left, top) for left in lefts for top in (y - away - self.height, y + away))

    def written(self) -> list[tuple[float, float, str, str]]:
        """Left end, base line, words and colour of each line."""
        step = self.size * PAPER_LINE
        return [
            (round(self.left, 1), round(self.top + step * (row + 0.8), 1), text, self.colour)
            for row, text in enumerate(self.lines)
        ]

    def meets(self, other: "TextBox") -> bool:
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        return not beside and self.top < other.top + other.height and other.top < self.top + self.height

    def crossed(self, start: LabelPlace, end: LabelPlace) -> bool:
        """Whether a line from start to end runs through it."""
        (x1, y1), (x2, y2) = sorted((start, end))
        left, right = max(x1, self.left), min(x2, self.left + self.width)
        if left > right:
            return False
        ends = [y1, y2] if x1 == x2 else [y1 + (y2 - y1) * (x - x1) / (x2 - x1) for x in (left, right)]
        return min(ends) < self.top + self.height and max(ends) > self.top


@dataclass
class LabelSheet:
    """The words put on a sheet so far; `lines` is what a word should not stand on."""

    width: float
    height: float
    lines: Sequence[tuple[LabelPlace, LabelPlace]]
    placed: list[TextBox] = field(default_factory=list[TextBox])

    def put(self, places: Iterable[TextBox]) -> None:
        """The words at the first place where nothing is in the way; else where they cross the fewest lines."""
        best, least = None, len(self.lines) + 1
        for box in places:
            outside = (
                min(box.left, box.top) < 0 or box.left + box.width > self.width or box.top + box.height > self.height
            )
            if outside or any(box.meets(other) for other in self.placed):
                continue
            crossings = sum(box.crossed(*line) for line in self.lines)
            if crossings < least:
                best, least = box, crossings
            if not crossings:
                break
        if best is not None:
            self.placed.append(best)
