"""data/outbox: a folder for each time digests were written, whole or absent, with what became of its letters.

When each digest was written last is read from the folders. `state.json` beside them holds who confirmed that mail may go to which server.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from scorecard.errors import StorageError
from scorecard.storage.atomic_files import (
    make_folder,
    make_private,
    remove_stale_temporaries,
    storage_errors,
    sync,
    temporary_sibling,
    write_atomically,
)
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir

KEPT_DAYS = 186  # half a year, as long as the law wants logs kept; a letter that waits is kept until it is sent
WHERE = "提要"
_RECORD = "letters.json"


@dataclass(frozen=True)
class DigestLetter:
    """One mail: the digest and the name of who gets it (never an address), its file; why it still waits, or when it was sent."""

    digest: str
    to: str
    file: str
    waits: str = ""
    sent: str = ""


@dataclass(frozen=True)
class OutboxDay:
    """What was written on one day of one version, why, and its letters."""

    day: date
    version: str
    causes: Mapping[str, str]
    letters: tuple[DigestLetter, ...] = ()


@dataclass(frozen=True)
class OutboxState:
    """(by, at, settings) of the confirmation."""

    confirmed: tuple[str, str, str] = ("", "", "")


_Kept = TypeVar("_Kept")
_DAY, _STATE = TypeAdapter(OutboxDay), TypeAdapter(OutboxState)


def state(data: DataDir) -> OutboxState:
    """The state; the first one where there is none. Raises StorageError when it is damaged."""
    path = data.outbox / "state.json"
    return _parsed(path, _STATE) if path.exists() else OutboxState()


def note_state(data: DataDir, now: OutboxState) -> None:
    """Replace the state. Raises StorageError."""
    with storage_errors(WHERE):
        write_atomically(data.outbox / "state.json", _STATE.dump_json(now))


def put(data: DataDir, what: OutboxDay, files: Mapping[str, bytes]) -> Path:
    """Write digests, all or none of them; their folder, numbered within the day."""
    folder = data.outbox / f"{what.day}-{len([*data.outbox.glob(f'{what.day}-*')]) + 1:02}-{what.version[:8]}"
    with storage_errors(WHERE):
        make_folder(data.outbox)
        remove_stale_temporaries(data.outbox)
        unfinished = temporary_sibling(folder)
        make_folder(unfinished)
        for name, content in {**files, _RECORD: _DAY.dump_json(what)}.items():
            (unfinished / name).write_bytes(content)
            make_private(unfinished / name)
            sync(unfinished / name)
        unfinished.replace(folder)
        sync(data.outbox)
    return folder


def days(data: DataDir) -> dict[Path, OutboxDay]:
    """Everything in the outbox, oldest first. Raises StorageError for a record that cannot be read."""
    folders = [one for one in data.outbox.glob("*-*") if one.is_dir() and not one.name.startswith(TEMPORARY_PREFIX)]
    return {folder: _parsed(folder / _RECORD, _DAY) for folder in sorted(folders)}


def last_written(data: DataDir) -> dict[str, tuple[date, str]]:
    """(day, version) of each digest when it was last written. Raises StorageError: nothing is told twice for a damaged record."""
    return {digest: (what.day, what.version) for what in days(data).values() for digest in what.causes}


def note_day(folder: Path, what: OutboxDay) -> None:
    """Replace what is noted of a day's letters. Raises StorageError."""
    with storage_errors(WHERE):
        write_atomically(folder / _RECORD, _DAY.dump_json(what))


def clear(data: DataDir, before: date) -> None:
    """Remove what is older and waits for nothing; half a folder that is left by a kill is no day any more."""
    with storage_errors(WHERE):
        for folder, what in days(data).items():
            if what.day < before and not any(letter.waits for letter in what.letters):
                shutil.rmtree(folder.rename(temporary_sibling(folder)))


def _parsed(path: Path, kind: TypeAdapter[_Kept]) -> _Kept:
    with storage_errors(WHERE):
        content = path.read_bytes()
    try:
        return kind.validate_json(content)
    except ValidationError as error:
        remedy = "请从备份恢复 outbox 里的这个文件，或删去它所在的文件夹（那一次的提要会重新写、重新寄）"
        raise StorageError(f"{WHERE} {path.parent.name}", "记录已损坏", "系统写下的记录", remedy) from error
