"""Notes on batches: withdrawn, restored, what a doubtful day in it or a row missing from it means. Never a change of it.

The last note counts. A withdrawn batch is left out of every version built from then on, so the version after accepting and
withdrawing is the one before. The file stays where it is; restoring it is another note.
"""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from etl.intake import audit_recovery
from etl.intake.batches import Batch, DamagedBatch, survey_batches
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, make_folder, remove_stale_temporaries, storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir

Ruling = Literal["按未结", "按已结"]  # what the rows mean that share a day which looks like the day of an export
RowRuling = Literal["源头已撤销", "漏报"]  # what it means that an extract no longer holds a row: taken out, or kept
BatchAct = Literal["撤回", "恢复"] | Ruling | RowRuling
_ACTIONS: dict[BatchAct, audit.Action] = {
    "撤回": "撤回批次", "恢复": "恢复批次", "按未结": "核定截数日期", "按已结": "核定截数日期",
    "源头已撤销": "核定消失的行", "漏报": "核定消失的行",
}  # fmt: skip


@dataclass(frozen=True)
class BatchNote:
    """One note on one batch: the act, who did it, when and why. `number` is the order of the notes.

    `day`, or `rows` (ids, see etl/warehouse/tables.py) that the batch no longer holds, are what is ruled on.
    """

    number: int
    table: str
    name: str
    act: BatchAct
    actor: str
    at: str
    reason: str
    day: str = ""
    rows: tuple[str, ...] = ()

    @property
    def ruled_on(self) -> tuple[str, ...]:
        """The day or the rows; nothing where the note is about the whole batch."""
        return (self.day,) if self.day else self.rows


def withdraw(data: DataDir, table: str, name: str, reason: str, actor: Actor) -> BatchNote:
    """Leaves a batch out of every version built from now on.

    Raises Forbidden, and ScorecardError when there is no such batch, no reason, or it is withdrawn already.
    """
    return _note(data, actor, BatchNote(0, table, name, "撤回", actor.name, "", reason))


def restore(data: DataDir, table: str, name: str, reason: str, actor: Actor) -> BatchNote:
    """Counts a withdrawn batch again. Raises Forbidden, and ScorecardError when it is not withdrawn."""
    return _note(data, actor, BatchNote(0, table, name, "恢复", actor.name, "", reason))


def rule_on_cut_date(
    data: DataDir, table: str, name: str, day: str, ruling: Ruling, reason: str, actor: Actor
) -> BatchNote:
    """Says what the rows of a batch mean that share this day: 按未结 leaves their date out from now on, 按已结 takes it.

    Raises Forbidden, and ScorecardError when there is no such batch or no reason.
    """
    day = date.fromisoformat(day).isoformat()
    return _note(data, actor, BatchNote(0, table, name, ruling, actor.name, "", reason, day))


def rule_on_rows(
    data: DataDir, table: str, name: str, rows: Collection[str], ruling: RowRuling, reason: str, actor: Actor
) -> BatchNote:
    """Says why a batch no longer holds rows of earlier ones: 源头已撤销 takes them out of those, 漏报 keeps them.

    Raises Forbidden, and ScorecardError when there is no such batch, no row or no reason.
    """
    if not rows:
        raise ScorecardError(f"批次 {table}/{name}", "没有要核定的行", "至少一行", "请核对批次和主键")
    return _note(data, actor, BatchNote(0, table, name, ruling, actor.name, "", reason, rows=tuple(sorted(rows))))


def rulings(data: DataDir) -> Mapping[tuple[str, str, str], BatchAct]:
    """(table, batch name, day or row) -> the last ruling. Raises StorageError when a note cannot be read."""
    return {(note.table, note.name, what): note.act for note in notes(data) for what in note.ruled_on}


def withdrawn(data: DataDir) -> Mapping[tuple[str, str], BatchNote]:
    """(table, batch name) -> the note of the withdrawal, for every batch that is withdrawn now.

    Raises StorageError when a note cannot be read: without it a withdrawn batch would count again.
    """
    last = {(note.table, note.name): note for note in notes(data) if not note.ruled_on}
    return {batch: note for batch, note in last.items() if note.act == "撤回"}


