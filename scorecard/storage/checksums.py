"""Checksums of the files in the data folder, and copies of the small ones: damage is noticed, told, and put right.

The check of a file lies at `checksums/<its path>.<its SHA-256>` and holds a copy of a small file, nothing of a large one.
A file is whole while its content is one that was noted; damaged when it is not, or when it is gone. One without a check, of
an earlier program or of a writer that was killed, is taken as it is until the next act notes it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from scorecard.errors import StorageError
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir

FileState = Literal["whole", "damaged", "missing", "unknown"]
_FOLDERS = ("batches", "aside", "warehouse", "versions", "withdrawals", "mappings", "kept", "exports")
_CHECK = re.compile(r"(.+)\.([0-9a-f]{64})")


@dataclass(frozen=True)
class FileCheck:
    """What was noted of a file: its SHA-256, and where its copy lies (an empty file for a large one)."""

    sha256: str
    copy: Path


class FolderChecks:
    """The checks of the files of one folder, listed once."""

    def __init__(self, data: DataDir, folder: Path) -> None:
        self._folder = folder
        self._checks: dict[str, list[FileCheck]] = {}
        place = _place(data, folder)
        for copy in sorted(place.iterdir()) if place.is_dir() else ():
            if found := _CHECK.fullmatch(copy.name):
                self._checks.setdefault(found[1], []).append(FileCheck(found[2], copy))

    def of(self, path: Path) -> list[FileCheck]:
        return self._checks.get(path.name, [])

    def paths(self, pattern: str) -> list[Path]:
        """The files of the folder that match, in order of name: those that are there and those that should be."""
        names = {path.name for path in self._folder.glob(pattern)} | {
            name for name in self._checks if Path(name).match(pattern)
        }
        return [self._folder / name for name in sorted(names) if not name.startswith(TEMPORARY_PREFIX)]

    def state(self, path: Path) -> FileState:
        """Whether the file has a content that was noted. Its content is read once for every change of the file."""
        noted = {check.sha256 for check in self.of(path)}
        try:
            if not noted:
                return "unknown" if path.is_file() else "missing"
            return "whole" if digest(path) in noted else "damaged"
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "damaged"

    def read(self, path: Path) -> bytes:
        """The content of a small file; that of its copy where the file is damaged or gone.

        Raises FileNotFoundError for a file that never was, StorageError where no whole copy is left.
        """
        noted = self.of(path)
        try:
            content = path.read_bytes()
            if not noted or hashlib.sha256(content).hexdigest() in {check.sha256 for check in noted}:
                return content
        except OSError:
            if not noted:
                raise
        copy = self.copy(path)
        if copy is None:
            raise StorageError(path.name, "文件已损坏", "写入时的原样", f"请从备份恢复 {path.parent.name}/{path.name}")
        return copy

    def copy(self, path: Path) -> bytes | None:
        """The newest whole copy of a small file."""
        copies = sorted(filter(is_whole_copy, self.of(path)), key=lambda check: check.copy.stat().st_mtime_ns)
        return copies[-1].copy.read_bytes() if copies else None


def is_whole_copy(check: FileCheck) -> bool:
    """Whether the check holds a copy of the file, unharmed."""
    try:
        return hashlib.sha256(check.copy.read_bytes()).hexdigest() == check.sha256
    except OSError:
        return False


def digest(path: Path) -> str:
    """The SHA-256 of a file, computed again only when something wrote to it."""
    return _digest(path, *identity(path))


def identity(path: Path) -> tuple[int, int, int, int]:
    """Another one as soon as something wrote to the file: nobody can set the time of its change back."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


