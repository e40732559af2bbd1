"""The same court built by DuckDB and by Spark on this machine: seconds, peak memory, and what a cluster would move about."""

import json
import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from etl.engines.choice import EngineChoice
from etl.warehouse.build import build
from scorecard.storage.data_dir import DataDir
from tests.bench import data
from tests.bench.process import alone, peak_mib
from tests.bench.report import Finding, times

MEMORY = "3g"  # of the Java process


@dataclass(frozen=True)
class Moved:
    """What all tasks of a build read from the batches, sent to one another, and sent back; seconds of all cores."""

    read: int
    shuffled: int
    returned: int
    core_seconds: float


def measure(folder: Path, sample: DataDir, sizes: list[int]) -> list[Finding]:
    """For every number of cases both engines, each in a fresh process; the same waist."""
    if find_spec("pyspark") is None:
        return [Finding("Spark is not installed: make spark", "")]
    findings: list[Finding] = []
    for rows in sizes:
        court = data.large_court(folder / f"court-{rows}", sample, rows)
        (here, _), peak = alone(_built, court, EngineChoice())
        log = folder / f"log-{rows}"
        log.mkdir()
        (there, java), python = alone(_built, court, EngineChoice("spark"), log)
        moved = _moved(log)
        name = f"{rows:.0e} rows".replace("e+0", "e")
        findings += [
            Finding(f"{name}: Spark / DuckDB", times(there, here), footnote=f"{there:.1f} s / {here:.1f} s"),
            Finding("    peak memory, DuckDB", f"{peak:.0f} MiB"),
            Finding(
                "    peak memory, Spark",
                f"{java + python:.0f} MiB",
                footnote=f"of it Java {java:.0f} MiB, {MEMORY} allowed",
            ),
            Finding("    read from the batches", f"{moved.read / 2**20:.0f} MiB"),
            Finding("    shuffled", f"{moved.shuffled / 2**20:.1f} MiB"),
            Finding("    returned to the version's file", f"{moved.returned / 2**20:.1f} MiB"),
            Finding("    tasks, seconds of all cores", f"{moved.core_seconds:.0f} s"),
        ]
        shutil.rmtree(court.root)
    return findings


def _built(court: DataDir, engine: EngineChoice, log: Path | None = None) -> tuple[float, float]:
    """Seconds of the build, and the peak memory in MiB of the Java process, if there is one."""
    if log is not None:
        event_log = (
            f"spark.eventLog.enabled=true --conf spark.eventLog.compress=false --conf spark.eventLog.dir={log.as_uri()}"
        )
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-memory {MEMORY} --conf {event_log} pyspark-shell"
    start = perf_counter()
    build(data.catalog(), court, engine)
    seconds = perf_counter() - start
    java = [peak_mib(one) for one in _children() if b"java" in Path(f"/proc/{one}/cmdline").read_bytes()[:200]]
    return seconds, sum(java)


def _children() -> list[int]:
    own = f"/proc/{os.getpid()}/task"
    return [int(one) for task in Path(own).iterdir() for one in (task / "children").read_text(encoding="ascii").split()]


def _moved(log: Path) -> Moved:
    read = shuffled = returned = milliseconds = 0
    for path in (one for one in log.rglob("*") if one.is_file()):
        for line in path.read_text(encoding="utf-8").splitlines():
            if '"SparkListenerTaskEnd"' in line:
                told = json.loads(line)["Task Metrics"]
                read += told["Input Metrics"]["Bytes Read"]
                shuffled += told["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                returned += told["Result Size"]
                milliseconds += told["Executor Run Time"]
    return Moved(read, shuffled, returned, milliseconds / 1000)
