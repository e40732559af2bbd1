"""Recovery of a backup into an empty data folder: checked as a whole, written beside it, put in its place in one step."""

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.backup.make import LEFT_OUT
from etl.backup.manifest import BackupManifest, check, chosen_manifest, contents
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.head_seal import read_state
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.atomic_files import runs, storage_errors, sync, temporary_sibling
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir


@dataclass(frozen=True)
class Recovered:
    """What was recovered, and what is wrong with the audit as it was backed up."""

    manifest: BackupManifest
    faults: tuple[audit.Fault, ...]


def recover(source: Path, data: DataDir, actor: Actor, at: str = "") -> Recovered:
    """Put the backup `at` (the newest without it) in place of an empty data folder; its line is in the recovered audit.

    Raises Forbidden, ScorecardError for a folder that holds something, StorageError for a damaged backup or a full disk;
    then the data folder is as it was.
    """
    actor.require("audit")
    data = DataDir(data.root.resolve())  # a link to another disk stays one
    _require_empty(data)
    manifest = chosen_manifest(source, at)
    check(source, manifest)
    with storage_errors(f"数据文件夹 {data.root}"):
        data.root.parent.mkdir(parents=True, exist_ok=True)
        for path in data.root.parent.glob(f"{TEMPORARY_PREFIX}*-{data.root.name}"):  # what killed recoveries left
            owner = path.name.removeprefix(TEMPORARY_PREFIX).split("-")[0]
            if owner.isdigit() and not runs(int(owner)):
                shutil.rmtree(path, ignore_errors=True)
        staged = DataDir(temporary_sibling(data.root))
        try:
            _write(source, manifest, staged.root)
            faults = audit.verify(staged)
            # The record that this one replaces ended there: the witness beside the key still says so.
            seen = read_state(data).witness
            replaced = {"replaced": seen.seal, "lines": seen.number} if seen else dict[str, Any]()
            said = {"files": len(manifest.files), "when": manifest.at, "what": str(source), **replaced}
            audit.record(staged, actor, "恢复备份", manifest.id, "成功", **said)
            _into_place(staged.root, data)
        finally:
            shutil.rmtree(staged.root, ignore_errors=True)
    return Recovered(manifest, faults)


def _require_empty(data: DataDir) -> None:
    """Raises ScorecardError when the data folder holds anything that a recovery would replace."""
    if not data.root.exists():
        return
    beside = (LEFT_OUT | {"FORMAT", ".gitignore", ".gitkeep"}) - {"warehouse"}
    names = sorted(path.name for path in data.root.iterdir())
    held = [name for name in names if not name.startswith(TEMPORARY_PREFIX) and name not in beside]
    if held:
        remedy = f"请先停止服务，把它改名留存（如 mv {data.root} {data.root}.旧），再恢复；或用 --data 恢复到另一处"
        found = f"其中已有数据（{'、'.join(held[:5])}{' 等' if len(held) > 5 else ''}），恢复不会覆盖它"
        raise ScorecardError(f"数据文件夹 {data.root}", found, "空的或不存在的文件夹", remedy)


def _write(source: Path, manifest: BackupManifest, folder: Path) -> None:
    """The files of the backup, durable."""
    folder.mkdir(mode=0o700)  # nobody else looks in while it is written
    for name, file in manifest.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as written:
            try:
                for block in contents(source, file):
                    written.write(block)
            except ValueError as error:
                found, remedy = f"{name} 读出的内容前后不同", "请检查备份所在的磁盘后重试"
                raise StorageError(f"备份 {manifest.id}", found, "稳定的磁盘", remedy) from error
            written.flush()
            os.fsync(written.fileno())
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync(place)


def _into_place(staged: Path, data: DataDir) -> None:
    """Give the staged folder its name. A README that lies there stays; what only locked or marked the old folder goes."""
    owner = (data.root if data.root.exists() else data.root.parent).stat()
    for path in (staged, *staged.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:  # a service does not run as root
            os.chown(path, owner.st_uid, owner.st_gid)
    if data.root.exists():
        readme = data.root / "README.md"
        if readme.is_file():
            shutil.copy2(readme, staged / readme.name)
        for path in data.root.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    try:
        staged.replace(data.root)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV, errno.ENOTEMPTY):
            raise
        found = "刚被写入" if error.errno == errno.ENOTEMPTY else "是一个挂载点，不能整体换入"
        remedy = "请停止服务后再试；挂载点请用 --data 指向其下的一个子文件夹"
        raise ScorecardError(f"数据文件夹 {data.root}", found, "服务已停止、可以改名的文件夹", remedy) from error
    sync(data.root.parent)
