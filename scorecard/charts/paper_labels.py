"""Words on a chart of paper: each where no other word and, if it can be, no line is in the way. Lengths are points."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from scorecard.charts import text_width

GAP = 4.0  # between a point and its words
LINE = 1.25  # of the size, from one line to the next
Place = tuple[float, float]


def width(text: str, size: float) -> float:
    """The width of a text; the sign of a per cent is as wide as a Chinese character."""
    return text_width.width(text.replace("%", "　"), size) * text_width.POINTS


def folded(text: str, size: float, room: float) -> Iterator[str]:
    """The lines of a text that may be `room` wide, broken between its parts where these are not longer than a line."""
    line = ""
    for part in text.split("　"):
        joined = f"{line}　{part}" if line else part
        if width(joined, size) > room and line:
            yield line
            joined = part
        while width(joined, size) > room:
            first, joined = text_width.cut(joined, size, room / text_width.POINTS, 1)
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
        return max(width(line, self.size) for line in self.lines)

    @property
    def height(self) -> float:
        return self.size * LINE * len(self.lines)

    def at(self, left: float, top: float) -> "TextBox":
        return replace(self, left=left, top=top)

    def beside(self, x: float, y: float) -> "Iterator[TextBox]":
        """To the right of x, moved up and down from y, farther and farther."""
        for apart in range(120):
            yield from (self.at(x + GAP, y - self.height / 2 + by) for by in {apart, -apart})

    def around(self, x: float, y: float) -> "Iterator[TextBox]":
        """Beside, above and below a point, nearest first."""
        lefts = (x + GAP, x - self.width / 2, x - self.width - GAP, x)
        for away in (GAP, *(self.size * LINE * by for by in range(1, 7))):
            yield self.at(x + away, y - self.height / 2)
            yield from (self.at(left, top) for left in lefts for top in (y - away - self.height, y + away))

    def written(self) -> list[tuple[float, float, str, str]]:
        """Left end, base line, words and colour of each line."""
        step = self.size * LINE
        return [
            (round(self.left, 1), round(self.top + step * (row + 0.8), 1), text, self.colour)
            for row, text in enumerate(self.lines)
        ]

    def meets(self, other: "TextBox") -> bool:
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        return not beside and self.top < other.top + other.height and other.top < self.top + self.height

    def crossed(self, start: Place, end: Place) -> bool:
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
    lines: Sequence[tuple[Place, Place]]
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
