"""How wide the columns of a table are: by weight at first, then so that the table takes as few lines as it can.

Numbers and verdicts are not broken as long as the others have room; what the columns then hold decides, because a
weight cannot know that one indicator's numerator is a sum of three stages.
"""

import re
from collections.abc import Sequence
from functools import partial

from scorecard.assessment.spc import ASSURANCES, VARIATIONS, Assurance, Variation
from scorecard.assessment.verdict import WORDS, VerdictWord
from scorecard.briefing.layout.text_width import POINTS, lines, width
from scorecard.briefing.layout.type_area import TWIPS, WIDTH
from scorecard.briefing.paper.model import PaperColumn

ASIDE = 60  # twips between a cell's edge and its text
_BOUND = 0.75  # of the width may be bound by numbers and verdicts
_LEAST = 4.0  # characters of running text that a column is not narrower than
_WORD = re.compile(r"[+-]?[0-9A-Za-z][0-9A-Za-z.,:%-]*")
_LONGEST = 12  # characters of a word that is kept in one line
_STEP = 120  # twips: about 2 mm

Marked = VerdictWord | Variation | Assurance
MARKED: tuple[Marked, ...] = (*WORDS, *VARIATIONS, *ASSURANCES)

CellTexts = Sequence[Sequence[str]]


def widths(columns: Sequence[PaperColumn], rows: CellTexts, size: float) -> list[int]:
    """Twips of each column, together the type area; `size` is that of the text in points."""
    texts = [[column.name, *(row[at] for row in rows)] for at, column in enumerate(columns)]
    bound = [_bound(column, texts[at], size) for at, column in enumerate(columns)]
    if sum(bound) > _BOUND * WIDTH:
        bound = [0] * len(columns)
    free = [at for at, needed in enumerate(bound) if not needed]
    if not free:
        return _shared(list(range(len(columns))), columns, WIDTH, [0] * len(columns))
    least = [_least(column, size) for column in texts]
    shared = _shared(free, columns, WIDTH - sum(bound), bound)
    return _settled(_lifted(shared, free, least), free, least, texts, size)


def _bound(column: PaperColumn, texts: Sequence[str], size: float) -> int:
    """Twips that the column's numbers or verdicts and its name above them take in one line; 0 for running text."""
    verdicts = [f"▲ {text}" for text in texts if text in MARKED]
    if not verdicts and not column.number:
        return 0
    widest = max(width(text, size) for text in (*(verdicts or texts), column.name))
    return round(widest * POINTS * TWIPS + 2 * ASIDE + size * TWIPS / 2)  # half a character for wider faces


def _shared(
    free: Sequence[int], columns: Sequence[PaperColumn], room: int, bound: Sequence[int]
) -> list[int]:
    """The room shared by weight among the free columns; rounded so that nothing of it is left."""
    whole = sum(columns[at].weight for at in free)
    edges = [
        0,
        *(round(room * sum(columns[one].weight for one in free[: n + 1]) / whole) for n in range(len(free))),
    ]
    given = list(bound)
    for n, at in enumerate(free):
        given[at] = edges[n + 1] - edges[n]
    return given


def _least(texts: Sequence[str], size: float) -> int:
    """Twips under which a column of running text does not go: a date or a number in it stays in one line."""
    whole = [word for text in texts for word in _WORD.findall(text) if len(word) <= _LONGEST]
    word = max((width(word, size) * POINTS for word in whole), default=0.0)
    text = max(width(line, size) * POINTS for text in texts for line in text.split("\n"))
    return round((max(min(_LEAST * size, text), word) + size / 2) * TWIPS) + 2 * ASIDE


def _lifted(given: list[int], free: Sequence[int], least: Sequence[int]) -> list[int]:
    """Columns too narrow for their words get room from the one that has most to spare, as long as one has."""
    found = given
    while True:
        spare = {at: found[at] - least[at] for at in free}
        giver, taker = max(free, key=spare.__getitem__), min(free, key=spare.__getitem__)
        if spare[taker] >= 0 or spare[giver] < _STEP:
            return found
        found = _moved(found, giver, taker)


def _settled(
    given: list[int], free: Sequence[int], least: Sequence[int], texts: CellTexts, size: float
) -> list[int]:
    """Room moved from one free column to another, step by step, as long as that makes the table lower."""
    height = partial(_height, [_Column(column, size) for column in texts])
    found = given
    while height(found)[0] > len(texts[0]):  # a row of one line each is as low as a table gets
        moves = [
            moved
            for giver in free
            for taker in free
            if giver != taker and (moved := _moved(found, giver, taker))[giver] >= least[giver]
        ]
        best = min(moves, key=height, default=found)
        if height(best) >= height(found):
            break
        found = best
    return found


def _moved(given: Sequence[int], giver: int, taker: int) -> list[int]:
    made = list(given)
    made[giver] -= _STEP
    made[taker] += _STEP
    return made


class _Column:
    """What a column's cells take by its width, counted once for each width: lines, and how full those are."""

    def __init__(self, texts: Sequence[str], size: float) -> None:
        self._texts, self._size = texts, size
        self._known: dict[int, list[tuple[int, float]]] = {}

    def at(self, wide: int) -> list[tuple[int, float]]:
        if wide not in self._known:
            room = max(wide - 2 * ASIDE, TWIPS) / TWIPS / POINTS
            self._known[wide] = [
                (lines(text, self._size, room), width(text, self._size) / room) for text in self._texts
            ]
        return self._known[wide]


def _height(columns: Sequence[_Column], given: Sequence[int]) -> tuple[int, float]:
    """Lines of the whole table, each row as high as its highest cell; among equals the one that is nearer to one less."""
    cells = [column.at(wide) for column, wide in zip(columns, given, strict=True)]
    highest = [max(row) for row in zip(*cells, strict=True)]
    return sum(count for count, _ in highest), sum(full for _, full in highest)
