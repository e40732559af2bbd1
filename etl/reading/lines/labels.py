"""What the first cells of a line say of it: a summary, a note, or nothing, so that it is data.

A label counts only as a whole: 合计 is a summary, 合计划 a name. Words that are names of places too (全国, 全院) are summaries
only where the numbers beside them say so (sums.py).
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Literal

from etl.invisible_characters import HIDDEN

LabelKind = Literal["summary", "statistic", "whole", "note"]

_LONGEST = 200  # characters of a label; longer notes are told by their beginning
_DROPPED = re.compile(rf"[\s{HIDDEN}]+")
_PATTERNS: dict[str, str] = tomllib.loads(Path(__file__).with_name("labels.toml").read_text("utf-8"))


def _pattern(name: str) -> str:
    return re.sub(r"<(\w+)>", lambda part: _pattern(part[1]), _PATTERNS[name])


_BEFORE, _BEHIND, _WRAPPED, _SUMMARY, _STATISTIC, _WHOLE, _NOTE = (
    re.compile(_pattern(name), re.DOTALL if name == "note" else 0)
    for name in ("before", "behind", "wrapped", "summary", "statistic", "whole", "note")
)
_FIRST = _PATTERNS["first"]
SUMMING = "计总計總"  # signs of a summary, whatever stands before them


def suspicious(beginning: str) -> bool:
    """Whether a label may begin with these (up to four) characters; cheap, and true for too many."""
    folded = _fold(beginning)
    left = _BEFORE.sub("", folded).lstrip("([【〔<《{")
    if not left:
        return True
    return left[0] in _FIRST or (left[0] == "p" and left.startswith("pag"))


def may_be_label(cell: str) -> bool:
    """Whether `label_kind` is worth asking; blank cells are for the caller."""
    return any(sign in cell for sign in SUMMING) or _suspicious(cell[:4])


_suspicious = lru_cache(maxsize=1 << 14)(suspicious)


@lru_cache(maxsize=1 << 14)
def label_kind(cell: str) -> LabelKind | None:
    """What a line is that has this text for its label."""
    folded = _fold(cell[:_LONGEST])
    bare = _BEFORE.sub("", folded)
    closed = _BEHIND.sub("", bare)
    if match := _WRAPPED.fullmatch(closed):
        closed = bare = match[1]
    if _SUMMARY.fullmatch(bare) or _SUMMARY.fullmatch(closed):
        return "summary"
    if _STATISTIC.fullmatch(bare) or _STATISTIC.fullmatch(closed):
        return "statistic"
    if _NOTE.fullmatch(bare) or _NOTE.fullmatch(closed):
        return "note"
    if _WHOLE.fullmatch(closed):
        return "whole"
    return None


def _fold(text: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).lower()
