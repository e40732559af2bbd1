"""Published versions: the pointer to the current one, a manifest for each, read-only connections, and which are never pruned.

A version is one immutable file, opened once: a replaced file would serve stale rows. An export cites its version, which is then
retained; a note names the export and the user.
"""

import errno
import json
import os
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import duckdb

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import SeedErrors, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, refused_by_system, remove_stale_temporaries, storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted
from scorecard.store import warehouse

# Given when connecting, not set afterwards: connections of one process to one file share an instance, and the second
# could not lock what the first has locked.
_LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "2GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_LOCKING = threading.Lock()


DAMAGED = "数据文件已损坏"
_REFUSED = (errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
_EARLIER = "由较早的程序建成，现在的程序不能读取"
_REMEDY = "请另选一个版本；重新启动看板（python -m etl start）会用批次重建它"
_FileKey = tuple[str, int, int, int, int]  # path, inode, size and times of a version's file
_READ: dict[_FileKey, str] = {}  # why the file cannot be read, "" where it can


class _NotNow(StorageError):
    """The machine refuses for now; nothing is wrong with the version."""


class DamagedVersion(StorageError):
    """The file of a version cannot be read to its end."""


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
    """The version readers should open, or None when none can be; `notice` says why it is not the one that was published."""

    version: str | None
    notice: str = ""


def current(data: DataDir) -> Current:
    """The published version; where it cannot be read, the newest one that can, and a notice that says so."""
    last_pointed = pointed(data)  # read once: it moves while others publish and roll back
    published = last_pointed if _is_recorded(data, last_pointed) else named(data)
    if published is None:
        return Current(None)
    reason = unreadable(data, published)
    if not reason and last_pointed == published:
        return Current(published)
    if not reason:
        return Current(published, f"发布指针损坏或缺失，已改用最近一次发布的版本 {published}")
    others = (known.version for known in manifests(data) if known.version != published)
    last = next((version for version in others if not unreadable(data, version)), None)
    if last is None:
        return Current(None, f"最近发布的版本 {published} 不能读取：{reason}；没有其他能读取的版本")
    return Current(last, f"正在显示较早的版本 {last}，最近发布的版本 {published} 不能读取：{reason}")


def named(data: DataDir) -> str | None:
    """The version that was published last: by the pointer; where that is lost, by the audit; then by the records of versions."""
    if _is_recorded(data, last := pointed(data)):
        return last
    told = reversed(audit.subjects_of(data, ("发布", "回退", "补记")))
    known = (record.version for record in manifests(data))
    return next((version for version in (*told, *known) if _is_recorded(data, version)), None)


def pointed(data: DataDir) -> str:
    """What the pointer says, whatever it is; empty when it cannot be read."""
    try:
        return data.pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_recorded(data: DataDir, version: str) -> bool:
    """Whether there is a record of this publication, or a copy of one, damaged or not."""
    if not (version.isalnum() and version.isascii() and len(version) < 65):
        return False
    return data.manifest(version).is_file() or not _lacks_record(data, version)


def _lacks_record(data: DataDir, version: str) -> bool:
    try:
        manifest(data, version)
    except StorageError:
        return True
    return False


def unreadable(data: DataDir, version: str, *, thoroughly: bool = False) -> str:
    """Why today's program cannot read the file of a version; empty when it can. `thoroughly` reads every row of it.

    The answer holds as long as the file is the same; what a reader found damaged later counts too.
    """
    if data.manifest(version).is_file() and _lacks_record(data, version):
        return "发布记录已损坏"
    key = _file_key(data.database(version))
    if key is None:
        return _why_gone(data, version)
    if thoroughly and not _READ.get(key):
        _READ.pop(key, None)
    if key not in _READ:
        try:
            with closing(connect(data, version)) as connection, understood(version):
                _read_through(connection, thoroughly=thoroughly)
            _READ[key] = ""
        except _NotNow as error:
            return error.found
        except StorageError as error:
            _READ[key] = error.found
    return _READ[key]


def program_of(data: DataDir, version: str) -> str:
    """What computed the numbers of a readable version; empty where an earlier program did. Raises StorageError."""
    with closing(connect(data, version)) as connection:
        return warehouse.program(connection)


def written_at(data: DataDir, version: str) -> float:
    """When the file of a version was written; 0 when it is not there. A rebuilt file is another one."""
    key = _file_key(data.database(version))
    return key[3] if key else 0


def _file_key(path: Path) -> _FileKey | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return str(path), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _read_through(connection: duckdb.DuckDBPyConnection, *, thoroughly: bool) -> None:
    """Read what every page needs, or every row. Raises StorageError."""
    for read in (
        warehouse.catalog, warehouse.targets, warehouse.doubts, warehouse.tables, warehouse.departments,
        warehouse.baselines, warehouse.annotations, warehouse.official_values, warehouse.remarks,
        warehouse.silent_columns, warehouse.is_sample,
    ):  # fmt: skip
        read(connection)
    if thoroughly:
        _read_every_row(connection)


def _read_every_row(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT table_name FROM duckdb_tables() WHERE NOT internal"
    for (table,) in warehouse.fetched(connection, query):
        warehouse.fetched(connection, f'SELECT bit_xor(hash(whole_row)) FROM "{table}" AS whole_row')


def manifest(data: DataDir, version: str) -> VersionManifest:
    """The record of one published version. Raises StorageError when there is none."""
    path = data.manifest(version)
    try:
        return _parsed(checksums.read(data, path))
    except (OSError, ValueError, KeyError, TypeError, StorageError) as error:
        raise StorageError(
            f"版本 {version}", "没有可读的发布记录", "versions/ 下的 JSON 文件", "请另选一个版本"
        ) from error


@lru_cache(maxsize=512)
def _parsed(content: bytes) -> VersionManifest:
    known: dict[str, Any] = json.loads(content)
    known["batches"] = tuple(known["batches"])
    return VersionManifest(**known)


def manifests(data: DataDir) -> tuple[VersionManifest, ...]:
    """Every published version whose record is readable, newest first."""
    readable: list[VersionManifest] = []
    for path in FolderChecks(data, data.versions).paths("*.json"):
        try:
            readable.append(manifest(data, path.stem))
        except StorageError:
            continue  # an unreadable record must not hide the readable ones; opening it says what is wrong
    return tuple(sorted(readable, key=lambda record: record.published_at, reverse=True))


def is_pruned(data: DataDir, version: str) -> bool:
    """True for a version that was published and whose file is not there any more, as a rule removed by retention."""
    return data.manifest(version).is_file() and not data.database(version).is_file()


def _why_gone(data: DataDir, version: str) -> str:
    """Why the file of a version is not there: removing it by the rule takes back its check, losing it does not."""
    path = data.database(version)
    pruned = is_pruned(data, version) and version != pointed(data) and not FolderChecks(data, path.parent).of(path)
    return "数据文件已按保留规则清理，不能再打开；发布记录和全部批次仍在" if pruned else "数据文件不存在"


def connect(data: DataDir, version: str) -> duckdb.DuckDBPyConnection:
    """A locked read-only connection to a version: no writing, no file but the batches, no extension.

    Whatever the database raises through it is a StorageError.
    """
    path = data.database(version)
    if not path.is_file():
        found = _why_gone(data, version)
        raise StorageError(f"版本 {version}", found, "数据文件仍在的已发布版本", "请在“版本”页另选一个版本")
    if checksums.state(data, path) == "damaged":
        raise DamagedVersion(f"版本 {version}", DAMAGED, "建成时的原样", _REMEDY)
    key = _file_key(path)
    with _database_errors(version, key):
        opened = _locked(path, data)
    return cast(duckdb.DuckDBPyConnection, _Guarded(opened, version, key))


def _locked(path: Path, data: DataDir) -> duckdb.DuckDBPyConnection:
    """A version that Spark counted looks for its case rows in the batches: these it may read, and no other file.

    Said once for all connections to a file, and after opening: DuckDB takes no allowed folder before. Views name the batches
    from the data folder on, and a name is asked for as it stands before it is looked up: so the folder is allowed by both.
    """
    beside = {**_LOCKED, "file_search_path": str(data.root.resolve())}
    opened = duckdb.connect(str(path), read_only=True, config=beside)
    with _LOCKING:
        ((locked,),) = opened.execute("SELECT current_setting('lock_configuration')").fetchall()
        if not locked:
            opened.execute(
                f"SET allowed_directories = [{quoted(str(data.batches.resolve()))}, {quoted(data.batches.name)}];"
                "SET temp_directory = '';"  # case rows are never spilled to disk
                "SET enable_external_access = false; SET lock_configuration = true"
            )
    return opened


def is_readable(path: Path) -> bool:
    """Whether every row of a version's file that has no checksum yet can be read."""
    try:
        with closing(_locked(path, DataDir(path.parents[1]))) as connection:
            _read_every_row(connection)
    except duckdb.Error:
        return False
    return True


class _Guarded:
    """A connection, cursor or relation of a version: what the database raises leaves it as a StorageError."""

    def __init__(self, opened: Any, version: str, key: _FileKey | None) -> None:
        self._opened, self._version, self._key = opened, version, key
        self.answers: dict[tuple[str, str], list[tuple[Any, ...]]] = {}  # by query and values: the file never changes

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._opened, name)
        if not callable(found):
            return found

        def call(*values: Any, **named: Any) -> Any:
            with _database_errors(self._version, self._key):
                given = cast(Callable[..., Any], found)(*values, **named)
            if given is self._opened:
                return self
            return _Guarded(given, self._version, self._key) if isinstance(given, _OPENED) else given

        return call

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()


_OPENED = (duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation)


@contextmanager
def _database_errors(version: str, key: _FileKey | None) -> Generator[None]:
    """Turn whatever the database raises into a StorageError. A file found damaged is not read again while it is the same."""
    where = f"版本 {version}"
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise StorageError(where, _EARLIER, "现在的程序建成的版本", _REMEDY) from error
    except (duckdb.OutOfMemoryException, duckdb.InterruptException) as error:
        raise _NotNow(where, "服务器内存不足，没有读完", "足够的内存", "请稍后重试，或选较短的报告期") from error
    except duckdb.ConnectionException as error:
        raise StorageError(where, "已经关闭", "打开着的版本", "请刷新页面") from error
    except duckdb.Error as error:
        if number := next((number for number in _REFUSED if os.strerror(number) in str(error)), 0):
            refused, _ = refused_by_system(number)
            remedy = "请检查数据目录的权限和服务器的资源后重试"
            raise _NotNow(where, f"系统暂时不让读取（{refused}）", "可读取的数据目录", remedy) from error
        if key is not None:
            _READ[key] = DAMAGED
        raise DamagedVersion(where, DAMAGED, "完整的版本文件", _REMEDY) from error


@contextmanager
def understood(version: str) -> Generator[None]:
    """Turn what a version built by an older program lacks, or has in another form, into a StorageError with a remedy."""
    try:
        yield
    except (SeedErrors, LookupError, TypeError, ValueError) as error:
        raise StorageError(f"版本 {version}", _EARLIER, "现在的程序建成的版本", _REMEDY) from error


def retain(data: DataDir, version: str, reason: str, actor: Actor) -> None:
    """Exempt a version from pruning because an export cites it. The first note on a version stays.

    Raises Forbidden, and StorageError when the version's file is gone already.
    """
    actor.require("export")
    with exclusive_lock(data), storage_errors(f"保留版本 {version}"):
        connect(data, version).close()
        path = data.kept / f"{version}.json"
        if path.exists():
            return
        remove_stale_temporaries(data.kept)
        at = datetime.now(COURT_TIME).isoformat(timespec="seconds")
        note = {"version": version, "reason": reason, "actor": actor.name, "at": at}
        checksums.write_once(data, path, json.dumps(note, ensure_ascii=False, indent=1).encode("utf-8"))


def retained(data: DataDir) -> frozenset[str]:
    """The versions that are never pruned."""
    return frozenset(path.stem for path in FolderChecks(data, data.kept).paths("*.json"))
