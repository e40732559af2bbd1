"""One line of the audit record: what it says, its seal, and the one way it is written.

The seal is the SHA-256 over everything a line says, the seal of the line before it included. A line has exactly one
spelling, so that bytes which say the same in another way are a change too.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

Action = Literal[
    "登录", "退出", "上传", "对应表头", "设定目标", "填报进展", "记录决定", "撤回批次", "恢复批次", "发布", "回退", "清理版本", "导出",
    "账户", "补记",
]  # fmt: skip
ActResult = Literal["成功", "拒绝", "失败"]
START = "0" * 64  # the seal before the first line
LONGEST = 500  # characters of any text in a line: what somebody else wrote must not fill the record
_DEEPEST = 4


@dataclass(frozen=True)
class AuditEntry:
    """One line. `subject` is what was acted on (a batch, a version, a file, an account); `detail` holds plain words and counts."""

    number: int
    at: str
    actor: str
    role: str
    origin: str
    action: Action
    subject: str
    result: ActResult
    detail: Mapping[str, Any] = field(default_factory=dict)
    previous: str = START
    seal: str = ""


_TEXTS = ("at", "actor", "role", "origin", "action", "subject", "result", "previous", "seal")


def sealed(entry: AuditEntry) -> AuditEntry:
    """The line with its seal."""
    return replace(entry, seal=seal(entry))


def seal(entry: AuditEntry) -> str:
    """SHA-256 over everything an entry says but its own seal; the seal before it is part of what it says."""
    content = json.dumps(
        {**vars(entry), "seal": ""}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(content.encode("utf-8", errors="replace")).hexdigest()


def written(entry: AuditEntry) -> bytes:
    """The line as it stands in the file, its line end included."""
    return (json.dumps(vars(entry), ensure_ascii=False) + "\n").encode("utf-8", errors="replace")


def read(line: bytes) -> AuditEntry | None:
    """What a line (without its line end) says; None when it is no line of this record, whatever else it is."""
    try:
        found = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or set(found) != {*_TEXTS, "number", "detail"}:
        return None
    known = cast("dict[str, Any]", found)
    if type(known["number"]) is not int or not isinstance(known["detail"], dict):
        return None
    if not all(isinstance(known[name], str) for name in _TEXTS):
        return None
    return AuditEntry(**known)


def plain(value: Any, depth: int = 0) -> Any:
    """A value as it may stand in a line: numbers as they are, texts bounded and encodable, anything else as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {str(plain(str(key))): plain(one, depth + 1) for key, one in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple):
        return [plain(one, depth + 1) for one in value]
    text = str(value).encode("utf-8", errors="replace").decode("utf-8")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
