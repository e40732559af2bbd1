"""The calendar of a version: the package, and the notices among its batches. Equal batches give an equal calendar."""

from collections.abc import Iterable
from datetime import date

import pyarrow.parquet as pq

from etl.intake.batch_notes import withdrawn
from etl.intake.batches import Batch, list_batches, survey_batches
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
    whole, damaged = survey_batches(data)
    sample, gone = not damaged and all(batch.sample for batch in whole), withdrawn(data)
    notices = list_batches(data, TABLE)  # a damaged batch of another table says nothing of days
    return calendar_of(batch for batch in notices if batch.sample == sample and (TABLE, batch.name) not in gone)
