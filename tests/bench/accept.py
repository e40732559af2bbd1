"""The door against the barest thing a database can do with the same file: load it, all text, into a table. And the memory
that a wrong file takes.
"""

from pathlib import Path
from statistics import median

import duckdb

from etl.intake import accept as door, batches
from etl.intake.examine import examine
from etl.reading import decoding, headers, staging
from etl.reading.rules import Rules
from etl.reading.typed_rows import TypedRows
from scorecard.storage.data_dir import DataDir
from tests.bench import data
from tests.bench.process import alone
from tests.bench.report import Finding, in_turn, ratio
from tests.bench.stopwatch import Stages, stopwatches

# What takes time on the way, in its order; a stage within another one is taken off that one.
STAGES: Stages = (
    ("checks of the bytes", decoding, "not_text"),
    ("decoding", decoding, "decode"),
    ("header", headers, "find_header"),
    ("read into a table", staging, "stage"),
    ("cells to types", TypedRows, "create"),
    ("rules between columns", Rules, "check"),
    ("keys and duplicates", Rules, "_doubled"),
    ("parquet", batches, "write_batch"),
)


def measure(folder: Path, rows: int) -> list[Finding]:
    """Findings for UTF-8, GB18030 and an untidy file; the bare load of the UTF-8 file is the base of all three.

    The database has no GB18030 of its own, so the base of that one is the same rows in UTF-8.
    """
    found = data.catalog()
    clean, recoded, untidy = (folder / f"{name}.csv" for name in ("utf8", "gb18030", "untidy"))
    data.write_extract(clean, rows, found)
    data.recode(clean, recoded)
    data.make_untidy(clean, untidy)
    wanted = (("UTF-8", clean, 3.0), ("GB18030", recoded, 5.0), ("GB18030, untidy", untidy, None))
    findings: list[Finding] = []
    for name, path, at_most in wanted:
        (bare, whole, stages), peak = alone(_compared, clean, path, folder / f"data-{path.stem}")
        size = f"{path.stat().st_size / 1e6:.0f} MB, peak {peak:.0f} MiB"
        findings.append(ratio(f"{name}: accept / bare load", whole, bare, at_most, size))
        findings += [
            Finding(f"    {stage}", f"{seconds / bare:.2f}x", footnote="") for stage, seconds in stages.items()
        ]
    return [*findings, _wrong_lines(500_000)]


def _wrong_lines(lines: int) -> Finding:
    """The peak of a process that examines so many lines of one cell under the header of `cases`."""
    _, peak = alone(_examine_wrong_lines, lines)
    return Finding(f"{lines:,} lines of one cell: peak of examining", f"{peak:.0f} MiB")


def _examine_wrong_lines(lines: int) -> None:
    found = data.catalog()
    table = found.tables["cases"]
    header = ",".join(column.header for column in table.columns.values())
    raw = (header + "\n" + "a\n" * lines).encode()
    assert examine(raw, "wrong.csv", table, found, data.AS_OF).refused


def _compared(clean: Path, path: Path, folder: Path) -> tuple[float, float, dict[str, float]]:
    """Median seconds of the bare load, of accept in turn with it, and of each stage of accept."""
    attempts: list[dict[str, float]] = []
    found = data.catalog()
    table = found.tables["cases"]

    def accept() -> None:
        into = DataDir(folder / str(len(attempts)))  # a folder of its own: a known file would not be read again
        with stopwatches(STAGES, door) as seconds:
            door.accept(path.read_bytes(), path.name, table, found, data.AS_OF, data.ACTOR, into)
        attempts.append(seconds)

    bare, whole = in_turn(lambda: _bare_load(clean), accept)
    return bare, whole, {stage: median(one[stage] for one in attempts) for stage, _, _ in STAGES}


def _bare_load(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE bare AS SELECT * FROM read_csv('{path}', header = true, all_varchar = true)")
