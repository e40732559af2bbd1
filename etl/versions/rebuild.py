"""Rebuilding a published version from the batches that its record names, and putting what came out in its place.

For data of an earlier program, for a folder restored without `warehouse/`, and for damaged files. Nothing is published that
was not published before: no pending batch, no later withdrawal or ruling. The old record stays.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from etl.impact.indicator_changes import indicator_changes
from etl.intake.batch_notes import notes
from etl.intake.batches import Batch, read_batch
from etl.versions.publish import put_in_place, went_back
from etl.versions.retention import discard
from etl.warehouse.build import build_of, is_current, version_id
from scorecard.calendar.clock import COURT_TIME, today
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.narrative.changes import IndicatorChanges
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store
from scorecard.store.versions import VersionManifest

Say = Callable[[str], None]
_RESTART = "后重新启动；在此之前显示最近一个能读取的版本"


@dataclass(frozen=True)
class Rebuilt:
    """A version in the place of another one, why, after how many seconds, and what changed where both can be read.

    `version` equals `replaced` where today's program gives the very version that was published.
    """

    replaced: str
    version: str
    reason: str
    seconds: float
    changes: IndicatorChanges | None


def repair(data: DataDir, catalog: Catalog, say: Say = lambda _: None) -> Rebuilt | None:
    """Rebuilds the published version where today's program cannot read it or did not compute it; None where all is well.

    Puts back a lost pointer. Raises ScorecardError where a batch is lost or the disk refuses; then nothing has changed.
    """
    _drop_damaged_candidates(data)
    version = store.named(data)
    if version is None:
        return None
    reason = why_rebuild(data, version)
    if not reason or _stays_by_choice(data, catalog, version):
        put_in_place(data, version, version)
        return None
    return rebuild(data, catalog, version, reason, say)


def _drop_damaged_candidates(data: DataDir) -> None:
    """Delete built versions that nobody published and nobody can read: the next build makes them anew."""
    for path in data.warehouse.glob("*.duckdb"):
        kept = path.name.startswith(TEMPORARY_PREFIX) or data.manifest(path.stem).exists()
        if not kept and store.unreadable(data, path.stem, thoroughly=True) == store.DAMAGED:
            discard(data, path.stem)


def why_rebuild(data: DataDir, version: str) -> str:
    """Why a version has to be rebuilt: its file is damaged or gone, or another program computed it. Empty: it has not."""
    if damage := store.unreadable(data, version, thoroughly=True):
        return damage
    return "" if is_current(store.program_of(data, version)) else "由较早的程序计算"


def rebuild(data: DataDir, catalog: Catalog, version: str, reason: str, say: Say = lambda _: None) -> Rebuilt:
    """Builds a version again from its own batches with today's program, and publishes what comes out in its place.

    Raises ScorecardError where a batch of it is lost or damaged, or the disk refuses; then nothing has changed.
    """
    began = time.monotonic()
    manifest = store.manifest(data, version)
    batches = batches_of(data, manifest, catalog)
    say(f"正在重建版本 {version}（{len(batches)} 个批次）：{reason}")
    successor = version_id(catalog, batches)
    try:
        anew = bool(store.unreadable(data, successor, thoroughly=True))
        build_of(catalog, data, batches, anew=anew)
    except duckdb.Error as error:
        found, remedy = "它的批次不能读取或不能按现在的程序计算", f"请从备份恢复 batches/ {_RESTART}"
        raise StorageError(f"版本 {version}", found, "完整的批次文件", remedy) from error
    changes = None if store.unreadable(data, version) else indicator_changes(data, version, successor, today())
    put_in_place(data, version, successor, reason, _note(version, reason, changes))
    return Rebuilt(version, successor, reason, time.monotonic() - began, changes)


def batches_of(data: DataDir, manifest: VersionManifest, catalog: Catalog) -> tuple[Batch, ...]:
    """The batches of a version, in their order, with the rulings that it was built with.

    Raises StorageError naming every batch that is lost or damaged. Tables that are no longer declared are left out.
    """
    ruled = _rulings(data, manifest)
    found: list[Batch] = []
    lost: list[str] = []
    for record in manifest.batches:
        table, name = str(record["table"]), str(record["name"])
        if table not in catalog.tables:
            continue
        path = data.batches / table / f"{name}.parquet"
        try:
            batch = read_batch(path.absolute(), FolderChecks(data, path.parent))
            found.append(replace(batch, rulings=tuple(sorted(ruled.get((table, name), {}).items()))))
        except StorageError:
            lost.append(f"{table}/{name}（{record.get('file_name', '')}）")
    if lost:
        what, remedy = f"它的批次缺失或损坏，不能重建：{'、'.join(lost)}", f"请从备份恢复这些批次{_RESTART}"
        raise StorageError(f"版本 {manifest.version}", what, "发布时的全部批次", remedy)
    return tuple(sorted(found, key=lambda batch: (batch.as_of, batch.sequence)))


def _rulings(data: DataDir, manifest: VersionManifest) -> dict[tuple[str, str], dict[str, str]]:
    """(table, batch) -> day -> ruling, as the version was built with: by its record, in earlier ones by the notes of that time."""
    if all("rulings" in record for record in manifest.batches):
        return {(record["table"], record["name"]): dict(record["rulings"]) for record in manifest.batches}
    ruled: dict[tuple[str, str], dict[str, str]] = {}
    published = datetime.fromisoformat(manifest.published_at)
    for note in notes(data):
        if note.day and datetime.fromisoformat(note.at).astimezone(COURT_TIME) <= published:
            ruled.setdefault((note.table, note.name), {})[note.day] = note.act
    return ruled


def _stays_by_choice(data: DataDir, catalog: Catalog, version: str) -> bool:
    """Whether people went back to a readable version of an earlier program after this very rebuilding of it."""
    if store.unreadable(data, version):
        return False
    try:
        successor = version_id(catalog, batches_of(data, store.manifest(data, version), catalog))
    except ScorecardError:
        return False
    return went_back(data, version, successor)


def _note(version: str, reason: str, changes: IndicatorChanges | None) -> str:
    words = f"启动时重建，替换版本 {version}（{reason}）；批次相同"
    if changes is None:
        return f"{words}；原版本不能读取，没有比较"
    if not (changes.changes or changes.new or changes.gone or changes.parts_changed):
        return f"{words}；数值和评价没有变化"
    changed = f"{len(changes.changes)} 个数值有变化，其中 {len(changes.verdicts)} 个评价不同"
    return f"{words}；{changed}；新出现 {len(changes.new)} 个，不再有 {len(changes.gone)} 个"