@lru_cache(maxsize=16_384)
def _digest(path: Path, *_state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def state(data: DataDir, path: Path) -> FileState:
    """Whether a file has a content that was noted."""
    return FolderChecks(data, path.parent).state(path)


def read(data: DataDir, path: Path) -> bytes:
    """The content of a small file, from its copy where it is damaged; see FolderChecks.read."""
    return FolderChecks(data, path.parent).read(path)


def note(data: DataDir, path: Path, content: bytes | None = None) -> None:
    """Note the checksum of a file that is whole; with its content, of a small one, a copy too."""
    sha256 = digest(path) if content is None else hashlib.sha256(content).hexdigest()
    place = _place(data, path.parent)
    remove_stale_temporaries(place)
    write_atomically(place / f"{path.name}.{sha256}", content or b"")


def forget(data: DataDir, path: Path, but: bytes | None = None) -> None:
    """Take back what was noted of a file that is to be removed or replaced; all but the note of this content."""
    kept = "" if but is None else hashlib.sha256(but).hexdigest()
    for check in FolderChecks(data, path.parent).of(path):
        if check.sha256 != kept:
            check.copy.unlink(missing_ok=True)


def write_once(data: DataDir, path: Path, content: bytes) -> None:
    """Write a small file that never changes again, and note it. In this order: what is noted was there."""
    write_atomically(path, content)
    note(data, path, content)


def write_sealed(data: DataDir, path: Path, record: Mapping[str, Any]) -> None:
    """Write anew a small file that changes: with a seal in it, so that it says by itself whether it is whole.

    The copy comes first: it is never older than the file, whose damage it mends.
    """
    content = _sealed(record)
    note(data, path, content)
    write_atomically(path, content)
    forget(data, path, but=content)


def read_sealed(data: DataDir, path: Path) -> bytes:
    """The content of such a file; of its copy where it is damaged or gone. FileNotFoundError for one that never was."""
    content = path.read_bytes() if path.is_file() else None
    if content is None or not is_sealed(content):
        content = FolderChecks(data, path.parent).copy(path) or content
    if content is None:
        raise FileNotFoundError(path)
    return content


@lru_cache(maxsize=64)
def is_sealed(content: bytes) -> bool:
    """Whether not a byte of the content was changed since it was sealed. Earlier programs wrote no seal."""
    with suppress(ValueError, AttributeError, RecursionError):
        record: dict[str, Any] = json.loads(content)
        return "seal" not in record or _sealed(record) == content
    return False


def _sealed(record: Mapping[str, Any]) -> bytes:
    bare = {name: value for name, value in record.items() if name != "seal"}
    seal = hashlib.sha256(json.dumps(bare, ensure_ascii=False).encode()).hexdigest()
    return (json.dumps({**bare, "seal": seal}, ensure_ascii=False, indent=1) + "\n").encode()


def unnoted(data: DataDir) -> list[Path]:
    """The files that have no check."""
    known = {path for path, _ in all_checks(data)}
    files = [path for name in _FOLDERS for path in sorted((data.root / name).rglob("*.*"))]
    return [
        path for path in files if path not in known and not path.name.startswith(TEMPORARY_PREFIX) and path.is_file()
    ]


def note_missing(data: DataDir, large: Mapping[str, Callable[[Path], bool]]) -> tuple[str, ...]:
    """Note every file that has no check and can be read, large ones by the test for their suffix; the result is their paths."""
    if not unnoted(data):
        return ()
    noted: list[str] = []
    with exclusive_lock(data), storage_errors("校验值"):
        for path in unnoted(data):
            if path.suffix in large:
                if not large[path.suffix](path):
                    continue
                note(data, path)
            elif path.suffix == ".json":
                note(data, path, path.read_bytes())
            noted.append(str(path.relative_to(data.root)))
    return tuple(noted)


def noted_folders(data: DataDir, parent: Path) -> list[Path]:
    """The folders in a folder, those that are gone and of whose files something was noted too."""
    names = {path.name for place in (parent, _place(data, parent)) for path in place.glob("*") if path.is_dir()}
    return [parent / name for name in sorted(names)]


def all_checks(data: DataDir) -> Iterator[tuple[Path, FileCheck]]:
    """Every file of which something was noted, with what was noted."""
    for copy in sorted(data.checksums.rglob("*")):
        if found := _CHECK.fullmatch(copy.name):
            folder = data.root / copy.parent.relative_to(data.checksums)
            yield folder / found[1], FileCheck(found[2], copy)


def _place(data: DataDir, folder: Path) -> Path:
    return data.checksums / folder.absolute().relative_to(data.root.absolute())
