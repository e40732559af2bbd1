"""What may stand at each position of a row, as far as it helps to tell a broken row from a short one."""

from dataclasses import dataclass

from etl.reading.headers import Header
from scorecard.catalog.columns import BooleanType, Column, DepartmentType, WordType
from scorecard.catalog.contracts import Table

_NOT_ADDED = ("天", "日", "%", "‰", "月", "年", "小时")


@dataclass(frozen=True)
class Layout:
    """The contract's column of each position, None where the file's column is not read.

    `needed` are positions that no row leaves blank, `short` those whose text has no line break: keys, and what is grouped.
    """

    headers: tuple[str, ...]
    columns: tuple[Column | None, ...]
    needed: frozenset[int]
    short: frozenset[int]

    @property
    def width(self) -> int:
        return len(self.headers)

    @property
    def added(self) -> tuple[int, ...]:
        """The positions of numbers that a summary adds up; of durations and shares it may give the mean."""
        return tuple(
            place
            for place, column in enumerate(self.columns)
            if column and column.type.is_number and column.unit not in _NOT_ADDED
        )

    def begins_row(self, text: str) -> bool:
        """Whether a line begins like a row whose first cell is of a type that is told by its looks."""
        column, cell = self.columns[0], text.split(",", 1)[0].strip()
        if column is None or self.takes_any_text(0):
            return False
        return cell[:4].isdigit() if column.type.is_date or column.type.is_number else "号" in cell

    def takes_any_text(self, place: int) -> bool:
        """Whether every text may stand here: a free text, or a column that is not read."""
        column = self.columns[place] if place < self.width else None
        return column is None or column.type.is_free_text

    def registers_words(self, place: int) -> bool:
        """Whether the column has words of its own, among which 全院 may be one."""
        column = self.columns[place] if place < self.width else None
        return column is not None and isinstance(column.type, WordType | DepartmentType | BooleanType)


def layout_of(header: Header, table: Table) -> Layout:
    """The layout of the rows below this header."""
    columns = tuple(table.columns[name] if name is not None else None for name in header.columns)
    grouped = {derived.group.of for derived in table.derived.values() if derived.group is not None}
    needed = {place for place, column in enumerate(columns) if column is not None and column.required}
    needed |= {place for place, name in enumerate(header.columns) if name in table.key} | {*(header.clears or ())}
    short = {
        place
        for place, name in enumerate(header.columns)
        if name is not None and (not table.columns[name].type.is_free_text or name in table.key or name in grouped)
    }
    return Layout(header.cells, columns, frozenset(needed), frozenset(short))
