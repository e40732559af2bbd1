"""The seal of the chain's end: `audit.head` under a key, and a witness beside that key.

`audit.head` holds number, seal and the HMAC-SHA256 of both under key("audit"), which is not in the data folder: who can
write there knows how lines are made, and still makes no end that fits. The head is written before its line, so no line can
follow it. The witness is a small file beside the key, one a data folder, written after the line: an older pair of file and
head, an end cut off together with its head, or a head without its seal do not agree with it.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from scorecard.audit.entry import AuditEntry
from scorecard.errors import StorageError
from scorecard.storage.atomic_files import temporary_sibling, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.storage.keys import default_keys, key, known_key

KEY = "audit"
_HEAD = re.compile(r"(\d{1,18}) ([0-9a-f]{64})(?: ([0-9a-f]{64}))?\n?")


@dataclass(frozen=True)
class ChainHead:
    """What audit.head says: number and seal of the last line, and the HMAC of both; "" in a head of before there was one."""

    number: int
    seal: str
    mac: str = ""


@dataclass(frozen=True)
class Witness:
    """The last confirmed line of a chain, and the first one that was sealed here."""

    since: int
    number: int
    seal: str


@dataclass(frozen=True)
class SealState:
    """Everything beside the lines. `trouble` says why the key or the witness cannot be read; None is what is not there."""

    head: ChainHead | None
    witness: Witness | None
    key: str | None
    trouble: str = ""

    @property
    def key_lost(self) -> bool:
        """Whether a chain was sealed whose key is gone."""
        return self.key is None and not self.trouble and bool(self.witness or (self.head and self.head.mac))

    def fault(self, last: AuditEntry | None, find: Callable[[str], int | None]) -> str:
        """Why the end of the chain is not the one that was sealed; empty when it is. `find` gives the number of a seal's line."""
        number, head, witness = last.number if last else 0, self.head, self.witness
        if witness and find(witness.seal) is None:
            return _gone(f"密钥旁的见证记到第 {witness.number} 条（印记 {witness.seal[:12]}）")
        if head is None:
            missing = witness.number if witness else number - 1  # killed between the first line and its head
            return "audit.head 缺失或无法读取，不能确认末尾没有被删" if missing > 0 else ""
        if self.key and head.mac != mac(self.key, f"{head.number} {head.seal}"):
            if head.mac:
                return "audit.head 的封印与密钥不符：末尾被改写，或密钥不是原来的那一把"
            if witness:
                return f"audit.head 没有封印，而这份记录自第 {witness.since} 条起都有：末尾被改写"
        at = find(head.seal)
        if at is None and head.mac and witness and head.number == number + 1:
            return ""  # killed before the line that the head announces
        if at is None or at != head.number:
            return _gone(f"audit.head 记到第 {head.number} 条（印记 {head.seal[:12]}）")
        unnamed = number - at - (0 if head.mac else 1)  # earlier programs wrote the line first
        return f"audit.head 只记到第 {at} 条，其后有 {number - at} 条没有封印的记录" if unnamed > 0 else ""


def _gone(what: str) -> str:
    return f"{what}，这一条已不在文件中：末尾的记录被删去或改动，或换成了较早的文件"


def mac(known: str, text: str) -> str:
    """HMAC-SHA256 of a text under a key of 64 hexadecimal digits."""
    return hmac.new(bytes.fromhex(known), text.encode(), hashlib.sha256).hexdigest()


def read_state(data: DataDir) -> SealState:
    """Head, witness and key as they are. Raises nothing."""
    head, witness, known, trouble = None, None, None, ""
    with suppress(OSError, ValueError):
        matched = _HEAD.fullmatch(data.audit_head.read_text(encoding="ascii"))
        head = ChainHead(int(matched[1]), matched[2], matched[3] or "") if matched else None
    try:
        known = known_key(KEY)
        with suppress(FileNotFoundError):
            told = json.loads(witness_path(data).read_bytes())
            witness = Witness(int(told["since"]), int(told["number"]), str(told["seal"]))
    except StorageError as error:
        trouble = f"{error.where}：{error.found}"
    except (OSError, ValueError, TypeError, KeyError):
        trouble = f"密钥旁的见证 {witness_path(data)} 无法读取"
    return SealState(head, witness, known, trouble)


def witness_path(data: DataDir) -> Path:
    """The witness of this data folder; named by its place, so that nothing in the folder decides which one counts."""
    place = hashlib.sha256(str(data.root.resolve()).encode()).hexdigest()
    return default_keys() / f"{KEY}-{place[:16]}.json"


def write_head(data: DataDir, number: int, seal: str, known: str | None) -> None:
    """Announce the next line, under the key where there is one. Raises OSError."""
    sealed = f" {mac(known, f'{number} {seal}')}" if known else ""
    write_atomically(data.audit_head, f"{number} {seal}{sealed}\n".encode())


@contextmanager
def announced(data: DataDir, number: int, seal: str, known: str | None) -> Generator[None]:
    """The head of the line that the block writes; where the disk refuses the line, the head before it, which needs no room."""
    before, first = temporary_sibling(data.audit_head), not data.audit_head.exists()
    with suppress(OSError):
        before.hardlink_to(data.audit_head)
    try:
        write_head(data, number, seal, known)
        yield
    except OSError:
        if before.exists():
            before.replace(data.audit_head)
        elif first:
            data.audit_head.unlink(missing_ok=True)
        raise
    finally:
        before.unlink(missing_ok=True)


def write_witness(data: DataDir, witness: Witness) -> None:
    """Keep the last confirmed line beside the key. Raises OSError.

    Written over in place, within one sector, and not waited for: after a power cut it is this one or an earlier one.
    """
    if data.root.name.startswith(TEMPORARY_PREFIX):  # a folder that is being recovered: its place is not its own
        return
    path, place = witness_path(data), str(data.root.resolve())
    content = json.dumps({**asdict(witness), "data": place[-200:]}, ensure_ascii=False).encode().ljust(1024)
    if not path.exists():
        write_atomically(path, content, mode=0o600)
        return
    handle = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(handle, content, 0)
        os.ftruncate(handle, len(content))  # of a damaged one nothing stays
    finally:
        os.close(handle)


def sealing_key() -> str | None:
    """The key, made where there is none; None where that is impossible: lines are then written without a seal."""
    try:
        return key(KEY)
    except StorageError:
        return None
