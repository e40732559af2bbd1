"""How wide the columns of a table are, as a browser lays out a table: by the least and by the most that each wants.

Numbers and verdicts want one line. Running text may be broken, and gets what is left in proportion to what it wants.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from scorecard.assessment.control_limits import ASSURANCES, VARIATIONS, Assurance, Variation
from scorecard.assessment.verdict import WORDS, VerdictWord
from scorecard.briefing.paper.model import PaperColumn
from scorecard.charts.text_width import POINTS, width

TWIPS = 20  # to a point
WIDTH = 8844  # twips
INCHES = WIDTH / 1440


_PADDING = 60  # twips between a cell's edge and its text
_UNBROKEN = 0.75  # of the width numbers and verdicts may take; beyond that they are broken too
_LEAST = 4.0  # characters of running text that a column is not narrower than
_WORD = re.compile(r"[+-]?[0-9A-Za-z][0-9A-Za-z.,:%-]*")
_LONGEST = 12  # characters of a word that is kept in one line

Marked = VerdictWord | Variation | Assurance
MARKED: tuple[Marked, ...] = (*WORDS, *VARIATIONS, *ASSURANCES)


def widths(columns: Sequence[PaperColumn], rows: Sequence[Sequence[str]], size: float) -> list[int]:
    """Twips of each column, together the type area; `size` is that of the text in points."""
    most = [_most([column.name, *(row[at] for row in rows)], size) for at, column in enumerate(columns)]
    least = [_least([column.name, *(row[at] for row in rows)], size) for at, column in enumerate(columns)]
    unbroken = [column.number or any(row[at] in MARKED for row in rows) for at, column in enumerate(columns)]
    if sum(wide for wide, whole in zip(most, unbroken, strict=True) if whole) <= _UNBROKEN * WIDTH:
        least = [wide if whole else few for wide, few, whole in zip(most, least, unbroken, strict=True)]
    spare = WIDTH - sum(least)
    wanted = [max(wide - few, 0) for wide, few in zip(most, least, strict=True)]
    if spare < 0 or not any(wanted):  # nothing to share: by weight
        least, spare, wanted = [0] * len(columns), WIDTH, [column.weight for column in columns]
    edges = [0.0]
    for few, want in zip(least, wanted, strict=True):
        edges.append(edges[-1] + few + spare * want / sum(wanted))
    return [round(right) - round(left) for left, right in pairwise(edges)]


def _most(texts: Sequence[str], size: float) -> int:
    """Twips that the column's texts take unbroken; a verdict has its sign before it."""
    longest = max(width(f"▲ {line}" if line in MARKED else line, size) for text in texts for line in text.split("\n"))
    return min(_twips(longest, size), WIDTH)


def _least(texts: Sequence[str], size: float) -> int:
    """Twips under which a column of running text does not go: a date or a number in it stays in one line."""
    words = [word for text in texts for word in _WORD.findall(text) if len(word) <= _LONGEST]
    word = max((width(word, size) for word in words), default=0.0)
    return _twips(max(word, min(_LEAST * size / POINTS, max(width(text, size) for text in texts))), size)


def _twips(inches: float, size: float) -> int:
    """With the padding, and half a character for wider faces."""
    return round(inches * POINTS * TWIPS + 2 * _PADDING + size * TWIPS / 2)
