"""Where the words beside the lines of a trend stand on a sheet: inside it, none over another.

Lengths are px from the upper left corner of the axes. The chosen period's value is written in the figure's reading only:
at its point it would cover the line wherever the axis is narrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scorecard.briefing.html.figure_axis import FigureJson, fraction, text_height, text_width
from scorecard.charts.figure import CHOSEN, LAST, LIMIT, TARGET

_GAP = 2  # px between two words


@dataclass(frozen=True)
class _Box:
    """A word: its left edge, its middle, its extent."""

    left: float
    middle: float
    width: float
    height: float

    def meets(self, other: "_Box") -> bool:
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        return not beside and abs(self.middle - other.middle) < (self.height + other.height) / 2


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
        """Where an annotation that begins at its point stands as it was drawn."""
        text, size = annotation["text"], annotation["font"]["size"]
        x = 1.0 if annotation["x"] == 1 else fraction(self.layout["xaxis"], annotation["x"])
        height = text_height(text, size)
        lower = {"bottom": -height / 2, "middle": 0.0, "top": height / 2}[annotation["yanchor"]]
        left = x * self.across + annotation["xshift"]
        return _Box(left, self.y(annotation) + lower, text_width(text, size), height)

    def inside(self, box: _Box) -> _Box:
        """The word moved up or down until it is whole."""
        low, high = box.height / 2 - self.above, self.tall - box.height / 2
        return replace(box, middle=min(max(box.middle, low), high))

    def put(self, annotation: FigureJson, middle: float) -> None:
        annotation.update(yanchor="middle", yshift=round(self.y(annotation) - middle, 2))


def arrange_labels(layout: FigureJson, across: float, tall: float, above: float) -> None:
    """Move the target's words from the last value, the names of limits from each other, and all of them inside."""
    axes = _Axes(layout, across, tall, above)
    layout["annotations"] = [each for each in layout["annotations"] if each.get("name") != CHOSEN]
    named = {each["name"]: each for each in layout["annotations"] if "name" in each}
    boxes = {name: axes.inside(axes.box(named[name])) for name in (LAST, TARGET) if name in named}
    if len(boxes) == 2 and boxes[LAST].meets(boxes[TARGET]):
        need = (boxes[LAST].height + boxes[TARGET].height) / 2 + _GAP
        side = -1 if named[TARGET]["y"] > named[LAST]["y"] else 1
        moved = [axes.inside(replace(boxes[TARGET], middle=boxes[LAST].middle + need * sign)) for sign in (side, -side)]
        boxes[TARGET] = next((box for box in moved if not box.meets(boxes[LAST])), moved[0])
    for name, box in boxes.items():
        axes.put(named[name], box.middle)
    _spread([each for each in layout["annotations"] if each.get("name") == LIMIT], axes)


def _spread(names: Sequence[FigureJson], axes: _Axes) -> None:
    """Names of limits that stand side by side with their lines give way to the one in the middle."""
    ordered = sorted((each for each in names if each["yanchor"] == "middle"), key=lambda each: -each["y"])
    boxes = [axes.box(each) for each in ordered]
    middles, pivot = [box.middle for box in boxes], len(boxes) // 2
    for at in range(pivot - 1, -1, -1):
        middles[at] = min(middles[at], middles[at + 1] - (boxes[at].height + boxes[at + 1].height) / 2)
    for at in range(pivot + 1, len(boxes)):
        middles[at] = max(middles[at], middles[at - 1] + (boxes[at].height + boxes[at - 1].height) / 2)
    for each, middle in zip(ordered, middles, strict=True):
        axes.put(each, middle)
