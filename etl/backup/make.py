"""A backup of a data folder while it is in use: what never changes first, what changes last and under its locks.

Every block that the new backup relies on is read and checked, also one that lies there from an earlier backup: a damaged
one is written anew. The manifest is written last, so a killed backup leaves the earlier ones as they were. `warehouse/`
is left out, for it is rebuilt; so are the keys, which must not lie beside what they seal.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.backup.manifest import BACKUPS, BLOCK, OBJECTS, BackupManifest, StoredFile, manifest_ids, read_manifest
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.storage.keys import default_keys

LEFT_OUT = frozenset(
    {"warehouse", "statements.json", "backup.json", "README.md", ".lock", ".accounts.lock", ".sampling"}
)


@dataclass(frozen=True)
class BackupDone:
    """A finished backup: the bytes it added to the folder, and sentences on what is not as it was in the one before."""

    manifest: BackupManifest
    added: int
    notices: tuple[str, ...]


def backup(data: DataDir, target: Path, actor: Actor) -> BackupDone:
    """Back up everything but LEFT_OUT into `target`. Raises Forbidden, ScorecardError for a target that cannot be one, StorageError."""
    if not _paths(data):
        where, expected = f"数据文件夹 {data.root}", "正在使用的数据文件夹"
        raise ScorecardError(where, "其中没有可以备份的数据", expected, "请核对 --data")
    with audit.recorded(data, actor, "备份", str(target)) as act:
        actor.require("audit")
        with storage_errors(f"备份目标 {target}", "备份目标"), _alone(data, target):
            done = _backup(data, target)
        act.detail |= {"backup": done.manifest.id, "files": len(done.manifest.files), "bytes": done.added}
        note = {"at": done.manifest.at, "target": str(target.resolve())}
        with storage_errors("备份时间"):
            checksums.write_sealed(data, data.backup_note, note)
    return done


@contextmanager
def _alone(data: DataDir, target: Path) -> Generator[None]:
    """The target, fit to be one, for one backup at a time."""
    where, inside = f"备份目标 {target}", target.resolve()
    if not target.is_dir():
        remedy = "请先挂载移动盘、网络盘，或新建这个文件夹"
        raise ScorecardError(where, "文件夹不存在", "已有的、可写的文件夹", remedy)
    if inside.is_relative_to(data.root.resolve()):
        found = "在数据文件夹之内，会与数据一同损坏或丢失"
        raise ScorecardError(where, found, "另一块磁盘或另一台机器上的文件夹", "请另选一处")
    with suppress(OSError, ValueError, KeyError, TypeError):
        if json.loads(data.backup_note.read_bytes())["target"] == str(inside) and not (target / BACKUPS).is_dir():
            remedy = f"请挂载后再试；确要从头开始，请先在其中新建文件夹 {BACKUPS}"
            raise ScorecardError(where, "此前的备份不在其中，可能没有挂载", "上次备份用的移动盘、网络盘", remedy)
    handle = os.open(target / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            remedy = "请等它完成后再试；不必结束它"
            raise StorageError(where, "另一个备份正在写入", "同时只有一个备份", remedy) from error
        for folder in (target / OBJECTS, target / BACKUPS):
            folder.mkdir(mode=0o700, exist_ok=True)
            remove_stale_temporaries(folder)
        yield
    finally:
        os.close(handle)


def _backup(data: DataDir, target: Path) -> BackupDone:
    blocks = _Blocks(target / OBJECTS)
    taken: dict[str, tuple[tuple[int, int, int], StoredFile]] = {}

    def take(paths: dict[str, Path]) -> dict[str, StoredFile]:
        """The files as they are now; those that did not change since they were taken are not read again."""
        for name, path in paths.items():
            with suppress(FileNotFoundError):  # rows set aside without a batch are removed; nobody misses them
                state = path.stat()
                shape = state.st_ino, state.st_mtime_ns, state.st_size
                if name not in taken or taken[name][0] != shape:
                    taken[name] = shape, blocks.keep(path)
        return {name: taken[name][1] for name in sorted(paths) if name in taken}

    take(_paths(data))  # nobody waits for the bulk of it
    with exclusive_lock(data), exclusive_lock(data, data.accounts_lock), audit.held(data):
        # The audit stands still: whatever it names is among the files that are listed now.
        files = take(_paths(data))
        last = audit.head(data)
        version = data.pointer.read_text("utf-8", errors="replace").strip() if data.pointer.exists() else ""
    before = manifest_ids(target)
    now = datetime.now(COURT_TIME)
    number = int(before[-1].split("-")[0]) + 1 if before else 1
    manifest = BackupManifest(f"{number:06}-{now:%Y%m%d-%H%M}", now.isoformat(timespec="seconds"), version, last, files)
    write_atomically(target / BACKUPS / f"{manifest.id}.json", manifest.written(), mode=0o600)
    return BackupDone(manifest, blocks.added, tuple(_unlike(target, before, manifest)))


class _Blocks:
    """The blocks in the backup folder; each is known to be whole once it was read or written by this backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added = 0
        self._whole: set[str] = set()

    def keep(self, path: Path) -> StoredFile:
        """The file, all of its blocks in the folder and durable."""
        whole, blocks, size = hashlib.sha256(), list[str](), 0
        for content in _contents(path):
            whole.update(content)
            size += len(content)
            blocks.append(self._keep(content))
        return StoredFile(size, whole.hexdigest(), tuple(blocks))

    def _keep(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self.folder / name
        if name not in self._whole:
            if not path.is_file() or path.stat().st_size != len(content) or path.read_bytes() != content:
                write_atomically(path, content, mode=0o600)
                self.added += len(content)
            self._whole.add(name)
        return name


def _contents(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while content := file.read(BLOCK):
                yield content
    except FileNotFoundError:
        raise
    except OSError as error:
        remedy = "请检查磁盘和权限；这次备份没有完成，此前的备份不受影响"
        raise StorageError(f"数据文件 {path}", "无法读取", "服务账户可读的文件", remedy) from error


def _paths(data: DataDir) -> dict[str, Path]:
    """Every file to be backed up, by its path in the data folder; folders that are links to another disk too."""
    keys = default_keys().resolve()
    found: dict[str, Path] = {}
    for folder, folders, names in os.walk(data.root, followlinks=True):
        place = Path(folder)
        inside = place.relative_to(data.root)
        folders[:] = [name for name in folders if not (_left_out(inside / name) or (place / name).resolve() == keys)]
        kept = (name for name in names if not _left_out(inside / name) and (place / name).is_file())
        found |= {(inside / name).as_posix(): place / name for name in kept}
    return found


def _left_out(path: Path) -> bool:
    """Whether a path in the data folder is not backed up. Nor is what was noted of it: else it would be missed as lost."""
    parts = path.parts[1:] if path.parts[0] == "checksums" else path.parts
    named = parts[0] if len(parts) == 1 else ""
    return path.name.startswith(TEMPORARY_PREFIX) or named in LEFT_OUT or named.startswith("backup.json.")


def _unlike(target: Path, before: tuple[str, ...], manifest: BackupManifest) -> Iterator[str]:
    """Sentences on files that never change and are not as they were in the backup before."""
    with suppress(StorageError):
        earlier = read_manifest(target, before[-1]) if before else manifest
        for name, file in earlier.files.items():
            now = manifest.files.get(name)
            # What lies at the top changes, and what was noted of it.
            if "/" in name and not name.startswith("checksums/") and now != file:
                what = "不在了" if now is None else "内容变了，可能已损坏"
                yield f"{name} {what}；备份 {earlier.id} 中的原样仍在"
