"""The published version, read-only: the only reader of the warehouse.

One immutable file per version, one pointer. A connection is opened per version and every query takes its own cursor:
a connection shared between threads gives wrong rows (facts, measured), a replaced file would serve stale ones.
"""

import json
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import duckdb

from scorecard.assessment.data_quality import TableState
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar import period as periods
from scorecard.calendar.period import Grain
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog, Indicator, PeriodState
from scorecard.errors import SeedErrors, StorageError
from scorecard.records.annotations import TABLE as ANNOTATIONS, Annotation, from_rows as annotation_rows
from scorecard.records.baselines import TABLE as BASELINES, Baseline, from_rows as baseline_rows
from scorecard.records.decisions import TABLE as DECISIONS, Decision, from_rows as decision_rows
from scorecard.records.parameters import TABLE as PARAMETERS, Parameter, from_rows as parameter_rows
from scorecard.records.targets import Target, from_rows
from scorecard.storage.data_dir import DataDir

# Given when connecting, not set afterwards: connections of one process to one file share an instance, and the second
# could not lock what the first has locked.
_LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "2GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "lock_configuration": True,
    # Rows of cases would otherwise be spilled into a folder beside the file. After enable_external_access: before it, refused.
    "temp_directory": "",
}


@dataclass(frozen=True)
class VersionManifest:
    """What was published: written once beside the warehouse file, never changed."""

    version: str
    published_at: str
    actor: str
    sample: bool
    as_of: Mapping[str, str]
    batches: tuple[Mapping[str, Any], ...]
    note: str = ""
    audit: str = (
        ""  # "number seal" of the last audit line before publication; what does not carry one is older
    )


@dataclass(frozen=True)
class Current:
    """The version readers should open, or None when nothing is published; `notice` says why it is not the newest."""

    version: str | None
    notice: str = ""


def current(data: DataDir) -> Current:
    """The published version. A pointer that cannot be read falls back to the last good version and says so."""
    try:
        named = data.pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        named = ""
    except (OSError, UnicodeDecodeError):
        named = "(无法读取)"
    if named and _is_whole(data, named):
        return Current(named)
    whole = [found for found in manifests(data) if _is_whole(data, found.version)]
    if not whole:
        return Current(None)
    last = whole[0].version
    return Current(last, f"发布指针损坏或缺失（{named[:40] or '空'}），已改用最近一次发布的版本 {last}")


def _is_whole(data: DataDir, version: str) -> bool:
    return version.isalnum() and data.manifest(version).is_file() and data.database(version).is_file()


def manifest(data: DataDir, version: str) -> VersionManifest:
    """The record of one published version. Raises StorageError when there is none."""
    path = data.manifest(version)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["batches"] = tuple(content["batches"])
        return VersionManifest(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"版本 {version}", "没有可读的发布记录", "versions/ 下的 JSON 文件", "请另选一个版本"
        ) from error


def manifests(data: DataDir) -> tuple[VersionManifest, ...]:
    """Every published version whose record is readable, newest first."""
    found: list[VersionManifest] = []
    for path in data.versions.glob("*.json"):
        try:
            found.append(manifest(data, path.stem))
        except StorageError:
            continue  # an unreadable record must not hide the readable ones; opening it says what is wrong
    return tuple(sorted(found, key=lambda one: one.published_at, reverse=True))


def is_pruned(data: DataDir, version: str) -> bool:
    """True for a version that was published and whose file the retention rule has removed."""
    return data.manifest(version).is_file() and not data.database(version).is_file()


def connect(data: DataDir, version: str) -> duckdb.DuckDBPyConnection:
    """A locked read-only connection to a version: no writing, no other file, no extension."""
    path = data.database(version)
    if is_pruned(data, version):
        raise StorageError(
            f"版本 {version}",
            "数据文件已按保留规则清理，不能再打开；发布记录和全部批次仍在",
            "没有清理的版本",
            "请在“版本”页另选一个版本",
        )
    if not path.is_file():
        raise StorageError(f"版本 {version}", "数据文件不存在", "已发布的版本", "请在“版本”页另选一个版本")
    try:
        return duckdb.connect(str(path), read_only=True, config=_LOCKED)
    except duckdb.IOException as error:
        raise StorageError(
            f"版本 {version}", "数据文件无法读取", "完整的版本文件", "请另选一个版本，或从备份恢复"
        ) from error


@contextmanager
def understood(version: str) -> Generator[None]:
    """What is read inside may not be there, or be written otherwise, in a version an older program built: said in words."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException, SeedErrors) as error:
        raise StorageError(
            f"版本 {version}",
            "由较早的程序建成，现在的程序不能读取",
            "现在的程序建成的版本",
            "请另选一个版本",
        ) from error


def catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """The definitions as they were when the version was built."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT name, content FROM seed_file").fetchall()
    return loader.parse(dict(rows))


