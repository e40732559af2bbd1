"""Where the words at the points of a trend stand on a sheet: inside it, none over another, off the line if that can be.

Lengths are px from the upper left corner of the axes; what would cover a word wherever it stood is left out, because
the figure's reading says it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from scorecard.briefing.html.figure_axis import place, text_height, text_width
from scorecard.charts.stamp import CHOSEN, LAST, LIMIT, TARGET

_GAP = 2  # px between two words
_AWAY = 18  # px from a point to the middle of its word
_STEPS = 16  # places of a line, from point to point, that are looked at
_TOUCHED = 2  # of them a word may cover
Given = dict[str, Any]


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

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.left + self.width and abs(y - self.middle) <= self.height / 2


@dataclass(frozen=True)
class _Room:
    """The axes in px, and how far above and below them a word may stand."""

    layout: Mapping[str, Any]
    across: float
    tall: float
    above: float

    def at(self, x: Any, y: float) -> tuple[float, float]:
        along = self.across if x == 1 else place(self.layout["xaxis"], x) * self.across
        return along, (1 - place(self.layout["yaxis"], y)) * self.tall

    def inside(self, box: _Box) -> _Box:
        """The word moved up or down until it is whole."""
        low, high = box.height / 2 - self.above, self.tall - box.height / 2
        return replace(box, middle=min(max(box.middle, low), high))


def arrange(data: Sequence[Given], layout: Given, across: float, tall: float, above: float) -> None:
    """The target's words and the last value beside the axes, the chosen period's value at its point, limits by name."""
    named = {one["name"]: one for one in layout["annotations"] if "name" in one}
    room = _Room(layout, across, tall, above)
    last = room.inside(_beside(named[LAST], room)) if LAST in named else None
    target = room.inside(_beside(named[TARGET], room)) if TARGET in named else None
    if last and target and last.meets(target):
        last, target = _apart(last, target, room, upwards=_higher(named[TARGET], named[LAST]))
    for name, box in ((LAST, last), (TARGET, target)):
        if box is not None:
            _, y = room.at(named[name]["x"], named[name]["y"])
            named[name].update(yanchor="middle", yshift=round(y - box.middle, 2))
    _spread([one for one in layout["annotations"] if one.get("name") == LIMIT], room)
    if CHOSEN in named:
        taken = [box for box in (last, target) if box is not None]
        if not _at_point(named[CHOSEN], room, taken, _line(data, room)):
            layout["annotations"].remove(named[CHOSEN])


def _spread(names: Sequence[Given], room: _Room) -> None:
    """Names of limits that stand side by side with their lines give way to the one in the middle."""
    beside = [one for one in names if one["yanchor"] == "middle"]
    ordered = sorted(((_beside(one, room), one) for one in beside), key=lambda pair: pair[0].middle)
    pivot = len(ordered) // 2
    for sign, rest in ((-1, ordered[:pivot][::-1]), (1, ordered[pivot + 1 :])):
        edge = ordered[pivot][0] if ordered else None
        for box, one in rest:
            assert edge is not None
            need = (edge.height + box.height) / 2
            middle = sign * max(sign * box.middle, sign * edge.middle + need)
            one["yshift"] = round(box.middle - middle, 2)
            edge = replace(box, middle=middle)


def _beside(one: Mapping[str, Any], room: _Room) -> _Box:
    """Where an annotation that begins at its point stands as it was drawn."""
    size = one["font"]["size"]
    x, y = room.at(one["x"], one["y"])
    height = text_height(one["text"], size)
    lower = {"bottom": -height / 2, "middle": 0.0, "top": height / 2}[one["yanchor"]]
    return _Box(x + one["xshift"], y + lower, text_width(one["text"], size), height)


def _higher(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one["y"] > other["y"]


def _apart(last: _Box, target: _Box, room: _Room, *, upwards: bool) -> tuple[_Box, _Box]:
    """The target's words move, to its own side of the value first; the value only where both sides are too narrow."""
    need = (last.height + target.height) / 2 + _GAP
    signs = (-1, 1) if upwards else (1, -1)
    for sign in signs:
        moved = room.inside(replace(target, middle=last.middle + sign * need))
        if not moved.meets(last):
            return last, moved
    moved = room.inside(replace(target, middle=last.middle + signs[0] * need))
    return replace(last, middle=moved.middle - signs[0] * need), moved


def _line(data: Sequence[Given], room: _Room) -> list[tuple[float, float]]:
    """Where the points stand, in their order."""
    marked = [trace for trace in data if trace.get("mode") == "markers"]
    return [room.at(x, y) for trace in marked[-1:] for x, y in zip(trace["x"], trace["y"], strict=True)]


def _at_point(one: Given, room: _Room, taken: Sequence[_Box], line: Sequence[tuple[float, float]]) -> bool:
    """Above or below its point, wherever the line runs through it less. False where it would cover the line or a point."""
    size = one["font"]["size"]
    x, y = room.at(one["x"], one["y"])
    width, height = text_width(one["text"], size), text_height(one["text"], size)
    others = [at for at in line if at != (x, y)]
    first = _AWAY if one.get("yshift", 0) >= 0 else -_AWAY
    found: list[tuple[int, bool, int]] = []
    for up in (first, -first):
        box = _Box(x - width / 2, y - up, width, height)
        free = not any(box.meets(other) for other in taken) and not any(box.holds(*at) for at in others)
        if free and room.inside(box) == box:
            found.append((_crossed(box, line), up != first, up))
    found = [one for one in found if one[0] <= _TOUCHED]
    if found:
        one["yshift"] = min(found)[2]
    return bool(found)


def _crossed(box: _Box, line: Sequence[tuple[float, float]]) -> int:
    """How many places of the line the word would cover."""
    return sum(
        box.holds(start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
        for start, end in pairwise(line)
        for part in (step / _STEPS for step in range(_STEPS + 1))
    )
