"""A published sample version, built once for all workers through the production path; tests that change it copy it."""

import shutil
import time
from datetime import date
from pathlib import Path

from etl.build import build
from etl.publish import publish
from etl.sample import load_sample
from scorecard import catalog as catalogs
from scorecard.layout import DataDir
from tests.actors import TESTER

AS_OF = date(2026, 10, 31)
SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def published_sample(shared: Path) -> DataDir:
    """The sample's data folder under `shared`, built by whichever worker comes first."""
    data, finished, claim = DataDir(shared / "sample"), shared / "sample.built", shared / "sample.claimed"
    try:
        claim.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 180
        while not finished.exists():
            assert time.monotonic() < deadline, "another worker did not finish the sample"
            time.sleep(0.2)
        return data
    catalog = catalogs.load(SEEDS)
    load_sample(catalog, data, AS_OF)
    publish(data, build(catalog, data), TESTER)
    finished.touch()
    return data


def copied(data: DataDir, to: Path) -> DataDir:
    """A data folder of its own with the same content."""
    shutil.copytree(data.root, to)
    return DataDir(to)