def batches_in_use(
    data: DataDir, sample: bool, found: tuple[tuple[Batch, ...], tuple[DamagedBatch, ...]] | None = None
) -> tuple[Batch, ...]:
    """The batches that are not withdrawn, the sample's or the court's own, in the order of `list_batches`.

    `found` is what `survey_batches` just gave. Raises StorageError when one that is not withdrawn is damaged: without it
    every number would be another one.
    """
    (whole, damaged), gone = found or survey_batches(data), withdrawn(data)
    for batch in damaged:
        if (batch.table, batch.name) not in gone:
            raise batch.error
    return tuple(batch for batch in whole if batch.sample == sample and (batch.table, batch.name) not in gone)


def whole_in_use(data: DataDir, sample: bool) -> tuple[Batch, ...]:
    """The same, without the damaged ones: for what only compares with earlier batches."""
    batches, gone = survey_batches(data)[0], withdrawn(data)
    return tuple(batch for batch in batches if batch.sample == sample and (batch.table, batch.name) not in gone)


def notes(data: DataDir) -> tuple[BatchNote, ...]:
    """Every note ever written, in order."""
    checks = FolderChecks(data, data.withdrawals)
    return tuple(sorted((_read(path, checks) for path in checks.paths("*.json")), key=lambda note: note.number))


def _note(data: DataDir, actor: Actor, said: BatchNote) -> BatchNote:
    """Writes a note, which has no number and no time yet."""
    where = f"批次 {said.table}/{said.name}"
    with audit.recorded(data, actor, _ACTIONS[said.act], f"{said.table}/{said.name}") as entry:
        actor.require("publish")
        _record_missed(data)
        if not said.reason.strip():
            raise ScorecardError(where, f"{said.act}没有写理由", "一句话的理由", "请写明理由再提交")
        if (said.table, said.name) not in {(one.table, one.name) for found in survey_batches(data) for one in found}:
            raise ScorecardError(where, "没有这个批次", "已接收的批次之一", "请在“版本”页的批次清单里选择")
        with exclusive_lock(data):
            number = max((note.number for note in notes(data)), default=0) + 1
            already = withdrawn(data).get((said.table, said.name))
            if said.act == "撤回" and already is not None:
                raise ScorecardError(where, f"此前已由 {already.actor} 撤回", "在用的批次", "无须再次撤回")
            if said.act == "恢复" and already is None:
                raise ScorecardError(where, "没有被撤回", "已撤回的批次", "无须恢复")
            now = datetime.now(COURT_TIME).isoformat(timespec="seconds")
            note = replace(said, number=number, at=now, reason=said.reason.strip())
            with storage_errors(where):
                make_folder(data.withdrawals)
                remove_stale_temporaries(data.withdrawals)
                text = json.dumps(asdict(note), ensure_ascii=False, indent=1)
                checksums.write_once(data, data.withdrawals / f"{number:06}.json", text.encode("utf-8"))
        entry.detail |= {"entry": number, **({"rows": len(note.rows)} if note.rows else {})}
    return note


def _record_missed(data: DataDir) -> None:
    """Writes the missing line of the audit for every note whose process was killed before it wrote one."""
    acts = (*_ACTIONS.values(), "补记")
    done = [entry for entry in audit.entries(data) if entry.action in acts and entry.result == "成功"]
    known = {entry.detail.get("entry") for entry in done}
    young = time.time() - audit_recovery.AGE
    checks = FolderChecks(data, data.withdrawals)
    for path in checks.paths("*.json"):
        recent = path.exists() and path.stat().st_mtime > young
        if not recent and (note := _read(path, checks)).number not in known:
            what, act = f"{note.act} {note.table}/{note.name}", _ACTIONS[note.act]
            audit.record(data, audit.SYSTEM, "补记", what, act=act, by=note.actor, when=note.at, entry=note.number)


def _read(path: Path, checks: FolderChecks) -> BatchNote:
    try:
        known = json.loads(checks.read(path))
        return BatchNote(**known | {"rows": tuple(known.get("rows", ()))})
    except (OSError, ValueError, TypeError, StorageError) as error:
        found, expected = "文件已损坏或不是本系统写入的", "完整的撤回、恢复或核定记录"
        remedy = "请从备份恢复这个文件；在此之前不能建库，以免已撤回的数据又被计入"
        raise StorageError(f"批次的记录 {path.name}", found, expected, remedy) from error
