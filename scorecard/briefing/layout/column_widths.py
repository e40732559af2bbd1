"""How wide the columns of a table are, as a browser lays out a table: by the least and by the most that each wants.

Numbers and verdicts want one line, what is left to be filled in by hand its weight. Running text may be broken, and gets
what is left in proportion to what it wants.
"""

from collections.abc import Sequence
from itertools import pairwise

from scorecard.assessment.control_limits import ASSURANCES, VARIATIONS, Assurance, Variation
from scorecard.assessment.verdict import WORDS, VerdictWord
from scorecard.briefing.layout.page import PORTRAIT, SMALL, WHOLE
from scorecard.briefing.paper.model import PaperColumn
from scorecard.charts.text_width import POINTS, lines, width

TWIPS = 20  # to a point
INCHES = PORTRAIT / 1440
PADDING = 60  # twips between a cell's edge and its text
_DRAWN = round(SMALL[0] * 1440 / 25.4) + 2 * PADDING  # twips of a column of small trends
_LEAST = 4.0  # characters of running text that a column is not narrower than
_LONGEST = 14  # characters of a word that is kept in one line

Marked = VerdictWord | Variation | Assurance
MARKED: tuple[Marked, ...] = (*WORDS, *VARIATIONS, *ASSURANCES)


def widths(
    columns: Sequence[PaperColumn], rows: Sequence[Sequence[str]], size: float, across: int = PORTRAIT
) -> list[int]:
    """Twips of each column, together `across`; `size` is that of the text in points."""
    texts = [[column.name, *(row[at] for row in rows)] for at, column in enumerate(columns)]
    each = list(zip(columns, texts, strict=True))
    unbroken = [column.number or any(text in MARKED for text in said) for column, said in each]
    most = [_DRAWN if column.drawn else min(_most(said, size), across) for column, said in each]
    few = [_DRAWN if column.drawn else _least(said, size) for column, said in each]
    for at, (column, said) in enumerate(each):
        if rows and not column.drawn and not any(said[1:]):  # left to be filled in by hand
            most[at] = few[at] = round(across * column.weight / sum(one.weight for one in columns))
    # Numbers and verdicts in one line, numbers before their bracket in one, any broken: what makes the table lowest.
    parted = [_most([part for text in said for part in text.split("（")], size) for said in texts]
    ways = [
        [wide if one else least for wide, least, one in zip(whole, few, unbroken, strict=True)]
        for whole in (most, parted)
    ]
    shared = [_shared(least, most, across) for least in (*ways, few) if sum(least) <= across and least != most]
    drawn = [_DRAWN if column.drawn else 0 for column in columns]
    by_weight = _shared(
        drawn, [few or column.weight * across for few, column in zip(drawn, columns, strict=True)], across
    )
    return min(shared, key=lambda wide: _height(texts, wide, size), default=by_weight)


def _shared(least: Sequence[int], wanted: Sequence[float], across: int) -> list[int]:
    """What is left of the width, shared out by what each column would still take."""
    more = [max(want - few, 0) for want, few in zip(wanted, least, strict=True)]
    spare, edges = across - sum(least), [0.0]
    for few, want in zip(least, more, strict=True):
        edges.append(edges[-1] + few + spare * want / sum(more))
    return [round(right) - round(left) for left, right in pairwise(edges)]


def _height(texts: Sequence[Sequence[str]], wide: Sequence[int], size: float) -> int:
    """Lines of the table whose columns have these texts and widths."""
    rooms = [(one - 2 * PADDING) / TWIPS / POINTS for one in wide]
    rows = zip(*texts, strict=True)
    return sum(max(lines(text, size, room) for text, room in zip(row, rooms, strict=True)) for row in rows)


def _most(texts: Sequence[str], size: float) -> int:
    """Twips that the column's texts take unbroken; a verdict has its sign before it."""
    return _twips(max(width(_shown(line), size) for text in texts for line in text.split("\n")), size)


def _least(texts: Sequence[str], size: float) -> int:
    """Twips under which a column of running text does not go: a date, a number or a verdict in it stays in one line."""
    words = [word for text in texts for word in WHOLE.findall(text) if len(word) <= _LONGEST]
    words += [_shown(text) for text in texts if text in MARKED]
    word = max((width(word, size) for word in words), default=0.0)
    return _twips(max(word, min(_LEAST * size / POINTS, max(width(text, size) for text in texts))), size)


def _shown(text: str) -> str:
    return f"▲ {text}" if text in MARKED else text


def _twips(inches: float, size: float) -> int:
    """With the padding, and half a character for wider faces."""
    return round(inches * POINTS * TWIPS + 2 * PADDING + size * TWIPS / 2)
