"""What a number format says about the value of a cell: that it is a percentage, or a month without a day."""

import re

from etl.reading.workbooks.facts import MONTH, PERCENT

# The formats that files name by number only, as far as they matter here (ECMA-376, 18.8.30; the last ones are Chinese).
_BUILT_IN = {9: PERCENT, 10: PERCENT, **dict.fromkeys((17, 27, 36, 50, 52, 57), MONTH)}
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].', re.DOTALL)


def meaning(number: int, code: str = "") -> int | None:
    """PERCENT or MONTH for the format of this number, written out as `code` where it is not built in; otherwise None."""
    if not code:
        return _BUILT_IN.get(number)
    pattern = _NOT_PATTERN.sub("", code.split(";")[0]).lower()
    if "%" in pattern:
        return PERCENT
    letters = set(pattern)
    is_month = letters & {"y", "m"} and not letters & {"d", "h", "s", "0", "#", "?", "g"}
    return MONTH if is_month else None
