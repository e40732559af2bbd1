"""Decisions as they were recorded: read from the accepted batches, so that a session sees each at once, published or not."""

import pyarrow.parquet as pq

from etl.batches import list_batches
from etl.withdraw import withdrawn
from scorecard.decisions import TABLE, Decision, from_rows
from scorecard.layout import DataDir


def recorded(data: DataDir, sample: bool) -> tuple[Decision, ...]:
    """Every decision in the order it was recorded, without withdrawn batches; of the sample or of the court's own."""
    gone = withdrawn(data)
    own = [
        batch
        for batch in list_batches(data)
        if batch.table == TABLE and batch.sample == sample and (TABLE, batch.name) not in gone
    ]
    return from_rows(row for batch in own for row in pq.read_table(batch.path).to_pylist())
