"""When each account last looked at 总览, and at which version: one small file an account, named by a digest of it.

Two looks are kept: what a reader is compared with stays the same all day, however often the page is opened.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date

from scorecard.errors import StorageError
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir


@dataclass(frozen=True)
class LastLook:
    """A version that an account looked at, and the day on which it did so last."""

    version: str
    day: str

    @property
    def on(self) -> date:
        return date.fromisoformat(self.day)


def last_look(data: DataDir, account: str, version: str, today: date) -> LastLook | None:
    """The last look of an account before today; None at the first. Notes that it looks at this version now.

    A note that cannot be read counts as none; one that cannot be written is left: nothing else depends on it.
    """
    path = data.looked / f"{hashlib.sha256(account.encode()).hexdigest()[:32]}.json"
    looks: list[LastLook] = []
    with suppress(OSError, ValueError, TypeError):
        looks = sorted((LastLook(**look) for look in json.loads(path.read_bytes())), key=lambda look: look.on)
    now = LastLook(version, today.isoformat())
    before = [look for look in looks if look.on < today][-1:]
    if looks != [*before, now]:
        with suppress(StorageError), storage_errors("looked"):
            write_atomically(path, json.dumps([asdict(look) for look in (*before, now)]).encode())
    return before[0] if before else None
