"""What a number format says about the value of a cell: that it is a percentage, a month without a day, or in another unit."""

import re
import unicodedata

from etl.reading.workbooks.facts import MARKED, MONTH, PERCENT, SHOWN_UNITS

# The formats that files name by number only, as far as they matter here (ECMA-376, 18.8.30; the last ones are Chinese).
_BUILT_IN = {9: PERCENT, 10: PERCENT, **dict.fromkeys((17, 27, 36, 50, 52, 57), MONTH)}
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].', re.DOTALL)


_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|([^\x00-\x7f]+)', re.DOTALL)
_SCALED = re.compile(r"[0#?],+(?![0#?,])")  # a comma behind the last digit shows the number a thousand times smaller


def meaning(number: int, code: str = "") -> int | None:
    """The mark of a format: PERCENT, MONTH, or that of the unit it shows; None where it says nothing of the value.

    `code` is the format written out where it is not built in. A format that shows 500000 as 50万元 scales the number, which is
    in the unit it seems to be; one that only writes 万元 behind it says that the number is in 万元.
    """
    if not code:
        return _BUILT_IN.get(number)
    shown = code.split(";")[0]
    pattern = _NOT_PATTERN.sub("", shown).lower()
    if "%" in pattern:
        return PERCENT
    letters = set(pattern)
    if letters & {"0", "#", "?", "g"}:
        return None if _SCALED.search(pattern) else _unit(shown)
    return MONTH if letters & {"y", "m"} and not letters & {"d", "h", "s"} else None


def _unit(shown: str) -> int | None:
    """The mark of the unit that a format writes beside the digits."""
    literal = "".join("".join(found) for found in _LITERAL.findall(re.sub(r"\[[^\]]*\]", "", shown)))
    word = re.sub(r"[\s()¥]|人民币", "", unicodedata.normalize("NFKC", literal))
    return MARKED.index(word) if word in SHOWN_UNITS else None
