"""Which version files stay on the disk: the current one, the newest ones, and every one something was exported from.

Only warehouse files go; records of publication, batches and seeds within kept versions stay for good. A reader that
has a removed file open keeps reading it to the end.
"""

import time

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import exclusive_lock, storage_errors
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store
from scorecard.store.retained import retained

NEWEST = 24  # two years of monthly publications
CANDIDATE_DAYS = 7  # someone may still be looking at one that was built this week


def prune(data: DataDir, actor: Actor, newest: int = NEWEST) -> tuple[str, ...]:
    """Remove the files of old published versions and of candidates nobody published; give their names.

    Nothing is removed while the pointer cannot be read: then no file is known to be the current one.
    """
    with storage_errors("清理版本"):
        if actor.may("publish") and not _removable(data, newest):
            return ()
    with audit.recorded(data, actor, "清理版本", "") as told:
        actor.require("publish")
        with exclusive_lock(data), storage_errors("清理版本"):
            removed = _removable(data, newest)
            told.subject = "、".join(removed)
            for version in removed:
                _remove(data, version)
        told.detail["removed"] = len(removed)
    return removed


def discard(data: DataDir, version: str) -> None:
    """Throw a candidate away. Raises ScorecardError for a version that was published; one that is gone is fine."""
    with exclusive_lock(data), storage_errors(f"候选版本 {version}"):
        if data.manifest(version).exists() or store.current(data).version == version:
            raise ScorecardError(
                f"版本 {version}", "已经发布过", "没有发布的候选版本", "已发布的版本由系统按规则清理"
            )
        _remove(data, version)


def _removable(data: DataDir, newest: int) -> tuple[str, ...]:
    current = store.current(data)
    if current.notice:
        return ()
    published = store.manifests(data)
    stays = {current.version, *retained(data), *(manifest.version for manifest in published[:newest])}
    old = [manifest.version for manifest in published if data.database(manifest.version).exists()]
    before = time.time() - CANDIDATE_DAYS * 86_400
    # A record that cannot be read is still one of a published version: its file is not a candidate.
    stale = [
        path.stem
        for path in sorted(data.warehouse.glob("*.duckdb"))
        if not path.name.startswith(TEMPORARY_PREFIX)
        and not data.manifest(path.stem).exists()
        and path.stat().st_mtime < before
    ]
    return tuple(version for version in (*old, *stale) if version not in stays)


def _remove(data: DataDir, version: str) -> None:
    data.database(version).unlink(missing_ok=True)
