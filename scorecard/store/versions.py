"""Published versions: the pointer to the current one, a manifest for each, read-only connections.

A version is one immutable file, opened once: a replaced file would serve stale rows.
"""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from scorecard.errors import SeedErrors, StorageError
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
    # Prevents spilling case rows to disk. Must come after enable_external_access, which rejects it otherwise.
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
    audit: str = ""  # "number seal" of the last audit line before publication; older manifests have none


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
    last = next((known.version for known in manifests(data) if _is_whole(data, known.version)), None)
    if last is None:
        return Current(None)
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
    readable: list[VersionManifest] = []
    for path in data.versions.glob("*.json"):
        try:
            readable.append(manifest(data, path.stem))
        except StorageError:
            continue  # an unreadable record must not hide the readable ones; opening it says what is wrong
    return tuple(sorted(readable, key=lambda record: record.published_at, reverse=True))


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
    """Turn what a version built by an older program lacks, or has in another form, into a StorageError with a remedy."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException, SeedErrors) as error:
        raise StorageError(
            f"版本 {version}", "由较早的程序建成，现在的程序不能读取", "现在的程序建成的版本", "请另选一个版本"
        ) from error
