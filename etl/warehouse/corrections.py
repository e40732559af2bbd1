"""更正: what a correction says of rows that batches of a later 数据截至 hold as well.

A correction outranks what it corrects: the batches up to its own 数据截至, and every cell that a later batch, accepted before
it, merely repeats. What a later batch says otherwise is newer and stays: a case closed in November is not opened again by a
correction of October. A column that the correction's file does not have is not corrected.
"""

from collections.abc import Callable, Sequence

import ibis

from etl.intake.batches import Batch
from scorecard.catalog.contracts import Table
from scorecard.queries.terms import Expression, RowsExpression

Source = tuple[int, Batch]  # the number of a batch in its version, and the batch
Rows = Callable[[Source], RowsExpression]


def corrected_sources(table: Table, sources: Sequence[Source], rows: Rows) -> list[tuple[int, RowsExpression]]:
    """(number, rows) of each batch, with the cells that corrections change; `sources` in their order."""
    reading = _Reading(table, sources, rows)
    return [(number, reading.rows_of(place)) for place, (number, _) in enumerate(sources)]


class _Reading:
    """The batches of one table, each read with the corrections that reach it. A result is kept under what went into it."""

    def __init__(self, table: Table, sources: Sequence[Source], rows: Rows) -> None:
        self._table = table
        self._batches = [batch for _, batch in sources]
        self._rows = [rows(source) for source in sources]
        self._kept: dict[tuple[int, tuple[int, ...]], RowsExpression] = {}

    def rows_of(self, place: int, known_at: int | None = None) -> RowsExpression:
        """The rows of the batch at this place, as they were known before the batch of sequence `known_at`."""
        reaching = [
            other
            for other, batch in enumerate(self._batches)
            if batch.corrects
            and (known_at is None or batch.sequence < known_at)
            and (other == place or (other < place and batch.sequence > self._batches[place].sequence))
        ]
        reaching.sort(key=lambda other: self._batches[other].sequence)
        key = (place, tuple(reaching))
        if key not in self._kept:
            self._kept[key] = self._corrected(place, reaching)
        return self._kept[key]

    def _corrected(self, place: int, reaching: Sequence[int]) -> RowsExpression:
        """The rows with each of these corrections applied, in the order in which they were accepted."""
        rows = self._rows[place]
        for other in reaching:
            before = self._known_before(other)
            if before is None:
                continue
            silent, itself = self._batches[other].lacking(self._table), other == place
            joined = self._beside(rows, before, "_known_")
            if not itself:
                joined = self._beside(joined, self._rows[other], "_said_")
            named = (name for name in self._table.columns if name not in self._table.key)
            cells = {name: _cell(joined, name, itself=itself, silent=name in silent) for name in named}
            rows = joined.select(*self._table.key, **cells, _line=joined["_line"]).select(*self._table.columns, "_line")
        return rows

    def _beside(self, rows: RowsExpression, other: RowsExpression, prefix: str) -> RowsExpression:
        """The rows with what another source says of the same key, each cell under its name with a prefix."""
        renamed = other.select(**{f"{prefix}{name}": other[name] for name in (*self._table.columns, "_line")})
        return rows.left_join(renamed, [rows[name] == renamed[f"{prefix}{name}"] for name in self._table.key])

    def _known_before(self, correction: int) -> RowsExpression | None:
        """The newest row of each key up to the day of the correction, as it was before it; None without any."""
        sequence = self._batches[correction].sequence
        earlier = [place for place in range(correction) if self._batches[place].sequence < sequence]
        if not earlier:
            return None
        placed = [self.rows_of(place, sequence).mutate(_place=ibis.literal(place, "int32")) for place in earlier]
        united = ibis.union(*placed) if len(placed) > 1 else placed[0]
        said = self._rows[correction].select(*self._table.key).distinct()
        known = united.semi_join(said, list(self._table.key))
        last = ibis.row_number().over(ibis.window(group_by=list(self._table.key), order_by=ibis.desc("_place"))) == 0
        return known.filter(last)


def _cell(rows: RowsExpression, name: str, *, itself: bool, silent: bool) -> Expression:
    """A cell of a later batch: what the correction says, where it only repeats what was corrected.

    Of the correction `itself`: what was known before, where it is `silent`, for its file does not have the column.
    """
    if itself or silent:
        return rows[f"_known_{name}"] if itself and silent else rows[name]
    both = rows["_known__line"].notnull() & rows["_said__line"].notnull()
    return (both & rows[name].identical_to(rows[f"_known_{name}"])).ifelse(rows[f"_said_{name}"], rows[name])
