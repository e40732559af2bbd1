"""What one backup holds: each file with its SHA-256 and the blocks it is made of, and where the audit stood.

A backup folder has `objects/`, one file a block named by its SHA-256, and `backups/`, one manifest a backup. Equal blocks are
stored once, so a file that did not change costs nothing, and one that only grows costs its last block.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.atomic_files import storage_errors

OBJECTS, BACKUPS = "objects", "backups"
BLOCK = 1 << 20  # bytes: the audit grows by less than this in a month
_ID = re.compile(r"\d{6}-\d{8}-\d{4}")  # its number, and the day and minute at the court
_NAMED = 5  # damaged files named in a message


@dataclass(frozen=True)
class StoredFile:
    """One file: its size in bytes, the SHA-256 of the whole, and of each block."""

    size: int
    sha256: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class BackupManifest:
    """One backup. `version` was current then; `audit` is number and seal of the last line; `files` are by path in the data folder."""

    id: str
    at: str
    version: str
    audit: str
    files: Mapping[str, StoredFile]

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files.values())

    def written(self) -> bytes:
        """The file of the manifest: its content and the SHA-256 of that."""
        content = asdict(self)
        return json.dumps({"backup": content, "sha256": _digest(content)}, ensure_ascii=False).encode("utf-8")


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()


def manifest_ids(folder: Path) -> tuple[str, ...]:
    """The backups in a backup folder, the oldest first."""
    return tuple(sorted(path.stem for path in (folder / BACKUPS).glob("*.json") if _ID.fullmatch(path.stem)))


def read_manifest(folder: Path, backup: str) -> BackupManifest:
    """One manifest. Raises StorageError when its file is not as it was written."""
    path = folder / BACKUPS / f"{backup}.json"
    with storage_errors(f"备份清单 {path}"):
        raw = path.read_bytes()
    try:
        known = json.loads(raw)
        content = known["backup"]
        if known["sha256"] != _digest(content) or content["id"] != backup:
            raise ValueError
        files = {
            name: StoredFile(**file | {"blocks": tuple(file["blocks"])}) for name, file in content["files"].items()
        }
        if not all(map(_inside, files)):
            raise ValueError
        return BackupManifest(content["id"], content["at"], content["version"], content["audit"], files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found, remedy = "内容与写入时不符，已损坏或被改动", "请用 --list 查看其余的备份，用 --at 编号 恢复其中之一"
        raise StorageError(f"备份清单 {path}", found, "备份时写下的原样", remedy) from error


def _inside(name: str) -> bool:
    """Whether the path stays within the folder it is written to."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def chosen_manifest(folder: Path, at: str = "") -> BackupManifest:
    """The newest backup, or the newest of which the id begins with `at`. Raises ScorecardError, StorageError."""
    known = manifest_ids(folder)
    if not known:
        remedy = "请核对路径；移动盘、网络盘是否已挂载"
        raise ScorecardError(f"备份文件夹 {folder}", "其中没有备份", "python -m etl backup 写过的文件夹", remedy)
    fitting = [backup for backup in known if backup.startswith(at)]
    if not fitting:
        expected = f"其中之一：{'、'.join(known[-_NAMED:])}"
        raise ScorecardError("备份编号", f"没有“{at[:40]}”", expected, "用 --list 查看全部")
    return read_manifest(folder, fitting[-1])


def contents(folder: Path, file: StoredFile) -> Iterator[bytes]:
    """The blocks of a file, each checked. Raises ValueError at the first that is damaged, OSError at one that is missing."""
    whole = hashlib.sha256()
    for block in file.blocks:
        content = (folder / OBJECTS / block).read_bytes()
        if hashlib.sha256(content).hexdigest() != block:
            raise ValueError(block)
        whole.update(content)
        yield content
    if whole.hexdigest() != file.sha256:
        raise ValueError(file.sha256)


def check(folder: Path, manifest: BackupManifest) -> None:
    """Read every block of a backup. Raises StorageError that names the files with a damaged or missing one."""
    damaged: list[str] = []
    for name, file in manifest.files.items():
        try:
            for _ in contents(folder, file):
                pass
        except (OSError, ValueError) as error:
            block = error if isinstance(error, ValueError) else Path(getattr(error, "filename", None) or "").name
            damaged.append(f"{name}（{OBJECTS}/{block}）")
    if damaged:
        more = f" 等 {len(damaged)} 个文件" if len(damaged) > _NAMED else ""
        remedy = "请用 --at 编号 恢复另一个备份（--list 列出），或从另一份备份取回这些文件"
        found = f"校验不符或缺失：{'、'.join(damaged[:_NAMED])}{more}；数据文件夹没有改动"
        raise StorageError(f"备份 {manifest.id}", found, "与备份时相同的内容", remedy)
