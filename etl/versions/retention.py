"""Retention of version files: the current one, the newest ones, and every one that an export cites.

Only warehouse files are removed; manifests, batches and seeds stay for good. A reader that has a removed file open keeps
reading it to the end.
"""

import time

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, storage_errors
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store
from scorecard.store.versions import retained

NEWEST = 24  # two years of monthly publications
CANDIDATE_DAYS = 7  # a user may still have the impact of a newer candidate on screen


def prune(data: DataDir, actor: Actor, newest: int = NEWEST) -> tuple[str, ...]:
    """Removes the files of old published versions and of unpublished candidates; the result is their names.

    Nothing is removed while the pointer cannot be read: the current version is unknown then.
    """
    with storage_errors("清理版本"):
        if actor.may("publish") and not _removable(data, newest):
            return ()
    with audit.recorded(data, actor, "清理版本", "") as entry:
        actor.require("publish")
        with exclusive_lock(data), storage_errors("清理版本"):
            removed = _removable(data, newest)
            entry.subject = "、".join(removed)
            for version in removed:
                _remove(data, version)
        entry.detail["removed"] = len(removed)
    return removed


def discard(data: DataDir, version: str) -> None:
    """Deletes a candidate, if it still exists. Raises ScorecardError for a version that was published."""
    with exclusive_lock(data), storage_errors(f"候选版本 {version}"):
        if data.manifest(version).exists() or store.current(data).version == version:
            raise ScorecardError(f"版本 {version}", "已经发布过", "没有发布的候选版本", "已发布的版本由系统按规则清理")
        _remove(data, version)


def _removable(data: DataDir, newest: int) -> tuple[str, ...]:
    current = store.current(data)
    if current.notice:
        return ()
    published = store.manifests(data)
    stays = {current.version, *retained(data), *(manifest.version for manifest in published[:newest])}
    old = [manifest.version for manifest in published if data.database(manifest.version).exists()]
    before = time.time() - CANDIDATE_DAYS * 86_400
    files = [path for path in sorted(data.warehouse.glob("*.duckdb")) if not path.name.startswith(TEMPORARY_PREFIX)]
    # A manifest that cannot be read still belongs to a published version: its file is no candidate.
    candidates = [path for path in files if not data.manifest(path.stem).exists()]
    stale = [path.stem for path in candidates if path.stat().st_mtime < before]
    return tuple(version for version in (*old, *stale) if version not in stays)


def _remove(data: DataDir, version: str) -> None:
    checksums.forget(data, data.database(version))
    data.database(version).unlink(missing_ok=True)
