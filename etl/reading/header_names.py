"""Headers as they are compared, and what each stands for in a table: a column, a personal column, or a mark of ours."""

import re
import unicodedata
from collections.abc import Collection

from etl.invisible_characters import HIDDEN
from scorecard.catalog.contracts import Table

LONGEST = 200  # characters: what is longer is no header, and is not looked at
# Columns that rows kept aside carry when they come back corrected: which batch and line they clear, and why they were kept.
BATCH, LINE, REASON = "搁置批次", "搁置行号", "搁置原因"

_UNIT = re.compile(r"(.+?)[(\[]([^()\[\]]{1,4})[)\]]")
_UNITS = ("元", "千元", "万元", "亿元", "天", "日", "月", "年", "小时", "件", "次", "家", "%")
_NOT_COMPARED = re.compile(rf"[\s{HIDDEN}*:]+")


def fold(header: str) -> str:
    """A header as it is compared: half-width, lower case, without blanks, invisible characters, required-marks, colons."""
    if len(header) > LONGEST:
        return header[: LONGEST + 1]
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", header)).lower()


def names_of(table: Table) -> dict[str, str | None]:
    """Folded header -> column; None for headers that are thrown away at the door."""
    names: dict[str, str | None] = {fold(header): None for header in table.drop}
    for name, column in table.columns.items():
        names.update(dict.fromkeys(map(fold, (column.header, *column.aliases)), name))
    return names


def without_unit(folded: str, names: Collection[str]) -> tuple[str, str]:
    """A header and the unit written behind it in brackets, if the header without it is a registered one."""
    base, unit = unit_of(folded)
    return (base, unit) if unit and folded not in names and base in names else (folded, "")


def unit_of(folded: str) -> tuple[str, str]:
    """A header without the unit in brackets behind it, and that unit; the header as it is when there is none."""
    match = _UNIT.fullmatch(folded)
    return (match[1], match[2]) if match and match[2] in _UNITS else (folded, "")
