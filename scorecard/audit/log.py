"""Who did what, when, from where, with what result: an append-only file of lines, each sealed with the one before it.

A changed, removed or reordered line breaks the chain from there on. `audit.head` beside the file names the last line, so
that a tail cut off is noticed too; manifests of published versions carry the seal of their day. A damaged file stops
nobody: the next line goes on after the last readable one, and the damage gets a line of its own that `verify` reports
for ever. No personal data goes in: actors, files, versions, counts. 网络安全法第21条 asks for six months; nothing here is
ever removed.
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

SYSTEM = Actor("系统", "console", origin="自动")  # what nobody did: damage found, acts recorded later
RECORD = "审计记录"
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Fault:
    """A line (by its place in the file) that does not fit the chain, and why."""

    line: int
    reason: str


def record(
    data: DataDir,
    actor: Actor,
    action: Action,
    subject: str,
    result: ActResult = "成功",
    **detail: Any,
) -> AuditEntry:
    """Append one line and make it durable before going on. Raises StorageError when the disk refuses: then it is not there."""
    with storage_errors(RECORD), _locked(data) as handle:
        remove_stale_temporaries(data.root)
        last = _last(handle)
        if damage := _damage(data, last):
            last = _append(data, handle, _next(last, SYSTEM, "补记", RECORD, "失败", {"reason": damage}))
        elif last and _head(data) != (last.number, last.seal):  # killed before it was named: never two behind
            write_atomically(data.audit_head, _name(last))
        return _append(data, handle, _next(last, actor, action, subject, result, detail))


@dataclass
class AuditedAct:
    """What is known of an act while it goes on: the subject may get its name, the detail grows."""

    subject: str
    detail: dict[str, Any]


@contextmanager
def recorded(
    data: DataDir, actor: Actor, action: Action, subject: str, **detail: Any
) -> Generator[AuditedAct]:
    """Record the act however it ends: 成功, 拒绝 (no right, or refused at the door), 失败 with the reason."""
    so_far = AuditedAct(subject, dict(detail))
    result: ActResult = "失败"
    reason = ""
    try:
        yield so_far
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
            # A disk that refuses the act may refuse its record too; the first reason is the one to be told.
            with suppress(StorageError):
                record(data, actor, action, so_far.subject, result, **{**so_far.detail, "reason": reason})
    try:
        record(data, actor, action, so_far.subject, **so_far.detail)
    except StorageError as error:
        remedy = f"{error.remedy}；不必重复这一操作"
        raise StorageError(
            RECORD, f"{action}已完成，但没有记入审计：{error.found}", error.expected, remedy
        ) from error


def entries(data: DataDir) -> tuple[AuditEntry, ...]:
    """Every line that can be read, in the order of the file. What cannot is for `verify` to name."""
    return tuple(entry for line in _lines(data) if (entry := read(line)) is not None)


def head(data: DataDir) -> str:
    """ "number seal" of the last line, to be carried by what leaves the building; empty before the first."""
    try:
        handle = os.open(data.audit, os.O_RDONLY)
    except FileNotFoundError:
        return ""
    try:
        last = _last(handle)
    finally:
        os.close(handle)
    return f"{last.number} {last.seal}" if last else ""


def subjects_of(data: DataDir, actions: Iterable[Action]) -> tuple[str, ...]:
    """The subjects of the successful lines of these actions, in order: found by their spelling, without parsing."""
    try:
        raw = data.audit.read_bytes()
    except FileNotFoundError:
        return ()
    names = "|".join(actions)
    pattern = f'"action": "(?:{names})", "subject": "([^"\\\\]*)", "result": "成功"'.encode()
    return tuple(found.decode("utf-8", errors="replace") for found in re.findall(pattern, raw))


def verify(data: DataDir) -> tuple[Fault, ...]:
    """Every line that was changed, removed, inserted or put elsewhere; empty when the chain is whole.

    A last line without its line end was never confirmed to anyone: the next record takes its place, it is no fault.
    """
    anchors = [*_anchors(data)]  # before the lines: whoever records meanwhile is no fault
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
    """What other files say of the chain: where it is said, the number of a line, its seal."""
    if named := _head(data):
        yield data.audit_head.name, *named
    for path in sorted(data.versions.glob("*.json")):
        with suppress(OSError, ValueError, TypeError, AttributeError):
            if found := _number_and_seal(json.loads(path.read_bytes()).get("audit", "")):
                yield f"版本 {path.stem} 的发布记录", *found


# --- the file -------------------------------------------------------------------------------------------------


@contextmanager
def _locked(data: DataDir) -> Generator[int]:
    """The file, open for appending, for one process at a time; the lock goes with the handle."""
    data.root.mkdir(parents=True, exist_ok=True)
    handle = os.open(data.audit, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _cut_what_was_never_confirmed(handle)
        yield handle
    finally:
        os.close(handle)


def _cut_what_was_never_confirmed(handle: int) -> None:
    """What a killed writer left behind the last line end goes, before anything is written after it."""
    size = end = os.fstat(handle).st_size
    while end:
        start = max(0, end - _BLOCK)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        end = start + found + 1 if found >= 0 else start
        if found >= 0:
            break
    if end < size:
        os.ftruncate(handle, end)


def _last(handle: int) -> AuditEntry | None:
    """The last line that can be read, whatever stands behind it; None where there is none."""
    start = os.fstat(handle).st_size
    tail = b""
    while start:
        size = min(_BLOCK, start)
        start -= size
        lines = (os.pread(handle, size, start) + tail).split(b"\n")
        # The first piece may have begun in the block before it; the last stands behind the last line end.
        for line in reversed(lines[1:-1] if start else lines[:-1]):
            if entry := read(line):
                return entry
        tail = lines[0] + (b"\n" if len(lines) > 1 else b"")
    return None


def _damage(data: DataDir, last: AuditEntry | None) -> str:
    """Why the line named beside the file is not in it any more; empty when it is, or was never named."""
    named = _head(data)
    if named is None:
        whole = last is None or last.number == 1  # killed between the first line and its name
        return "" if whole else f"{data.audit_head.name} 缺失或无法读取，不能确认末尾没有被删"
    number, known = named
    if last and known in (last.seal, last.previous):
        return ""
    if any((entry.number, entry.seal) == named for entry in entries(data)):
        return ""
    return f"曾记到第 {number} 条（印记 {known[:12]}），这一条已不在文件中"


def _next(
    last: AuditEntry | None,
    actor: Actor,
    action: Action,
    subject: str,
    result: ActResult,
    detail: dict[str, Any],
) -> AuditEntry:
    return sealed(
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


def _append(data: DataDir, handle: int, entry: AuditEntry) -> AuditEntry:
    """The whole line on the disk, or nothing of it; then its name beside the file."""
    name = temporary_sibling(data.audit_head)
    size = os.fstat(handle).st_size
    line = written(entry)
    try:
        with name.open("wb") as beside:  # before the line: a disk without room for both refuses here
            beside.write(_name(entry))
            beside.flush()
            os.fsync(beside.fileno())
        try:
            if os.write(handle, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
        replace_atomically(name, data.audit_head)  # the folder too: it makes a new file's own name durable
    finally:
        name.unlink(missing_ok=True)
    return entry


def _lines(data: DataDir) -> list[bytes]:
    """The whole lines of the file; the bytes after the last line end were never confirmed."""
    try:
        raw = data.audit.read_bytes()
    except FileNotFoundError:
        return []
    return raw[: raw.rfind(b"\n") + 1].split(b"\n")[:-1]


def _head(data: DataDir) -> tuple[int, str] | None:
    """Number and seal of the last line as it was written beside the file; None before the first or when unreadable."""
    try:
        return _number_and_seal(data.audit_head.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _name(entry: AuditEntry) -> bytes:
    return f"{entry.number} {entry.seal}\n".encode()


def _number_and_seal(text: str) -> tuple[int, str] | None:
    found = re.fullmatch(r"(\d{1,18}) ([0-9a-f]{64})\n?", text)
    return (int(found[1]), found[2]) if found else None
