"""`python -m tests.bench.run [part …] [--rows N]`: figures of one run, as ratios. Nothing here asserts a time.

Parts: accept, build, growth, spark, reruns, touch, sessions, publication, exports; all but spark without a name. `--rows` bounds
the largest table; spark has exactly so many: up to 1e8, with 20 GB of disk and an hour.
"""

import argparse
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from scorecard.storage.data_dir import DataDir
from tests.bench import accept, build, data, exports, growth, pages, spark, touch
from tests.bench.report import Finding, machine, show

SIZES = (100_000, 1_000_000, 10_000_000)
LARGEST = 10_000_000
AT_MOST = {"spark": 3600}  # seconds a part may take, others:
USUALLY = 1200


def main() -> None:
    """Run the parts asked for in a temporary folder that is removed whatever happens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"which of {', '.join(_TITLES)}; all without a name")
    parser.add_argument("--rows", type=float, default=LARGEST, help="rows of the largest table")
    call = parser.parse_args()
    if unknown := [part for part in call.parts if part not in _TITLES]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(_TITLES)}")
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        _run(folder, call.parts or [part for part in _TITLES if part != "spark"], int(call.rows))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_TITLES = {
    "accept": "Accept against a bare load of the same rows",
    "build": "Build against a pass written by hand",
    "growth": "Three years of a court's months",
    "spark": "The same build by DuckDB and by Spark",
    "reruns": "A page's rerun against a one-line page",
    "touch": "From the press to the picture, in Chromium",
    "sessions": "Many readers at once",
    "publication": "A publication while many read",
    "exports": "Twenty pictures at once beside readers",
}


def _run(folder: Path, parts: list[str], rows: int) -> None:
    sample = DataDir(folder / "sample")
    if set(parts) - {"accept", "growth"}:
        data.sample_court(sample.root)
    jobs: dict[str, Callable[[], list[Finding]]] = {
        "accept": lambda: accept.measure(_new(folder, "accept"), min(rows, 1_000_000)),
        "build": lambda: build.measure(_new(folder, "build"), sample, [size for size in SIZES if size <= rows]),
        "growth": lambda: growth.measure(_new(folder, "growth")),
        "spark": lambda: spark.measure(_new(folder, "spark"), sample, rows),
        "reruns": lambda: pages.reruns(_new(folder, "reruns"), sample, _large(folder, sample, rows)),
        "touch": lambda: touch.measure(_new(folder, "touch"), sample),
        "sessions": lambda: pages.sessions(_new(folder, "sessions"), sample),
        "publication": lambda: pages.publication(_new(folder, "publication"), sample),
        "exports": lambda: exports.measure(_new(folder, "exports"), sample),
    }
    for part in parts:
        show(_TITLES[part], _bounded(jobs[part], AT_MOST.get(part, USUALLY)))


def _bounded(job: Callable[[], list[Finding]], at_most: int) -> list[Finding]:
    """What the job finds; a server or browser that no longer answers ends the run, and what was started with it."""

    def too_long(*_: object) -> None:
        raise TimeoutError(f"a part took longer than {at_most} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(at_most)
    try:
        return job()
    finally:
        signal.alarm(0)


def _new(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def _large(folder: Path, sample: DataDir, rows: int) -> DataDir:
    large = data.large_court(folder / "large", sample, rows)
    data.build_and_publish(large.root)
    return large


if __name__ == "__main__":
    main()
