"""Who did what, when, from where, with what result: an append-only file of lines, each sealed with the one before it.

A line's seal is the SHA-256 of the seal before it and of the line's own content, so a changed, removed or reordered
line breaks the chain from there on. `audit.head` beside the file names the last line, so that a tail cut off is noticed
too; manifests of published versions carry the seal of their day. No personal data goes in: actors, files, versions,
counts. 网络安全法第21条 asks for six months; nothing here is ever removed.
"""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from scorecard.access import ROLE_NAMES, Actor
from scorecard.durable import storage_errors, sweep, write_whole
from scorecard.errors import ScorecardError, StorageError
from scorecard.freshness import COURT_TIME
from scorecard.layout import DataDir

Action = Literal[
    "登录", "退出", "上传", "对应表头", "设定目标", "填报进展", "撤回批次", "恢复批次", "发布", "回退", "清理版本", "导出", "账户",
    "补记",
]  # fmt: skip
Result = Literal["成功", "拒绝", "失败"]
START = "0" * 64  # the seal before the first line
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One line. `subject` is what was acted on (a batch, a version, a file, an account); `detail` holds plain words and counts."""

    number: int
    at: str
    actor: str
    role: str
    origin: str
    action: Action
    subject: str
    result: Result
    detail: Mapping[str, Any] = field(default_factory=dict)
    previous: str = START
    seal: str = ""


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
    result: Result = "成功",
    **detail: Any,
) -> Entry:
    """Append one line and make it durable before going on. Raises StorageError when the disk refuses."""
    with storage_errors("审计记录"), _locked(data) as handle:
        sweep(data.root)
        last = _last(handle)
        entry = Entry(
            number=last.number + 1 if last else 1,
            at=datetime.now(COURT_TIME).isoformat(timespec="seconds"),
            actor=actor.name,
            role=ROLE_NAMES[actor.role],
            origin=actor.origin,
            action=action,
            subject=subject,
            result=result,
            detail=detail,
            previous=last.seal if last else START,
        )
        sealed = replace(entry, seal=seal(entry))
        _append(handle, (_text(sealed) + "\n").encode("utf-8"))
        write_whole(data.audit_head, f"{sealed.number} {sealed.seal}\n".encode())
    return sealed


@dataclass
class Told:
    """What is known of an act while it goes on: the subject may get its name, the detail grows."""

    subject: str
    detail: dict[str, Any]


@contextmanager
def told(data: DataDir, actor: Actor, action: Action, subject: str, **detail: Any) -> Generator[Told]:
    """Record the act however it ends: 成功, 拒绝 (no right, or refused at the door), 失败 with the reason."""
    so_far = Told(subject, dict(detail))
    try:
        yield so_far
    except StorageError as error:
        # A disk that refuses the act may refuse its record too; the first reason is the one to be told.
        with suppress(StorageError):
            record(data, actor, action, so_far.subject, "失败", **so_far.detail, reason=error.found)
        raise
    except ScorecardError as error:
        record(data, actor, action, so_far.subject, "拒绝", **so_far.detail, reason=error.found)
        raise
    record(data, actor, action, so_far.subject, "成功", **so_far.detail)


def seal(entry: Entry) -> str:
    """SHA-256 over everything an entry says but its own seal; the seal before it is part of what it says."""
    content = {**asdict(entry), "seal": ""}
    return hashlib.sha256(_json(content).encode("utf-8")).hexdigest()


def entries(data: DataDir) -> tuple[Entry, ...]:
    """Every line that can be read, in the order of the file. What cannot is for `verify` to name."""
    found: list[Entry] = []
    for line in _lines(data):
        try:
            found.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return tuple(found)


def head(data: DataDir) -> str:
    """ "number seal" of the last line, to be printed on what leaves the building; empty before the first."""
    found = entries(data)
    return f"{found[-1].number} {found[-1].seal}" if found else ""


def verify(data: DataDir) -> tuple[Fault, ...]:
    """Every line that was changed, removed or put elsewhere; empty when the chain is whole.

    A last line without its line end was never confirmed to anyone: the next record takes its place, it is no fault.
    """
    faults: list[Fault] = []
    expected, number, seals = START, 0, {START}
    for line, text in enumerate(_lines(data), 1):
        try:
            entry = Entry(**json.loads(text))
        except (ValueError, TypeError):
            faults.append(Fault(line, "这一行不是审计记录，已被改动"))
            continue
        if seal(entry) != entry.seal:
            faults.append(Fault(line, "内容与印记不符，已被改动"))
        if entry.previous != expected or entry.number != number + 1:
            faults.append(
                Fault(line, f"应接在第 {number} 条之后，实为第 {entry.number} 条：有记录被删去或调换")
            )
        expected, number = entry.seal, entry.number
        seals.add(entry.seal)
    named = _head(data)
    if named and named[1] not in seals:
        faults.append(Fault(number + 1, f"末尾的记录被删去：曾记到第 {named[0]} 条"))
    return tuple(faults)


# --- the file -------------------------------------------------------------------------------------------------


@contextmanager
def _locked(data: DataDir) -> Generator[int]:
    """The file, open for appending, for one process at a time; the lock goes with the handle."""
    data.root.mkdir(parents=True, exist_ok=True)
    handle = os.open(data.audit, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _last(handle: int) -> Entry | None:
    """The last whole line; what a killed writer left behind it is cut off first.

    Raises StorageError when the last line cannot be read: nothing may be chained to a damaged record.
    """
    size = os.fstat(handle).st_size
    tail, start = b"", size
    while start and tail.rstrip(b"\n").count(b"\n") < 2:
        start = max(0, start - _BLOCK)
        tail = os.pread(handle, size - start, start)
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        os.ftruncate(handle, start + whole)
    line = tail[:whole].rstrip(b"\n").rpartition(b"\n")[2]
    if not line:
        return None
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise StorageError(
            "审计记录",
            "最后一条无法读取",
            "完整的审计记录",
            "请运行 python -m etl audit verify，并从备份恢复",
        ) from error


def _append(handle: int, line: bytes) -> None:
    """The whole line or nothing of it, on the disk."""
    size = os.fstat(handle).st_size
    try:
        if os.write(handle, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise


def _lines(data: DataDir) -> list[str]:
    """The whole lines of the file; the bytes after the last line end were never confirmed."""
    try:
        raw = data.audit.read_bytes()
    except FileNotFoundError:
        return []
    return raw[: raw.rfind(b"\n") + 1].decode("utf-8", errors="replace").split("\n")[:-1]


def _head(data: DataDir) -> tuple[int, str] | None:
    """Number and seal of the last line as it was written beside the file; None before the first or when unreadable."""
    try:
        number, found = data.audit_head.read_text(encoding="ascii").split()
        return int(number), found
    except (OSError, ValueError):
        return None


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False)
