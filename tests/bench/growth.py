"""Three years of a court's months: each month's extracts accepted, a version built and published; seconds and megabytes."""

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from etl.intake import batches as batches_written
from etl.sample.chance import EXTRACTS_FROM
from etl.sample.invented_court import load_sample
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.calendar.period import CALENDAR, month_index
from scorecard.storage.data_dir import DataDir
from tests.bench import data
from tests.bench.report import Finding, ratio

MONTHS = 36
MEGABYTES = 150


def measure(folder: Path) -> list[Finding]:
    """Every month brings whole lists, as the invented court exports them; retention works as ever."""
    court, found = DataDir(folder), data.catalog()
    accepted, built = list[float](), list[float]()
    first = month_index(EXTRACTS_FROM)
    for month in range(first, first + MONTHS):
        as_of = CALENDAR.month_end(month)
        start = perf_counter()
        with patch.object(batches_written, "today", lambda day=as_of: day):  # the last of them may not have come yet
            load_sample(found, court, as_of)
        accepted.append(perf_counter() - start)
        start = perf_counter()
        publish(court, build(found, court), data.ACTOR)
        built.append(perf_counter() - start)
    versions, batches = list(court.warehouse.glob("*.duckdb")), list(court.batches.rglob("*.parquet"))
    whole = _megabytes(path for path in court.root.rglob("*") if path.is_file())
    of_batches, of_versions = _megabytes(batches), _megabytes(versions)
    split = f"{of_batches:.0f} MB of {len(batches)} batches, {of_versions:.0f} MB of {len(versions)} versions kept"
    return [
        Finding("data folder after three years", f"{whole:.0f} MB", f"<= {MEGABYTES} MB", whole <= MEGABYTES, split),
        Finding("    the newest version", f"{_megabytes([max(versions, key=_made)]):.1f} MB"),
        ratio("    building and publishing the last month / the first", built[-1], built[0]),
        ratio("    the same / inventing and accepting its extracts", built[-1], accepted[-1]),
    ]


def _made(path: Path) -> float:
    return path.stat().st_mtime


def _megabytes(paths: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / 1e6
