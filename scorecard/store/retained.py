"""Versions exempt from pruning because an export cites them; a note on each names the export and the user."""

import json
from datetime import datetime

from scorecard.access import Actor
from scorecard.calendar.clock import COURT_TIME
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store


def retain(data: DataDir, version: str, reason: str, actor: Actor) -> None:
    """Exempt a version from pruning because an export cites it. The first note on a version stays.

    Raises Forbidden, and StorageError when the version's file is gone already.
    """
    actor.require("export")
    with exclusive_lock(data), storage_errors(f"保留版本 {version}"):
        store.connect(data, version).close()
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
