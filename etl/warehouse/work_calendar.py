"""The calendar of a version: the package, and the notices among its batches. Equal batches give an equal calendar."""

from collections.abc import Iterable
from datetime import date

import pyarrow.parquet as pq

from etl.intake.batch_notes import batches_in_use
from etl.intake.batches import Batch, list_batches
from scorecard.calendar.workdays import WorkCalendar
from scorecard.records.work_calendar import TABLE, from_rows
from scorecard.storage.data_dir import DataDir


def calendar_of(batches: Iterable[Batch]) -> WorkCalendar:
    """The calendar by these batches in their order: of one day the later one counts."""
    rows = [row for batch in batches if batch.table == TABLE for row in pq.read_table(batch.path).to_pylist()]
    return WorkCalendar({day.day: day for day in from_rows(rows)})


def next_year_lacks(data: DataDir, today: date) -> tuple[str, ...]:
    """The holidays of next year that neither the package nor an accepted notice arranges; empty when it is covered."""
    return current_calendar(data).lacking(today.year + 1)


def current_calendar(data: DataDir) -> WorkCalendar:
    """The calendar of the next version: by the notices among the batches that it will be built from."""
    own = any(not batch.sample for batch in list_batches(data))
    return calendar_of(batches_in_use(data, sample=not own))
