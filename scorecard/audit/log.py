"""The audit log: who did what, when, from where, with what result; each line is sealed with the seal of the line before.

A changed, removed or reordered line breaks the chain. `audit.head` beside the file names the last line, so that a missing
tail is noticed too; manifests of published versions carry the seal of their day. A damaged file stops nobody: the next
line follows the last readable one, and the damage gets a line of its own that `verify` reports for ever. Lines hold no
personal data: actors, files, versions, counts. 网络安全法第21条 requires six months; no line is ever removed.
"""

import errno
import fcntl
import json
import os
import re
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit.entry import START, Action, ActResult, AuditEntry, plain, read, seal, sealed, written
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.atomic_files import (
    remove_stale_temporaries,
    replace_atomically,
    storage_errors,
    temporary_sibling,
    write_atomically,
)
from scorecard.storage.data_dir import DataDir

SYSTEM = Actor("系统", "console", origin="自动")  # for damage and for acts recorded later
RECORD = "审计记录"
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Fault:
    """A line, by its place in the file, that does not fit the chain, and why."""

    line: int
    reason: str


def record(
    data: DataDir, actor: Actor, action: Action, subject: str, result: ActResult = "成功", **detail: Any
) -> AuditEntry:
    """Append one line, durable on return. Raises StorageError when the disk refuses; then nothing of it is there."""
    with storage_errors(RECORD), _appending(data) as (handle, last):
        remove_stale_temporaries(data.root)
        if damage := _damage(data, last):
            last = _append(data, handle, last, SYSTEM, "补记", RECORD, "失败", {"reason": damage})
        elif last and _head(data) != (last.number, last.seal):  # killed before the head was written: never two behind
            write_atomically(data.audit_head, _head_of(last))
        return _append(data, handle, last, actor, action, subject, result, detail)


@dataclass
class AuditedAct:
    """An act while it goes on: its subject may still change, its detail grow."""

    subject: str
    detail: dict[str, Any]


@contextmanager
def recorded(data: DataDir, actor: Actor, action: Action, subject: str, **detail: Any) -> Generator[AuditedAct]:
    """Record the act however it ends: 成功, 拒绝 (no right, or a refused input), 失败, the last two with the reason."""
    act = AuditedAct(subject, dict(detail))
    result: ActResult = "失败"
    reason = ""
    try:
        yield act
        result = "成功"
    except StorageError as error:
        reason = error.for_the_record
        raise
    except ScorecardError as error:
        result, reason = "拒绝", error.for_the_record
        raise
    finally:
        if result != "成功":
            reason = reason or f"操作中断（{type(sys.exception()).__name__}）"
            # A disk that refuses the act may refuse its record too; the user reads the first reason.
            with suppress(StorageError):
                record(data, actor, action, act.subject, result, **{**act.detail, "reason": reason})
    try:
        record(data, actor, action, act.subject, **act.detail)
    except StorageError as error:
        remedy = f"{error.remedy}；不必重复这一操作"
        raise StorageError(RECORD, f"{action}已完成，但没有记入审计：{error.found}", error.expected, remedy) from error


def entries(data: DataDir) -> tuple[AuditEntry, ...]:
    """Every readable line, in the order of the file. `verify` names the others."""
    return tuple(entry for line in _lines(data) if (entry := read(line)) is not None)


def head(data: DataDir) -> str:
    """Number and seal of the last line, which exports and published versions carry; empty before the first line."""
    try:
        with data.audit.open("rb") as file:
            last, _ = _last(file.fileno())
    except FileNotFoundError:
        return ""
    return f"{last.number} {last.seal}" if last else ""


def subjects_of(data: DataDir, actions: Iterable[Action]) -> tuple[str, ...]:
    """The subjects of all successful lines of these actions, in order. Searched as bytes: parsing takes seconds."""
    try:
        raw = data.audit.read_bytes()
    except FileNotFoundError:
        return ()
    names = "|".join(actions)
    pattern = f'"action": "(?:{names})", "subject": "([^"\\\\]*)", "result": "成功"'.encode()
    return tuple(subject.decode("utf-8", errors="replace") for subject in re.findall(pattern, raw))


@contextmanager
def held(data: DataDir) -> Generator[None]:
    """No line is added while the block runs: file and head agree."""
    if not data.audit.exists():
        yield
        return
    with data.audit.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def verify(data: DataDir) -> tuple[Fault, ...]:
    """Every line that was changed, removed, inserted or put elsewhere; empty when the chain is whole.

    A last line without its line end was never confirmed: the next record replaces it, so it is no fault.
    """
    anchors = [*_anchors(data)]  # read before the lines: a line added meanwhile is no fault
    faults: list[Fault] = []
    expected, number, seals = START, 0, {START: 0}
    line = 0
    for line, text in enumerate(_lines(data), 1):
        entry = read(text)
        if entry is None:
            faults.append(Fault(line, "这一行不是审计记录，已被改动"))
            continue
        if seal(entry) != entry.seal or written(entry) != text + b"\n":
            faults.append(Fault(line, "内容与印记不符，已被改动"))
        if entry.previous != expected or entry.number != number + 1:
            reason = f"应接在第 {number} 条之后，实为第 {entry.number} 条：有记录被删去、插入或调换"
            faults.append(Fault(line, reason))
        if (entry.action, entry.subject, entry.result) == ("补记", RECORD, "失败"):
            faults.append(Fault(line, f"记录时已发现损坏：{entry.detail.get('reason', '')}"))
        expected, number = entry.seal, entry.number
        seals[entry.seal] = entry.number
    for where, named, known in anchors:
        if seals.get(known) != named:
            faults.append(Fault(line + 1, f"{where}记到第 {named} 条，这一条已不在文件中：记录被删去或改动"))
    if number > 1 and _head(data) is None:
        faults.append(Fault(line + 1, f"{data.audit_head.name} 缺失或无法读取，不能确认末尾没有被删"))
    return tuple(faults)


