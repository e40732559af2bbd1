"""The build against touching every column it needs once, and against what somebody would write by hand in SQL."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from etl.duckdb_connection import open_build
from etl.engines.engine import DuckDBEngine
from etl.versions.publish import publish
from etl.warehouse import build, data_faults, increment, rollup, silent_columns, tables
from scorecard.catalog.definitions import Indicator
from scorecard.storage import atomic_files
from scorecard.storage.data_dir import DataDir
from tests.bench import data
from tests.bench.process import alone
from tests.bench.report import Finding, in_turn, ratio, times
from tests.bench.stopwatch import Stages, stopwatches

BY_HAND = Path(__file__).with_name("by_hand.sql")
FIRST_MONTH = date(2024, 1, 1)
MEMORY_MIB = 4096
AIMS = {100_000: 5, 1_000_000: 3, 10_000_000: 2.5}  # at so many rows of cases
BUILD_STAGES: Stages = (
    ("tables", tables, "load"),
    ("roll-up", rollup, "compute"),
    ("silent columns", silent_columns, "write"),
    ("doubts", data_faults, "write"),
    ("descriptions", build, "_describe"),
    ("put in place", atomic_files, "replace_atomically"),
)

# Indicator -> the columns of by_hand.sql that are its halves: the yardstick must give the same numbers.
HALVES: dict[str, tuple[str, str | None]] = {
    "model_judgment_parallel_count": ("model", None),
    "securities_crime_closed_count": ("securities_crime", None),
    "investor_case_median_days": ("investor_days", None),
    "online_hearing_rate": ("online_hearings", "hearings"),
    "small_claims_mean_days": ("small_claims_days", "small_claims_known"),
    "preservation_rate": ("preserved", "filed"),
    "pending_over_12m_share": ("old", "pending"),
    "within_limit_closure_rate": ("within_limit", "limited"),
    "first_instance_appeal_rate": ("appealed", "appealable"),
    "small_claims_conversion_rate": ("converted", "ever_small_claims"),
    "small_claims_rate": ("small_claims", "civil"),
    "announcement_service_rate": ("announced", "civil"),
    "e_service_case_rate": ("e_served", "served"),
}
# Indicators of several tables have no departments: their stages are compared for the whole court.
STAGES = {"立案": ("sales_filing_days", "sales_filed"), "一审": ("sales_days", "sales")}


def measure(folder: Path, sample: DataDir, sizes: list[int]) -> list[Finding]:
    """Findings for every number of cases: roll-up against its yardsticks, then the whole build and its memory."""
    findings: list[Finding] = []
    for rows in sizes:
        court, _ = alone(data.large_court, folder / f"court-{rows}", sample, rows)
        (whole, alone_cases, touched, by_hand), peak = alone(_rolled_up, court, folder / f"rolled-{rows}")
        name = f"{rows:.0e} rows".replace("e+0", "e")
        findings += [
            ratio(f"{name}: roll-up of all indicators / by hand", whole, by_hand, AIMS[rows]),
            ratio("    of it, indicators on cases alone / by hand", alone_cases, by_hand),
            ratio("    roll-up of all indicators / touching every used column", whole, touched),
            Finding("    peak memory, tables loaded and rolled up", f"{peak:.0f} MiB", *_memory(peak)),
        ]
        (seconds, stages, size), peak = alone(_built, court)
        split = ", ".join(f"{stage} {part / seconds:.0%}" for stage, part in stages.items())
        findings += [
            Finding("    whole build / by hand", times(seconds, by_hand), footnote=f"{seconds:.2f} s: {split}"),
            Finding(
                "    peak memory of the whole build",
                f"{peak:.0f} MiB",
                *_memory(peak),
                footnote=f"version of {size:.0f} MiB",
            ),
        ]
        if rows > increment.LARGE:  # its version is worth beginning from
            (added, whole), _ = alone(_month_added, court, rows)
            findings.append(ratio("    a month added to it / the same version built whole", added, whole))
        shutil.rmtree(court.root)
    return findings


def _month_added(court: DataDir, rows: int) -> tuple[float, float]:
    """Seconds of the version with one month more, begun as a copy of the published one, and of the same built whole."""
    found = data.catalog()
    publish(court, build.build(found, court), data.ACTOR)
    data.add_month(court, rows, found)
    batches = build.chosen_batches(court)
    start = perf_counter()
    build.build_of(found, court, batches)
    added = perf_counter() - start
    start = perf_counter()
    build.build_of(found, court, batches, anew=True)
    return added, perf_counter() - start


def _memory(peak: float) -> tuple[str, bool]:
    return f"<= {MEMORY_MIB} MiB", peak <= MEMORY_MIB


def _rolled_up(court: DataDir, folder: Path) -> tuple[float, float, float, float]:
    """Seconds of the roll-up, of the one of the indicators on cases alone, of touching the columns, and by hand."""
    folder.mkdir()
    found = data.catalog()
    connection = open_build(folder / "tables.duckdb", folder / "spill")
    try:
        as_of = tables.load(DuckDBEngine(connection), found, build.chosen_batches(court))
        connection.execute("CHECKPOINT")
        on_cases = [one for one in found.indicators.values() if one.formula.tables == ("cases",)]
        used = data.used_columns(found, "cases")
        touching = f"SELECT {', '.join(f'bit_xor(hash({column}))' for column in used)} FROM cases"
        before = _tables(connection)

        def roll_up(chosen: Sequence[Indicator], check: bool = False) -> None:
            rollup.compute(DuckDBEngine(connection), found, as_of, chosen)
            if check:
                _compare(connection, _by_hand(connection))
            for table in _tables(connection) - before:
                connection.execute(f'DROP TABLE "{table}"')

        every = tuple(found.indicators.values())
        roll_up(every, check=True)
        seconds = in_turn(
            lambda: roll_up(every),
            lambda: roll_up(on_cases),
            lambda: connection.execute(touching).fetchall(),
            lambda: _by_hand(connection),
        )
        return seconds[0], seconds[1], seconds[2], seconds[3]
    finally:
        connection.close()
        shutil.rmtree(folder)


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def _by_hand(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What the statement gives, a dictionary a month and department."""
    parameters = {"as_of": data.AS_OF, "first_month": FIRST_MONTH}
    cursor = connection.execute(BY_HAND.read_text(encoding="utf-8"), parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _compare(connection: duckdb.DuckDBPyConnection, by_hand: list[dict[str, Any]]) -> None:
    """Raise AssertionError where the waist and the statement written by hand differ in any number."""
    expected: dict[tuple[str, ...], tuple[Decimal | None, Decimal | None]] = {}
    stages: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in by_hand:
        for indicator, (top, bottom) in HALVES.items():
            key = (indicator, row["period"], row["department"])
            expected[key] = (_exact(row[top], indicator), None if bottom is None else _exact(row[bottom]))
        for stage, halves in STAGES.items():
            for half, column in enumerate(halves):
                stages[stage, row["period"]][half] += _exact(row[column]) or 0
    found = {
        tuple(key): (top, bottom)
        for *key, top, bottom in connection.execute(
            "SELECT indicator, period, department, numerator, denominator FROM indicator_value"
            " WHERE grain = 'month' AND scope = 'all' AND department <> 'all' AND list_contains(?, indicator)",
            [list(HALVES)],
        ).fetchall()
    }
    staged = {
        (name, period): [top, bottom]
        for name, period, top, bottom in connection.execute(
            "SELECT name, period, numerator, denominator FROM indicator_part WHERE grain = 'month' AND scope = 'all'"
            " AND department = 'all' AND indicator = 'sales_contract_total_days' AND list_contains(?, name)",
            [list(STAGES)],
        ).fetchall()
    }
    for ours, theirs in ((found, expected), (staged, dict(stages))):
        differing = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        if differing or not ours:
            key = min(differing, default=None)
            raise AssertionError(
                f"{len(differing)} of {len(ours)} numbers differ: {key} {ours.get(key)} {theirs.get(key)}"
            )


def _exact(value: Any, indicator: str = "") -> Decimal | None:
    """A half as the waist holds it: no row is zero, except for a median."""
    if value is None:
        return None if indicator.endswith("_median_days") else Decimal(0)
    return Decimal(str(value))


def _built(court: DataDir) -> tuple[float, dict[str, float], float]:
    """Seconds of the whole build, seconds of its stages, and the size of the version in MiB."""
    found = data.catalog()
    start = perf_counter()
    with stopwatches(BUILD_STAGES, build) as stages:
        version = build.build(found, court)
    seconds = perf_counter() - start
    return seconds, dict(stages), court.database(version).stat().st_size / 2**20
