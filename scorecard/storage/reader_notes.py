"""What a reader chose for themselves: indicators they follow, no mail, a calendar. One small file an account, named by a digest of it.

Nothing else of a person is in it. A file that cannot be read counts as nothing chosen.
"""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scorecard.errors import StorageError
from scorecard.storage.atomic_files import exclusive_lock, storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir


@dataclass(frozen=True)
class FollowedVerdict:
    """What the verdict of an indicator that is followed was before its last change, is, and since which day it was seen so."""

    before: str
    now: str
    seen: date
    sample: bool = False  # of invented numbers


@dataclass(frozen=True)
class ReaderNotes:
    """`calendar` is the digest of the secret in the address of the reader's calendar, `owner` (name, role, department)."""

    followed: Mapping[str, FollowedVerdict]
    no_mail: bool = False
    calendar: str = ""
    calendar_until: date | None = None
    owner: tuple[str, str, str] = ("", "", "")


_NOTES = TypeAdapter(ReaderNotes)
_NONE = ReaderNotes({})


def notes_of(data: DataDir, account: str) -> ReaderNotes:
    """What an account chose."""
    return _read(_path(data, account))


def change(data: DataDir, account: str, **changes: object) -> ReaderNotes:
    """Note other choices of an account. Raises StorageError."""
    with exclusive_lock(data, data.readers_lock):
        return _write(data, account, replace(notes_of(data, account), **changes))


def follow(data: DataDir, account: str, indicator: str, verdict: str, today: date, *, sample: bool = False) -> bool:
    """Follow an indicator from its verdict of today on, or no longer; whether it is followed now. Raises StorageError."""
    with exclusive_lock(data, data.readers_lock):
        notes = notes_of(data, account)
        followed = dict(notes.followed)
        if followed.pop(indicator, None) is None:
            followed[indicator] = FollowedVerdict("", verdict, today, sample)
        _write(data, account, replace(notes, followed=followed))
        return indicator in followed


def verdicts_seen(
    data: DataDir, account: str, verdicts: Mapping[str, str], today: date, *, sample: bool = False
) -> dict[str, FollowedVerdict]:
    """Take today's verdicts of followed indicators down; those that ever changed since they are followed.

    Between invented numbers and real ones nothing changes: the indicator is followed anew.
    """

    def now(name: str, known: FollowedVerdict) -> FollowedVerdict:
        if known.sample != sample:
            return FollowedVerdict("", verdicts.get(name, ""), today, sample)
        same = verdicts.get(name, known.now) == known.now
        return known if same else FollowedVerdict(known.now, verdicts[name], today, sample)

    notes = notes_of(data, account)
    seen = {name: now(name, known) for name, known in notes.followed.items()}
    if seen != notes.followed:
        with suppress(StorageError):  # the disk is full: noted the next time, and told as of then
            change(data, account, followed=seen)
    return {name: known for name, known in seen.items() if known.before}


def new_calendar(data: DataDir, owner: tuple[str, str, str], until: date) -> str:
    """A secret for the address of an account's calendar, shown this once; the one before it opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    change(data, owner[0], calendar=_digest(secret), calendar_until=until, owner=owner)
    return secret


def calendar_of(data: DataDir, secret: str) -> ReaderNotes | None:
    """Whose calendar this secret opens; every digest is compared, each in constant time."""
    asked = _digest(secret)
    found = [notes for path in sorted(data.readers.glob("*.json")) if (notes := _read(path)).calendar]
    return next((notes for notes in found if secrets.compare_digest(notes.calendar, asked)), None)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _path(data: DataDir, account: str) -> Path:
    return data.readers / f"{hashlib.sha256(account.encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> ReaderNotes:
    with suppress(OSError, ValidationError):
        return _NOTES.validate_json(path.read_bytes())
    return _NONE


def _write(data: DataDir, account: str, notes: ReaderNotes) -> ReaderNotes:
    with storage_errors("个人设置"):
        write_atomically(_path(data, account), _NOTES.dump_json(notes))
    return notes