def _anchors(data: DataDir) -> Generator[tuple[str, int, str]]:
    """What other files say of the chain: (which file, number of a line, its seal)."""
    if named := _head(data):
        yield data.audit_head.name, *named
    for path in sorted(data.versions.glob("*.json")):
        with suppress(OSError, ValueError, TypeError, AttributeError):
            if anchor := _number_and_seal(json.loads(path.read_bytes()).get("audit", "")):
                yield f"版本 {path.stem} 的发布记录", *anchor


# --- the file -------------------------------------------------------------------------------------------------


@contextmanager
def _appending(data: DataDir) -> Generator[tuple[int, AuditEntry | None]]:
    """The file, open for one process at a time, and its last line; the lock goes with the handle."""
    data.root.mkdir(parents=True, exist_ok=True)
    handle = os.open(data.audit, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        last, end = _last(handle)
        if end < os.fstat(handle).st_size:  # a killed writer's bytes after the last line end were never confirmed
            os.ftruncate(handle, end)
        yield handle, last
    finally:
        os.close(handle)


def _last(handle: int) -> tuple[AuditEntry | None, int]:
    """The last line that can be read, None without any; and where the last line end is."""
    size, block = os.fstat(handle).st_size, _BLOCK
    while True:
        start = max(0, size - block)
        raw = os.pread(handle, size - start, start)
        end = raw.rfind(b"\n") + 1
        lines = raw[:end].split(b"\n")[1 if start else 0 : -1]  # the first piece may have begun before the block
        entry = next((entry for line in reversed(lines) if (entry := read(line))), None)
        if entry or not start:
            return entry, start + end
        block *= 2


def _damage(data: DataDir, last: AuditEntry | None) -> str:
    """Why the line that audit.head names is no longer in the file; empty when it is, or before the first line."""
    named = _head(data)
    if named is None:
        whole = last is None or last.number == 1  # killed between the first line and its head
        return "" if whole else f"{data.audit_head.name} 缺失或无法读取，不能确认末尾没有被删"
    number, known = named
    if last and known in (last.seal, last.previous):
        return ""
    if any((entry.number, entry.seal) == named for entry in entries(data)):
        return ""
    return f"曾记到第 {number} 条（印记 {known[:12]}），这一条已不在文件中"


def _append(
    data: DataDir,
    handle: int,
    last: AuditEntry | None,
    actor: Actor,
    action: Action,
    subject: str,
    result: ActResult,
    detail: dict[str, Any],
) -> AuditEntry:
    """The next line, the whole of it on the disk or nothing; then its name in audit.head."""
    entry = sealed(
        AuditEntry(
            number=last.number + 1 if last else 1,
            at=datetime.now(COURT_TIME).isoformat(timespec="seconds"),
            actor=plain(actor.name),
            role=ROLE_NAMES[actor.role],
            origin=plain(actor.origin),
            action=action,
            subject=plain(subject),
            result=result,
            detail=plain(detail),
            previous=last.seal if last else START,
        )
    )
    line, size = written(entry), os.fstat(handle).st_size
    head = temporary_sibling(data.audit_head)
    try:
        with head.open("wb") as file:  # before the line: a disk without room for both refuses here
            file.write(_head_of(entry))
            file.flush()
            os.fsync(file.fileno())
        try:
            if os.write(handle, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
        replace_atomically(head, data.audit_head)  # syncs the folder too: a new file's own name becomes durable
    finally:
        head.unlink(missing_ok=True)
    return entry


def _lines(data: DataDir) -> list[bytes]:
    """The whole lines of the file; the bytes after the last line end were never confirmed."""
    try:
        raw = data.audit.read_bytes()
    except FileNotFoundError:
        return []
    return raw[: raw.rfind(b"\n") + 1].split(b"\n")[:-1]


def _head(data: DataDir) -> tuple[int, str] | None:
    """Number and seal of the last line as audit.head has them; None before the first line or when unreadable."""
    try:
        return _number_and_seal(data.audit_head.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _head_of(entry: AuditEntry) -> bytes:
    return f"{entry.number} {entry.seal}\n".encode()


def _number_and_seal(text: str) -> tuple[int, str] | None:
    match = re.fullmatch(r"(\d{1,18}) ([0-9a-f]{64})\n?", text)
    return (int(match[1]), match[2]) if match else None
