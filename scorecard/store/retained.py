"""Versions that stay for good because something that names them left the building; a note on each says what and who."""

import json
from datetime import datetime

from scorecard.access import Actor
from scorecard.calendar.clock import COURT_TIME
from scorecard.storage.atomic_files import locked, storage_errors, sweep, write_whole
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store


def keep(data: DataDir, version: str, reason: str, actor: Actor) -> None:
    """Never prune this version: something that names it left the building. The first note on a version stays.

    Raises Forbidden, and StorageError when the version's file is gone already.
    """
    actor.require("export")
    with locked(data), storage_errors(f"保留版本 {version}"):
        store.connect(data, version).close()
        path = data.kept / f"{version}.json"
        if path.exists():
            return
        sweep(data.kept)
        at = datetime.now(COURT_TIME).isoformat(timespec="seconds")
        note = {"version": version, "reason": reason, "actor": actor.name, "at": at}
        write_whole(path, json.dumps(note, ensure_ascii=False, indent=1).encode("utf-8"))


def kept(data: DataDir) -> frozenset[str]:
    """The versions that are never pruned."""
    return frozenset(
        path.stem for path in data.kept.glob("*.json") if not path.name.startswith(TEMPORARY_PREFIX)
    )
