"""Headers as they are compared, and what each stands for in a table: a column, a personal column, or a mark of ours."""

import re
import unicodedata
from collections.abc import Collection

from etl.invisible_characters import HIDDEN
from etl.reading.spelling.units import Unit, in_any_header, in_header, shift_to
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table

LONGEST = 200  # characters: what is longer is no header, and is not looked at
# Columns that rows kept aside carry when they come back corrected: which batch and line they clear, and why they were kept.
BATCH, LINE, REASON = "搁置批次", "搁置行号", "搁置原因"

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


def without_unit(folded: str, names: Collection[str]) -> tuple[str, Unit | None]:
    """A header and the unit written behind it, if the header without it is a registered one."""
    base, unit = in_header(folded)
    return (base, unit) if unit and folded not in names and base in names else (folded, None)


def mapped_unit(folded: str, column: Column) -> Unit | None:
    """The unit in a header that an officer maps to this column. Raises UnclearUnit."""
    return in_any_header(folded) if column.type.is_number else in_header(folded)[1]


def is_convertible(unit: Unit, column: Column) -> bool:
    """Whether numbers in this unit are numbers of the column, given in its unit or another of the kind."""
    return shift_to(unit, column.unit) is not None
