"""补记: the missing audit lines of acts whose process was killed before it wrote them.

A batch and a manifest hold the actor and the time of their act; the pointer holds only the version. Files younger than a
minute are left for the next time: their own process may still write the line.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.intake.batches import is_readable, survey_batches
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import StorageError
from scorecard.storage import checksums
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store

AGE = 60.0  # seconds; older files without a line will not get one from their own process


def record_batches(data: DataDir) -> None:
    """Writes the missing line of every accepted batch, and notes the checksum of every file that has none."""
    note_checksums(data)
    known = set(audit.subjects_of(data, ("上传", "设定目标", "填报进展", "记录决定", "登记", "补记")))
    paths = _old(data.batches.glob("*/*.parquet"))
    missing = {path for path in paths if f"{path.parent.name}/{path.stem}" not in known}
    if not missing:
        return
    for batch in survey_batches(data)[0]:
        if batch.path in missing:
            by, when = batch.actor, batch.accepted_at.isoformat()
            of_file: dict[str, Any] = {"file": batch.file_name, "rows": batch.rows, "source": batch.source_sha256}
            what = f"{batch.table}/{batch.name}"
            audit.record(data, audit.SYSTEM, "补记", what, act="接收", by=by, when=when, **of_file)


def note_checksums(data: DataDir) -> tuple[str, ...]:
    """Notes the checksums of files of earlier programs, and of a writer that was killed; the result is their paths.

    Only of those that can be read from the first byte to the last: nothing that is damaged already becomes whole.
    """
    return checksums.note_missing(data, {".parquet": is_readable, ".duckdb": store.is_readable})


def record_versions(data: DataDir) -> None:
    """Writes the missing line of every publication, and one for a pointer that differs from the last line."""
    recorded = [version for version in audit.subjects_of(data, ("发布", "回退", "补记")) if "/" not in version]
    last = recorded[-1] if recorded else ""
    for path in sorted(_old(data.versions.glob("*.json")), key=lambda path: path.stat().st_mtime_ns):
        if path.stem in recorded:
            continue
        try:
            manifest = store.manifest(data, path.stem)
        except StorageError:
            continue
        when = manifest.published_at
        audit.record(data, audit.SYSTEM, "补记", path.stem, act="发布", by=manifest.actor, when=when)
        last = path.stem
    for pointer in _old(iter([data.pointer])):
        named = store.named(data)
        if named and named != last:
            moved = datetime.fromtimestamp(pointer.stat().st_mtime, COURT_TIME)
            when = moved.isoformat(timespec="seconds")
            audit.record(data, audit.SYSTEM, "补记", named, act="改为当前版本", when=when)


def _old(paths: Iterator[Path]) -> Iterator[Path]:
    last = time.time() - AGE
    for path in paths:
        with suppress(FileNotFoundError):
            if not path.name.startswith(TEMPORARY_PREFIX) and path.stat().st_mtime <= last:
                yield path
