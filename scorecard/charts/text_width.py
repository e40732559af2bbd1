"""Estimated width and height of text in inches: a slide and a row must be tall enough before they are made.

A Chinese character is as wide as it is tall; letters and digits are counted a little wider than they are, so that what
is estimated to fit does.
"""

import unicodedata
from itertools import pairwise

_NARROW = 0.6  # of the height: digits of the faces in use are 0.53 to 0.59
_WIDE = ("W", "F", "A")  # also the ambiguous ones: Chinese faces draw “—” and “①” full
_GAP = 0.25  # of the height
_KEPT = 0.75  # of the height
POINTS = 72


def width(text: str, size: float) -> float:
    """Inches of the text in one line at `size` points."""
    gaps = sum(_between(before, letter) for before, letter in pairwise(text))
    return (sum(_wide(letter) for letter in text) + gaps) * size / POINTS


def lines(text: str, size: float, room: float) -> int:
    """Lines the text takes in `room` inches; a line break of its own counts, an empty text takes one line."""
    return sum(_folded(part, size, room) for part in text.split("\n"))


def largest(text: str, room: float, most: float, least: float, rows: int = 1) -> float:
    """The largest whole size between `least` and `most` points at which the text stands in `rows` lines."""
    size = most
    while size > least and lines(text, size, room) > rows:
        size -= 1
    return size


def cut(text: str, size: float, room: float, rows: int) -> tuple[str, str]:
    """The part that fits `rows` lines of `room` inches, at least one character, and the rest."""
    taken = len(text)
    while taken > 1 and lines(text[:taken], size, room) > rows:
        taken = max(1, min(taken - 1, int(taken * 0.97)))
    return text[:taken], text[taken:]


def _folded(part: str, size: float, room: float) -> int:
    """Greedy, character by character, as Chinese is folded; a word of letters goes whole to the next line.

    A folded line counts as a little shorter: no line may begin with “，” or “）”.
    """
    if width(part, size) <= room:
        return 1
    limit = max(room * POINTS / size - _KEPT, 1.0)
    count, used, word, before = 1, 0.0, 0.0, ""
    for letter in part:
        wide = _wide(letter)
        step = wide + _between(before, letter)
        word = word + wide if wide < 1 and letter != " " else 0.0
        before = letter
        if used + step > limit:
            count += 1
            used = min(word, limit) if 0 < word < limit else wide
        else:
            used += step
    return count


def _wide(letter: str) -> float:
    return 1.0 if unicodedata.east_asian_width(letter) in _WIDE else _NARROW


def _between(before: str, letter: str) -> float:
    """The gap that office programs set between a Chinese character and a letter, digit or sign that is not."""
    if not before or " " in (before, letter) or _wide(before) == _wide(letter):
        return 0.0
    return _GAP if (before if _wide(before) == 1 else letter).isalnum() else 0.0
