"""The same court built by DuckDB and by Spark on this machine: seconds, peak memory, and what a cluster would move about."""

import json
import os
import signal
from concurrent.futures.process import BrokenProcessPool
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
AT_MOST = 2400  # seconds a build may take


@dataclass(frozen=True)
class Moved:
    """Queries; what all their tasks read from the batches, sent to one another, and sent back; seconds of all cores."""

    queries: int
    read: int
    shuffled: int
    returned: int
    core_seconds: float


def measure(folder: Path, sample: DataDir, rows: int) -> list[Finding]:
    """Of so many cases both engines, each in a fresh process; the same waist."""
    if find_spec("pyspark") is None:
        return [Finding("Spark is not installed: make spark", "")]
    court = data.large_court(folder / "court", sample, rows)
    log = folder / "log"
    log.mkdir()
    here, there = _bounded(court, EngineChoice()), _bounded(court, EngineChoice("spark"), log)
    moved = _moved(log)
    name = f"{rows:.0e} rows: Spark / DuckDB".replace("e+0", "e")
    figure = times(there.seconds, here.seconds) if here and there else f"not ended within {AT_MOST} s"
    findings = [Finding(name, figure, footnote=f"{_told(there)} / {_told(here)}")]
    if here:
        findings.append(Finding("    peak memory, DuckDB", f"{here.python:.0f} MiB"))
    if there:
        of_java = f"of it Java {there.java:.0f} MiB, {MEMORY} allowed"
        findings.append(Finding("    peak memory, Spark", f"{there.java + there.python:.0f} MiB", footnote=of_java))
    return [
        *findings,
        Finding("    queries" if there else "    queries ended", f"{moved.queries}"),
        Finding("    read from the batches", f"{moved.read / 2**20:.0f} MiB"),
        Finding("    shuffled", f"{moved.shuffled / 2**20:.1f} MiB"),
        Finding("    returned to the version's file", f"{moved.returned / 2**20:.1f} MiB"),
        Finding("    tasks, seconds of all cores", f"{moved.core_seconds:.0f} s"),
    ]


@dataclass(frozen=True)
class Built:
    """A build that ended: its seconds, and the peak memory in MiB of its two processes."""

    seconds: float
    java: float
    python: float


def _told(built: Built | None) -> str:
    return f"{built.seconds:.1f} s" if built else f"not ended within {AT_MOST} s"


def _bounded(court: DataDir, engine: EngineChoice, log: Path | None = None) -> Built | None:
    """The build in a process of its own; None where it did not end in time. Any other death is an error of its own."""
    start = perf_counter()
    try:
        (seconds, java), python = alone(_built, court, engine, log)
    except BrokenProcessPool:
        if perf_counter() - start < AT_MOST:
            raise
        return None
    return Built(seconds, java, python)


def _built(court: DataDir, engine: EngineChoice, log: Path | None) -> tuple[float, float]:
    """Seconds of the build, and the peak memory in MiB of the Java process, if there is one."""
    signal.alarm(
        AT_MOST
    )  # nothing handles it here: the process ends, and Java with it, whose standard input that closes
    if log is not None:
        event_log = (
            f"spark.eventLog.enabled=true --conf spark.eventLog.compress=false --conf spark.eventLog.dir={log.as_uri()}"
        )
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-memory {MEMORY} --conf {event_log} pyspark-shell"
    start = perf_counter()
    build(data.catalog(), court, engine)
    seconds = perf_counter() - start
    signal.alarm(0)
    java = [peak_mib(one) for one in _children() if b"java" in Path(f"/proc/{one}/cmdline").read_bytes()[:200]]
    return seconds, sum(java)


def _children() -> list[int]:
    own = f"/proc/{os.getpid()}/task"
    return [int(one) for task in Path(own).iterdir() for one in (task / "children").read_text(encoding="ascii").split()]


def _moved(log: Path) -> Moved:
    read = shuffled = returned = milliseconds = queries = 0
    for path in (one for one in log.rglob("*") if one.is_file()):
        for line in path.open(encoding="utf-8"):
            queries += "SparkListenerSQLExecutionEnd" in line
            if '"SparkListenerTaskEnd"' in line:
                told = json.loads(line)["Task Metrics"]
                read += told["Input Metrics"]["Bytes Read"]
                shuffled += told["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                returned += told["Result Size"]
                milliseconds += told["Executor Run Time"]
    return Moved(queries, read, shuffled, returned, milliseconds / 1000)
