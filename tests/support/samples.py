"""Published versions of the sample, each built once for all workers through the production path; tests that change one copy it.

The whole sample, its first month alone, and the whole without a single target.
"""

import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from etl.sample.invented_court import load_sample
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog import loader
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER

AS_OF = date(2026, 10, 31)
FIRST_MONTH_END = date(2024, 1, 31)
SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def published_sample(shared: Path) -> DataDir:
    """The sample's data folder under `shared`, built by whichever worker comes first."""
    return once(shared, "sample", lambda data: _publish(data, AS_OF))


def published_month(shared: Path) -> DataDir:
    """The same court after its first month: nothing to compare with, no limits, cohorts that have not matured."""
    return once(shared, "month", lambda data: _publish(data, FIRST_MONTH_END))


AREA_SEEDS = SEEDS / "examples" / "intermediate"


def published_area(shared: Path) -> DataDir:
    """The first month of an upper court: the same cases, dealt out to its courts."""
    return once(shared, "area", lambda data: _publish(data, FIRST_MONTH_END, AREA_SEEDS))


def published_without_targets(shared: Path) -> tuple[DataDir, Path]:
    """The whole sample under seeds whose list of targets is empty; the data folder and those seeds."""
    seeds = shared / "untargeted-seeds"

    def make(data: DataDir) -> None:
        shutil.copytree(SEEDS, seeds)
        targets = seeds / "targets.csv"
        targets.write_bytes(targets.read_bytes().splitlines(keepends=True)[0])
        shutil.copytree(published_sample(shared).batches, data.batches)
        publish(data, build(loader.load(seeds), data), TESTER)

    return once(shared, "untargeted", make), seeds


def copied(data: DataDir, to: Path) -> DataDir:
    """A data folder of its own with the same content."""
    shutil.copytree(data.root, to)
    return DataDir(to)


def lacking(sample: DataDir, to: Path, *tables: str) -> DataDir:
    """A copy of the sample in which these tables never came in, neither as files nor in the checksums, published."""
    data = copied(sample, to)
    for table in tables:
        for batch in sorted((data.batches / table).glob("*.parquet")):
            checksums.forget(data, batch)
            batch.unlink()
    publish(data, build(loader.load(SEEDS), data), TESTER)
    return data


def _publish(data: DataDir, as_of: date, seeds: Path = SEEDS) -> None:
    catalog = loader.load(seeds)
    load_sample(catalog, data, as_of)
    publish(data, build(catalog, data), TESTER)


def once(shared: Path, name: str, make: Callable[[DataDir], None]) -> DataDir:
    """The data folder `name` under `shared`, made by whoever comes first; the others wait."""
    data, finished, failed = DataDir(shared / name), shared / f"{name}.built", shared / f"{name}.failed"
    try:
        (shared / f"{name}.claimed").mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 300
        while not finished.exists():
            assert not failed.exists(), f"another worker could not build {name}"
            assert time.monotonic() < deadline, f"another worker did not finish {name}"
            time.sleep(0.2)
        return data
    try:
        make(data)
    except BaseException:
        failed.touch()
        raise
    finished.touch()
    return data
