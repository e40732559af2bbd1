"""Notes on batches: withdrawn, restored, what a doubtful day in it means. Beside the batch, never a change of it.

The last note counts. A withdrawn batch is left out of every version built from then on, so the version after accepting and
withdrawing is the one before. The file stays where it is; restoring it is another note.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, cast

from etl.intake import audit_recovery
from etl.intake.batches import Batch, survey_batches
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir
from scorecard.storage.private_files import make_folder

Ruling = Literal["按未结", "按已结"]  # what the rows mean that share a day which looks like the day of an export
BatchAct = Literal["撤回", "恢复"] | Ruling
_ACTIONS: dict[BatchAct, audit.Action] = {
    "撤回": "撤回批次", "恢复": "恢复批次", "按未结": "核定截数日期", "按已结": "核定截数日期",
}  # fmt: skip


@dataclass(frozen=True)
class BatchNote:
    """One note on one batch: the act, who did it, when and why. `number` is the order of the notes, `day` what is ruled on."""

    number: int
    table: str
    name: str
    act: BatchAct
    actor: str
    at: str
    reason: str
    day: str = ""


def withdraw(data: DataDir, table: str, name: str, reason: str, actor: Actor) -> BatchNote:
    """Leaves a batch out of every version built from now on.

    Raises Forbidden, and ScorecardError when there is no such batch, no reason, or it is withdrawn already.
    """
    return _note(data, table, name, "撤回", reason, actor)


def restore(data: DataDir, table: str, name: str, reason: str, actor: Actor) -> BatchNote:
    """Counts a withdrawn batch again. Raises Forbidden, and ScorecardError when it is not withdrawn."""
    return _note(data, table, name, "恢复", reason, actor)


def rule_on_cut_date(
    data: DataDir, table: str, name: str, day: str, ruling: Ruling, reason: str, actor: Actor
) -> BatchNote:
    """Says what the rows of a batch mean that share this day: 按未结 leaves their date out from now on, 按已结 takes it.

    Raises Forbidden, and ScorecardError when there is no such batch or no reason.
    """
    return _note(data, table, name, ruling, reason, actor, date.fromisoformat(day).isoformat())


def rulings(data: DataDir) -> Mapping[tuple[str, str, str], Ruling]:
    """(table, batch name, day) -> the last ruling. Raises StorageError when a note cannot be read."""
    return {(note.table, note.name, note.day): cast(Ruling, note.act) for note in notes(data) if note.day}


def _note(data: DataDir, table: str, name: str, act: BatchAct, reason: str, actor: Actor, day: str = "") -> BatchNote:
    with audit.recorded(data, actor, _ACTIONS[act], f"{table}/{name}") as entry:
        actor.require("publish")
        _record_missed(data)
        note = _write_note(data, table, name, act, reason, actor, day)
        entry.detail["entry"] = note.number
    return note


def withdrawn(data: DataDir) -> Mapping[tuple[str, str], BatchNote]:
    """(table, batch name) -> the note of the withdrawal, for every batch that is withdrawn now.

    Raises StorageError when a note cannot be read: without it a withdrawn batch would count again.
    """
    last = {(note.table, note.name): note for note in notes(data) if not note.day}
    return {batch: note for batch, note in last.items() if note.act == "撤回"}


def batches_in_use(data: DataDir, sample: bool) -> tuple[Batch, ...]:
    """The batches that are not withdrawn, the sample's or the court's own, in the order of `list_batches`.

    Raises StorageError when one that is not withdrawn is damaged: without it every number would be another one.
    """
    gone = withdrawn(data)
    for batch in survey_batches(data)[1]:
        if (batch.table, batch.name) not in gone:
            raise batch.error
    return whole_in_use(data, sample)


def whole_in_use(data: DataDir, sample: bool) -> tuple[Batch, ...]:
    """The same, without the damaged ones: for what only compares with earlier batches."""
    batches, gone = survey_batches(data)[0], withdrawn(data)
    return tuple(batch for batch in batches if batch.sample == sample and (batch.table, batch.name) not in gone)


def notes(data: DataDir) -> tuple[BatchNote, ...]:
    """Every note ever written, in order."""
    checks = FolderChecks(data, data.withdrawals)
    return tuple(sorted((_read(path, checks) for path in checks.paths("*.json")), key=lambda note: note.number))


def _write_note(data: DataDir, table: str, name: str, act: BatchAct, reason: str, actor: Actor, day: str) -> BatchNote:
    where = f"批次 {table}/{name}"
    reason = reason.strip()
    if not reason:
        raise ScorecardError(where, f"{act}没有写理由", "一句话的理由", "请写明理由再提交")
    if not any((batch.table, batch.name) == (table, name) for found in survey_batches(data) for batch in found):
        raise ScorecardError(where, "没有这个批次", "已接收的批次之一", "请在“版本”页的批次清单里选择")
    with exclusive_lock(data):
        known = notes(data)
        already = withdrawn(data).get((table, name))
        if act == "撤回" and already is not None:
            raise ScorecardError(where, f"此前已由 {already.actor} 撤回", "在用的批次", "无须再次撤回")
        if act == "恢复" and already is None:
            raise ScorecardError(where, "没有被撤回", "已撤回的批次", "无须恢复")
        note = BatchNote(
            number=known[-1].number + 1 if known else 1,
            table=table,
            name=name,
            act=act,
            actor=actor.name,
            at=datetime.now(COURT_TIME).isoformat(timespec="seconds"),
            reason=reason,
            day=day,
        )
        with storage_errors(where):
            make_folder(data.withdrawals)
            remove_stale_temporaries(data.withdrawals)
            text = json.dumps(asdict(note), ensure_ascii=False, indent=1)
            checksums.write_once(data, data.withdrawals / f"{note.number:06}.json", text.encode("utf-8"))
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
            audit.record(
                data,
                audit.SYSTEM,
                "补记",
                f"{note.act} {note.table}/{note.name}",
                act=_ACTIONS[note.act],
                by=note.actor,
                when=note.at,
                entry=note.number,
            )


def _read(path: Path, checks: FolderChecks) -> BatchNote:
    try:
        return BatchNote(**json.loads(checks.read(path)))
    except (OSError, ValueError, TypeError, StorageError) as error:
        remedy = "请从备份恢复这个文件；在此之前不能建库，以免已撤回的数据又被计入"
        raise StorageError(
            f"批次的记录 {path.name}", "文件已损坏或不是本系统写入的", "完整的撤回、恢复或核定记录", remedy
        ) from error
