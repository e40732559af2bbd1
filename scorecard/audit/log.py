"""The audit log: who did what, when, from where, with what result; each line is sealed with the seal of the line before.

A changed, removed or reordered line breaks the chain; its end is sealed by a key outside the data folder (head_seal.py), and
manifests of published versions carry the seal of their day. A damaged file stops nobody: the next line follows the last
readable one, and the damage gets a line of its own that `verify` reports for ever. A clock that went back and a key that
was lost get one too. Lines hold no personal data: actors, files, versions, counts. 网络安全法第21条 requires six months; no
line is ever removed.
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
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from scorecard.access import COMMAND_LINE, ROLE_NAMES, Actor
from scorecard.audit import head_seal, log as audit
from scorecard.audit.entry import START, Action, ActResult, AuditEntry, plain, read, seal, sealed, written
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.atomic_files import FILE, make_folder, make_private, remove_stale_temporaries, storage_errors
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import default_keys

SYSTEM = Actor("系统", "console", origin="自动")  # for damage and for acts recorded later
RECORD = "审计记录"
_BLOCK = 1 << 16
_BACK = timedelta(minutes=1)  # two servers' clocks may differ by seconds


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
        state = head_seal.read_state(data)
        sealing = _Sealing(data, handle, None if state.trouble else head_seal.sealing_key(), state.witness)
        for remark in _remarks(data, state, last):
            last = sealing.append(last, SYSTEM, remark)
        return sealing.append(last, actor, (action, subject, result, detail))


_Said = tuple[Action, str, ActResult, dict[str, Any]]


def _remarks(data: DataDir, state: head_seal.SealState, last: AuditEntry | None) -> Generator[_Said]:
    """The lines that must stand before the next one: damage, a lost key, a clock that went back."""

    def find(known: str) -> int | None:
        """Searched in the last two lines first: only damage costs the reading of all."""
        if last and known in (last.seal, last.previous):
            return last.number - (known == last.previous)
        return _number_of(data, known)

    if damage := state.trouble or state.fault(last, find):
        yield "补记", RECORD, "失败", {"reason": damage}
    if state.key_lost:
        yield "换用密钥", RECORD, "成功", {"reason": "原来的密钥不在，此前的封印没有核对；自本条起用新的密钥"}
    now = datetime.now(COURT_TIME)
    if last and (before := _moment(last.at)) and now < before - _BACK:
        yield "时钟倒退", "服务器时钟", "成功", {"from": last.at, "to": now.isoformat(timespec="seconds")}


def _moment(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at).astimezone(COURT_TIME)
    except (ValueError, OverflowError):
        return None


def _number_of(data: DataDir, known: str) -> int | None:
    """The number of the line with this seal, or of the recovery that answers for it. Searched as bytes: parsing takes seconds."""
    raw = data.audit.read_bytes()
    for name in ("seal", "replaced"):
        if (at := raw.find(f'"{name}": "{known}"'.encode())) >= 0:
            entry = read(raw[raw.rfind(b"\n", 0, at) + 1 : raw.find(b"\n", at)])
            return entry.number if entry else None
    return 0 if known == START else None


@dataclass
class AuditedAct:
    """An act while it goes on: its subject may still change, its detail grow."""

    subject: str
    detail: dict[str, Any]


@contextmanager
def recorded(data: DataDir, actor: Actor, action: Action, subject: str, **detail: Any) -> Generator[AuditedAct]:
    """Record the act however it ends: 成功, 拒绝 (no right, or a refused input), 失败, the last two with the reason."""
    if actor.origin == COMMAND_LINE and head_seal.read_state(data).key_lost:
        remedy = "请把 SCORECARD_KEYS 设为它（见服务的配置），或放回保管的密钥；确已丢失，请在网页上登录一次，改用新密钥会记入审计"
        where, found = f"密钥 {default_keys() / head_seal.KEY}", "审计记录有封印，而封印的密钥不在这里"
        raise StorageError(where, found, "服务所用的密钥文件夹", remedy)
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


@dataclass(frozen=True)
class Verification:
    """What the chain says of itself: `faults` in it, and `notices` that are none: a clock set back, a key exchanged."""

    entries: tuple[AuditEntry, ...]
    faults: tuple[Fault, ...]
    notices: tuple[Fault, ...]
    sealed_since: int | None  # the first line sealed here by the key; None without one


def verify(data: DataDir) -> tuple[Fault, ...]:
    """Every line that was changed, removed, inserted or put elsewhere; empty when the chain is whole, to its last line."""
    return verification(data).faults


def verification(data: DataDir) -> Verification:
    """The chain, looked at line by line, with its end as head, witness and published versions name it.

    A last line without its line end was never confirmed: the next record replaces it, so it is no fault.
    """
    anchors = [*_anchors(data)]  # read before the lines: a version published meanwhile is no fault
    state, lines = _at_rest(data)
    faults: list[Fault] = []
    notices: list[Fault] = []
    known: list[AuditEntry] = []
    last: AuditEntry | None = None
    numbers = {START: 0}
    for line, text in enumerate(lines, 1):
        entry = read(text)
        if entry is None:
            faults.append(Fault(line, "这一行不是审计记录，已被改动"))
            continue
        faults += _line_faults(line, text, entry, last)
        if entry.action in ("时钟倒退", "换用密钥"):
            notices.append(Fault(line, _NOTICES[entry.action].format(**{"from": "", "to": "", **entry.detail})))
        known.append(last := entry)
        numbers[entry.seal] = entry.number
        if entry.action == "恢复备份":
            numbers.setdefault(str(entry.detail.get("replaced", "")), entry.number)
    after = len(lines) + 1
    for where, named, seal_of in anchors:
        if numbers.get(seal_of) != named:
            faults.append(Fault(after, f"{where}记到第 {named} 条，这一条已不在文件中：记录被删去或改动"))
    if fault := state.trouble or state.fault(last, numbers.get):
        faults.append(Fault(after, fault))
    if state.key_lost:
        missing = f"封印的密钥 {default_keys() / head_seal.KEY} 不在，封印没有核对：请把保管的密钥放回原处"
        faults.append(Fault(after, missing))
    if (witness := state.witness) and last and last.number > witness.number + 1:
        notices.append(Fault(after, f"密钥旁的见证停在第 {witness.number} 条，写不进：请检查 {default_keys()}"))
    return Verification(tuple(known), tuple(faults), tuple(notices), witness.since if witness else None)


def _at_rest(data: DataDir) -> tuple[head_seal.SealState, list[bytes]]:
    """The end as it is named, and the lines, of one moment. The file that holds the lock may be made only while they are read."""
    while True:
        there = data.audit.exists()
        with held(data):
            state, lines = head_seal.read_state(data), _lines(data)
        if there or not data.audit.exists():
            return state, lines


_NOTICES = {"时钟倒退": "服务器时钟由 {from} 倒退到 {to}，其间各条的时间不可靠", "换用密钥": "{reason}"}


def _line_faults(line: int, text: bytes, entry: AuditEntry, last: AuditEntry | None) -> Generator[Fault]:
    """What is wrong with a line, after the line before it."""
    expected, number = (last.seal, last.number) if last else (START, 0)
    if seal(entry) != entry.seal or written(entry) != text + b"\n":
        yield Fault(line, "内容与印记不符，已被改动")
    if entry.previous != expected or entry.number != number + 1:
        yield Fault(line, f"应接在第 {number} 条之后，实为第 {entry.number} 条：有记录被删去、插入或调换")
    if (entry.action, entry.subject, entry.result) == ("补记", RECORD, "失败"):
        yield Fault(line, f"记录时已发现损坏：{entry.detail.get('reason', '')}")


def _anchors(data: DataDir) -> Generator[tuple[str, int, str]]:
    """What published versions say of the chain: (which, number of a line, its seal)."""
    for path in sorted(data.versions.glob("*.json")):
        with suppress(OSError, ValueError, TypeError, AttributeError):
            told = json.loads(path.read_bytes()).get("audit", "")
            if anchor := re.fullmatch(r"(\d{1,18}) ([0-9a-f]{64})\n?", told):
                yield f"版本 {path.stem} 的发布记录", int(anchor[1]), anchor[2]


# --- the file -------------------------------------------------------------------------------------------------


@contextmanager
def _appending(data: DataDir) -> Generator[tuple[int, AuditEntry | None]]:
    """The file, open for one process at a time, and its last line; the lock goes with the handle."""
    make_folder(data.root)
    new = not data.audit.exists()
    handle = os.open(data.audit, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE)
    if new:
        make_private(data.audit)
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


@dataclass
class _Sealing:
    """Appends to the open file: first the head that announces the line, then the whole line or nothing of it, then the witness."""

    data: DataDir
    handle: int
    key: str | None
    witness: head_seal.Witness | None

    def append(self, last: AuditEntry | None, actor: Actor, said: _Said) -> AuditEntry:
        """The next line, durable."""
        action, subject, result, detail = said
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
        if self.witness is None:  # the first line here: a head without its line is believed beside a witness only
            self._see(last.number if last else 0, last.seal if last else START, entry.number)
        line, size = written(entry), os.fstat(self.handle).st_size
        # The head is durable before the line; this also makes the name of a new file durable.
        with head_seal.announced(self.data, entry.number, entry.seal, self.key):
            try:
                if os.write(self.handle, line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(self.handle)
            except OSError:
                os.ftruncate(self.handle, size)
                raise
        self._see(entry.number, entry.seal, self.witness.since if self.witness else entry.number)
        return entry

    def _see(self, number: int, seen: str, since: int) -> None:
        """The witness of a line; a disk that refuses it refuses no act, and `verification` tells."""
        if self.key:
            self.witness = head_seal.Witness(since, number, seen)
            with suppress(OSError):
                head_seal.write_witness(self.data, self.witness)


def _lines(data: DataDir) -> list[bytes]:
    """The whole lines of the file; the bytes after the last line end were never confirmed."""
    try:
        raw = data.audit.read_bytes()
    except FileNotFoundError:
        return []
    return raw[: raw.rfind(b"\n") + 1].split(b"\n")[:-1]


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class RefusalBursts:
    """The refusals of one action on one server, by subject and reason; `pause` lies between two lines of one kind."""

    def __init__(self, action: Action, pause: timedelta) -> None:
        self._action: Action = action
        self._pause = pause
        # (subject, reason) -> its last line, the refusals left out since, the last actor
        self._lines: dict[tuple[str, str], tuple[datetime, int, Actor]] = {}
        self._lock = Lock()

    def record(self, data: DataDir, actor: Actor, subject: str, reason: str, now: datetime) -> None:
        """Count one refusal. What was left out is written with the next refusal of any kind after the pause."""
        with self._lock:
            last, left_out, _ = self._lines.get((subject, reason), (_LONG_AGO, 0, actor))
            quiet = abs(now - last) < self._pause  # a clock that was set back must not silence it
            self._lines[subject, reason] = (last, left_out + 1, actor) if quiet else (now, 0, actor)
            due = [] if quiet else [((subject, reason), left_out + 1, actor)]
            for key, (at, count, who) in list(self._lines.items()):
                if abs(now - at) >= self._pause:
                    del self._lines[key]
                    due += [(key, count, who)] if count else []
        for (whom, why), count, who in due:
            audit.record(data, who, self._action, whom, "拒绝", reason=why, count=count)
