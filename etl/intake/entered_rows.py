"""Decisions as they were recorded: read from the accepted batches, so that a session sees each at once, published or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from etl.intake.batches import Batch, list_batches
from etl.intake.withdraw import withdrawn
from scorecard.records import decisions, progress_reports
from scorecard.records.decisions import Decision, from_rows
from scorecard.records.progress_reports import ProgressReport, ReportStatus, from_row, standings
from scorecard.storage.data_dir import DataDir
from scorecard.store.versions import VersionManifest


def recorded(data: DataDir, sample: bool) -> tuple[Decision, ...]:
    """Every decision in the order it was recorded, without withdrawn batches; of the sample or of the court's own."""
    gone = withdrawn(data)
    own = [
        batch
        for batch in list_batches(data)
        if batch.table == decisions.TABLE
        and batch.sample == sample
        and (decisions.TABLE, batch.name) not in gone
    ]
    return from_rows(row for batch in own for row in pq.read_table(batch.path).to_pylist())


@dataclass(frozen=True)
class Reported:
    """A report and where it stands."""

    report: ProgressReport
    standing: ReportStatus


def reported(data: DataDir, published: VersionManifest | None) -> tuple[Reported, ...]:
    """All reports, the latest entry first. Reports of the sample are left out once the court's own data are published.

    Raises StorageError when a batch or a note on one cannot be read.
    """
    sample = published is not None and published.sample
    batches = [
        batch
        for batch in list_batches(data)
        if batch.table == progress_reports.TABLE and (sample or not batch.sample)
    ]
    reports = tuple(report for batch in batches for report in _reports(batch))
    shown = (
        {one["name"] for one in published.batches if one["table"] == progress_reports.TABLE}
        if published
        else set[str]()
    )
    gone = {name for table, name in withdrawn(data) if table == progress_reports.TABLE}
    found = map(Reported, reports, standings(reports, shown, gone))
    return tuple(sorted(found, key=lambda one: (one.report.at, one.report.reported_on), reverse=True))


def _reports(batch: Batch) -> list[ProgressReport]:
    return [
        from_row(row, batch.name, batch.actor, batch.accepted_at, batch.file_name)
        for row in _rows(batch.path)
    ]


@lru_cache(maxsize=4096)
def _rows(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of a batch in the order of its file; it never changes, so it is read once."""
    with pq.ParquetFile(path) as file:  # without the search for a dataset around it
        return tuple(file.read().to_pylist())