def series(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, grain: Grain, department: str, scope: str
) -> dict[str, tuple[IndicatorValue, ...]]:
    """Every indicator's readings of one grain, department and scope, in time order."""
    where = "grain = ? AND department = ? AND scope = ?"
    keys = [grain, department, scope]
    with connection.cursor() as cursor:
        rows = cursor.execute(
            "SELECT indicator, period, numerator, denominator, base, state FROM indicator_value"
            f" WHERE {where} ORDER BY indicator, period",
            keys,
        ).fetchall()
        staged = cursor.execute(
            f"SELECT indicator, period, name, numerator, denominator FROM indicator_part"
            f" WHERE {where} AND name <> '' ORDER BY part",
            keys,
        ).fetchall()
    parts: dict[tuple[str, str], list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for indicator, key, name, numerator, denominator in staged:
        parts[indicator, key].append((name, numerator or Decimal(0), denominator or Decimal(0)))
    found: dict[str, list[IndicatorValue]] = defaultdict(list)
    for indicator, key, numerator, denominator, base, state in rows:
        one = periods.parse(grain, key)
        assert one is not None
        stages = tuple(parts.get((indicator, key), ()))
        found[indicator].append(
            IndicatorValue(
                indicator=indicator,
                period=one,
                department=department,
                scope=scope,
                numerator=numerator,
                denominator=denominator,
                base=int(base or 0),
                exact=_exact(catalog.indicators[indicator], numerator, denominator, stages),
                state=cast(PeriodState, state),
                parts=stages,
            )
        )
    return {indicator: tuple(readings) for indicator, readings in found.items()}


def _exact(
    indicator: Indicator,
    numerator: Decimal | None,
    denominator: Decimal | None,
    stages: tuple[tuple[str, Decimal, Decimal], ...],
) -> Fraction | None:
    """numerator ÷ denominator in the indicator's unit, or the sum of the stages' means; None where undefined."""
    halves = [(top, bottom) for _, top, bottom in stages] if stages else [(numerator, denominator)]
    total = Fraction(0)
    for top, bottom in halves:
        if top is None or (bottom is not None and bottom <= 0):
            return None
        total += Fraction(top) / (Fraction(bottom) if bottom is not None else 1)
    up, down = indicator.scale
    return total * up / down


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, TableState]:
    """Every table that came from extracts, with what the data say against it."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT table_id, as_of, rows, batches, aside FROM table_state").fetchall()
        faults = cursor.execute("SELECT table_id, reason FROM table_fault").fetchall()
    return {
        row[0]: TableState(*row, faults=tuple(reason for table, reason in faults if table == row[0]))
        for row in rows
    }


def is_sample(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the version was built from invented rows."""
    with connection.cursor() as cursor:
        return cursor.execute("SELECT value FROM meta WHERE key = 'sample'").fetchall() == [("true",)]


def targets(connection: duckdb.DuckDBPyConnection) -> tuple[Target, ...]:
    """All targets ever recorded, in the order they were recorded."""
    return from_rows(_dictionaries(connection, "targets"))


def baselines(connection: duckdb.DuckDBPyConnection) -> tuple[Baseline, ...]:
    """All decisions to re-base, in the order they were recorded."""
    return baseline_rows(_dictionaries(connection, BASELINES))


def annotations(connection: duckdb.DuckDBPyConnection) -> tuple[Annotation, ...]:
    """All marks on the time axis, in the order they were recorded."""
    return annotation_rows(_dictionaries(connection, ANNOTATIONS))


def decisions(connection: duckdb.DuckDBPyConnection) -> tuple[Decision, ...]:
    """What sessions decided, as far as the version holds it, in the order it was recorded."""
    return decision_rows(_dictionaries(connection, DECISIONS))


def parameters(connection: duckdb.DuckDBPyConnection) -> tuple[Parameter, ...]:
    """All dated parameters."""
    return parameter_rows(_dictionaries(connection, PARAMETERS))


def _dictionaries(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        exists = cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall()
        if not exists:
            return []
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY _batch, _line')
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def doubts(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Reasons in the data why an indicator must not be judged."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT indicator, reason FROM indicator_doubt").fetchall()
    found: dict[str, list[str]] = defaultdict(list)
    for indicator, reason in rows:
        found[indicator].append(reason)
    return {indicator: tuple(reasons) for indicator, reasons in found.items()}


def departments(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Departments that have values of their own; callers put them in the plan's order."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT DISTINCT department FROM indicator_value ORDER BY 1").fetchall()
    return tuple(row[0] for row in rows)
