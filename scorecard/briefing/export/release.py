"""The only function that may release a file: it checks the right, retains the version and writes the audit entry.

The audit has the SHA-256 of every file before the user gets it.
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
    """The files of `make` by name, once they are on record; `subject` names them without personal data.

    `also` gives further details for the audit that are known only when the files are made.

    Raises Forbidden without the right to export, and whatever `make` refuses with; both are on record too.
    """
    with audit.recorded(data, actor, "导出", subject, version=version, **detail) as act:
        actor.require("export")
        files = dict(make())
        act.detail["files"] = {name: sha256(content).hexdigest() for name, content in files.items()}
        act.detail |= also()
        retain(data, version, subject, actor)
    return files
