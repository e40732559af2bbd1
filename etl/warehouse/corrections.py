"""更正: what a correction says of rows that batches of a later 数据截至 hold as well.

A correction outranks what it corrects: the batches up to its own 数据截至, and every cell that a later batch, accepted before
it, merely repeats. What a later batch says otherwise is newer and stays: a case closed in November is not opened again by a
correction of October. A column that the correction's file does not have is not corrected.
"""

from collections.abc import Callable, Sequence

import duckdb

from etl.intake.batches import Batch
from scorecard.catalog.contracts import Table

Source = tuple[int, Batch]  # the number of a batch in its version, and the batch
Rows = Callable[[Table, Batch], str]


def corrected_sources(
    connection: duckdb.DuckDBPyConnection, table: Table, sources: Sequence[Source], rows: Rows
) -> list[tuple[int, str]]:
    """(number, SQL) of the rows of each batch, with the cells that corrections change; `sources` in their order."""
    reading = _Reading(connection, table, sources, rows)
    return [(number, reading.rows_of(place)) for place, (number, _) in enumerate(sources)]


class _Reading:
    """The batches of one table, each read with the corrections that reach it. A result is kept under what went into it."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, sources: Sequence[Source], rows: Rows
    ) -> None:
        self._connection = connection
        self._table = table
        self._batches = [batch for _, batch in sources]
        self._rows = rows
        self._kept: dict[tuple[int, tuple[int, ...]], str] = {}

    def rows_of(self, place: int, known_at: int | None = None) -> str:
        """SQL for the rows of the batch at this place, as they were known before the batch of sequence `known_at`."""
        reaching = [
            other
            for other, batch in enumerate(self._batches)
            if batch.corrects
            and (known_at is None or batch.sequence < known_at)
            and (other == place or (other < place and batch.sequence > self._batches[place].sequence))
        ]
        reaching.sort(key=lambda other: self._batches[other].sequence)
        if not reaching:
            return self._rows(self._table, self._batches[place])
        key = (place, tuple(reaching))
        if key not in self._kept:
            self._kept[key] = self._corrected(place, reaching)
        return self._kept[key]

    def _corrected(self, place: int, reaching: Sequence[int]) -> str:
        """The rows with each of these corrections applied, in the order in which they were accepted."""
        rows = self._rows(self._table, self._batches[place])
        keys = ", ".join(f'"{name}"' for name in self._table.key)
        for step, other in enumerate(reaching):
            correction = self._batches[other]
            before = self._known_before(other)
            if before is None:
                continue
            says = self._rows(self._table, correction)
            silent = correction.lacking(self._table)
            named = [name for name in self._table.columns if name not in self._table.key]
            cells = [f'{_cell(name, itself=other == place, silent=name in silent)} AS "{name}"' for name in named]
            columns = ", ".join([*(f'r."{name}"' for name in self._table.key), *cells])
            joined = f"({rows}) r LEFT JOIN ({before}) o USING ({keys})"
            if other != place:
                joined += f" LEFT JOIN ({says}) c USING ({keys})"
            name = f"corrected_{len(self._kept)}_{place}_{step}"
            self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {columns}, r._line FROM {joined}")
            rows = f"SELECT * FROM {name}"
        return rows

    def _known_before(self, correction: int) -> str | None:
        """SQL for the newest row of each key up to the day of the correction, as it was before it; None without any."""
        sequence = self._batches[correction].sequence
        earlier = [place for place in range(correction) if self._batches[place].sequence < sequence]
        if not earlier:
            return None
        keys = ", ".join(f'"{name}"' for name in self._table.key)
        # By name: of what is corrected already the key stands first, of a file where its contract has it.
        united = " UNION ALL BY NAME ".join(
            f"SELECT *, {place} AS _place FROM ({self.rows_of(place, sequence)})" for place in earlier
        )
        says = self._rows(self._table, self._batches[correction])
        return (
            f"SELECT * FROM ({united}) SEMI JOIN ({says}) USING ({keys})"
            f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _place DESC) = 1"
        )


def _cell(name: str, *, itself: bool, silent: bool) -> str:
    """A cell of a later batch: what the correction says, where it only repeats what was corrected.

    Of the correction `itself`: what was known before, where it is `silent`, for its file does not have the column.
    """
    if itself or silent:
        return f'{"o" if itself and silent else "r"}."{name}"'
    known = "o._line IS NOT NULL AND c._line IS NOT NULL"
    return f'CASE WHEN {known} AND r."{name}" IS NOT DISTINCT FROM o."{name}" THEN c."{name}" ELSE r."{name}" END'
