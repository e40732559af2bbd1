"""Decisions, remarks and reports of progress, read from the accepted batches, so that a page shows each at once, published or not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from etl.intake.batch_notes import withdrawn
from etl.intake.batches import list_batches
from scorecard.records import decisions, progress_reports, remarks
from scorecard.records.decisions import Decision
from scorecard.records.progress_reports import ProgressReport, report_statuses
from scorecard.records.remarks import IndicatorRemark
from scorecard.storage.data_dir import DataDir
from scorecard.store.versions import VersionManifest


def recorded_decisions(data: DataDir, sample: bool) -> tuple[Decision, ...]:
    """Every decision in the order it was recorded, without withdrawn batches; of the sample or of the court's own."""
    return decisions.from_rows(_standing(data, decisions.TABLE, sample))


def recorded_remarks(data: DataDir, sample: bool) -> tuple[IndicatorRemark, ...]:
    """The remarks of departments that stand, likewise."""
    return remarks.from_rows(_standing(data, remarks.TABLE, sample))


def _standing(data: DataDir, table: str, sample: bool) -> Iterator[Mapping[str, object]]:
    """The rows of a table in the order of their acceptance."""
    taken_back = withdrawn(data)
    for batch in list_batches(data, table):
        if batch.sample == sample and (batch.table, batch.name) not in taken_back:
            yield from _rows(batch.path)


def progress(data: DataDir, published: VersionManifest | None) -> tuple[ProgressReport, ...]:
    """All reports, the latest entry first. Reports of the sample are left out once the court's own data are published.

    Raises StorageError when a batch or a note on one cannot be read.
    """
    sample = published is not None and published.sample
    batches = [batch for batch in list_batches(data, progress_reports.TABLE) if sample or not batch.sample]
    reports = [
        replace(report, batch=batch.name, account=batch.actor, at=batch.accepted_at)
        for batch in batches
        for report in progress_reports.from_rows(_rows(batch.path))
    ]
    in_version = _names((record["table"], record["name"]) for record in published.batches) if published else ()
    states = report_statuses(reports, in_version, _names(withdrawn(data)))
    accepted_at = {batch.name: batch.accepted_at for batch in batches}
    reports = [replace(report, standing=state) for report, state in zip(reports, states, strict=True)]
    reports.sort(key=lambda report: (accepted_at[report.batch], report.reported_on), reverse=True)
    return tuple(reports)


def _names(batches: Iterable[tuple[str, str]]) -> set[str]:
    """The names of the batches that hold reports, out of (table, name)."""
    return {name for table, name in batches if table == progress_reports.TABLE}


@lru_cache(maxsize=4096)
def _rows(path: Path) -> tuple[Mapping[str, object], ...]:
    """The rows of a batch in the order of its file; it never changes, so it is read once."""
    with pq.ParquetFile(path) as file:  # without the search for a dataset around it
        return tuple(file.read().to_pylist())
