"""What becomes of one cell: its value, or none, and what is to be said about it."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from etl.problems import Severity
from etl.reading import ASCII_BLANKS, BLANKS

_QUOTED = 80  # characters of a cell that are repeated in a sentence

Value = str | int | Decimal | bool | date | datetime


class Note(NamedTuple):
    """What is to be said about a cell: see Problem."""

    code: str
    severity: Severity
    reason: str
    suggestion: str = ""


@dataclass(frozen=True)
class Outcome:
    """The value of a cell (None: unknown) and what is to be said about it."""

    value: Value | None
    notes: tuple[Note, ...] = ()


Reader = Callable[[str], Outcome]

LEAVE_BLANK = "没有内容时请留空"
EMPTY_WORDS = frozenset((
    "null", "none", "nan", "na", "n/a", "undefined", "-", "--", "—", "——", "/", "\\", "无", "空", "不详", "待定",
))  # fmt: skip


def half_width(text: str) -> tuple[str, tuple[Note, ...]]:
    """Half-width and trimmed, with a note when full-width characters or blanks had to be folded."""
    trimmed = text.strip(ASCII_BLANKS)
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").strip(BLANKS)
    if folded == trimmed:
        return folded, ()
    return folded, (Note("width_folded", "repair", f"全角字符或空格已改为“{folded[:_QUOTED]}”"),)


def refused(code: str, reason: str, suggestion: str = "") -> Outcome:
    """No value, because it is wrong or could mean two things."""
    return Outcome(None, (Note(code, "refuse", reason, suggestion),))
