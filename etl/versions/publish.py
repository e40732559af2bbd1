"""Publication and rollback: one pointer, replaced atomically. Readers keep the version they opened."""

import json
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import UTC, datetime

from etl.intake.audit_recovery import record_batches, record_versions
from etl.versions.retention import prune
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.versions import VersionManifest


def publish(data: DataDir, version: str, actor: Actor, note: str = "") -> VersionManifest:
    """Points readers at a built version and writes its manifest, with the publisher's note.

    Publishing it again only moves the pointer: the manifest of the first time, its note included, never changes. Old
    versions are removed afterwards by the retention rule.
    Raises ScorecardError when the version was not built or its file cannot be read.
    """
    with audit.recorded(data, actor, "发布", version):
        actor.require("publish")
        record_batches(data)
        record_versions(data)
        manifest = _point_to(data, version, actor, note.strip())
    with suppress(StorageError):  # the version is published; what could not be removed now is removed next time
        prune(data, actor)
    return manifest


def rollback(data: DataDir, version: str, actor: Actor) -> VersionManifest:
    """Points readers at an older published version. Raises ScorecardError for one that never was published."""
    with audit.recorded(data, actor, "回退", version):
        actor.require("rollback")
        record_versions(data)
        if not data.manifest(version).is_file():
            known = "、".join(manifest.version for manifest in store.manifests(data)) or "无"
            raise ScorecardError("回退", f"版本 {version} 从未发布", f"已发布的版本之一：{known}")
        return _point_to(data, version, actor)


def put_in_place(data: DataDir, replaced: str, successor: str, reason: str = "", note: str = "") -> None:
    """Points readers at what was rebuilt from a published version, unless people published another one meanwhile.

    The two are one where today's program gives the version that was published; without a reason only a lost pointer is
    put back. Recorded under 系统.
    """
    if not reason and store.pointed(data) == successor:
        return
    action = "发布" if successor != replaced else "重建" if reason else "补记"
    lost_pointer = {"act": "改为当前版本", "reason": "发布指针缺失或损坏"}
    why = {"replaces": replaced, "reason": reason} if reason else lost_pointer
    with audit.recorded(data, audit.SYSTEM, action, successor, **why):
        record_versions(data)
        _point_to(data, successor, audit.SYSTEM, note, instead_of=replaced)
    with suppress(StorageError):
        prune(data, audit.SYSTEM)


def went_back(data: DataDir, version: str, successor: str) -> bool:
    """Whether people returned to a version after its successor had been published."""
    acts = audit.subjects_of(data, ("发布", "回退"))
    return successor in acts and acts[-1] == version


def _point_to(data: DataDir, version: str, actor: Actor, note: str = "", instead_of: str = "") -> VersionManifest:
    with exclusive_lock(data), storage_errors("发布"):
        if instead_of and store.named(data) != instead_of:
            return store.manifest(data, version)
        if reason := store.unreadable(data, version):
            if data.database(version).exists() and not data.manifest(version).exists():
                data.database(version).unlink()  # a candidate: the next build makes it anew
            remedy = "请重新建库（看影响）后再发布，或另选一个版本"
            raise StorageError(f"版本 {version}", reason, "能读取的版本", remedy)
        for folder in (data.root, data.versions):
            remove_stale_temporaries(folder)
        described = _described(data, version, actor, note)
        if not data.manifest(version).exists():
            text = json.dumps(asdict(described), ensure_ascii=False, indent=1, sort_keys=True, default=str)
            checksums.write_once(data, data.manifest(version), text.encode("utf-8"))
        write_atomically(data.pointer, f"{version}\n".encode())
    return store.manifest(data, version)


def _described(data: DataDir, version: str, actor: Actor, note: str) -> VersionManifest:
    """The manifest read from the version's own file; opening the file proves that it is whole."""
    with closing(store.connect(data, version)) as connection:
        batches = connection.execute("SELECT record FROM batch ORDER BY number").fetchall()
        sample, tables = warehouse.is_sample(connection), warehouse.tables(connection)
    return VersionManifest(
        version=version,
        published_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        actor=actor.name,
        sample=sample,
        as_of={table: str(state.as_of) for table, state in tables.items()},
        batches=tuple(json.loads(row[0]) for row in batches),
        note=note,
        audit=audit.head(data),
    )
