"""What leaves the building: who took out which file of which version is on record, and that version stays.

The one door for pictures and papers. A right is asked for first, the files are made, their version is kept from pruning,
and the audit has the SHA-256 of every byte that left before anybody gets it.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.storage.data_dir import DataDir
from scorecard.store.retained import retain


def release(
    data: DataDir,
    actor: Actor,
    version: str,
    subject: str,
    make: Callable[[], Mapping[str, bytes]],
    also: Callable[[], Mapping[str, Any]] = dict,
    **detail: Any,
) -> dict[str, bytes]:
    """The files `make` gives, by name, once they are on record; `subject` says what they are, without personal data.

    `also` is what the audit is told besides, and known only when they are made.

    Raises Forbidden without the right to export, and whatever `make` refuses with; both are on record too.
    """
    with audit.recorded(data, actor, "导出", subject, version=version, **detail) as told:
        actor.require("export")
        files = dict(make())
        told.detail["files"] = {name: sha256(content).hexdigest() for name, content in files.items()}
        told.detail |= also()
        retain(data, version, subject, actor)
    return files
