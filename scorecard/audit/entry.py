"""One line of the audit log: its fields, its seal, and its one spelling.

The seal is the SHA-256 over all fields, the seal of the line before included. Bytes that say the same in another spelling
are a change too.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal, cast

from scorecard.access import Actor
from scorecard.calendar.clock import COURT_TIME

Action = Literal[
    "登录", "退出", "上传", "对应表头", "设定目标", "填报进展", "记录决定", "登记", "撤回批次",
    "恢复批次", "核定截数日期", "核定消失的行", "发布", "回退", "清理版本", "导出", "账户", "补记",
    "备份", "恢复备份", "重建", "接口令牌", "接口读取", "修复", "时钟倒退", "换用密钥",
    "提要", "日历订阅", "查找案号",
]  # fmt: skip
ActResult = Literal["成功", "拒绝", "失败"]
START = "0" * 64  # the seal before the first line
LONGEST = 500  # characters of any text in a line: a file name from outside must not fill the log
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


_TEXTS = {field.name for field in fields(AuditEntry)} - {"number", "detail"}


def sealed(entry: AuditEntry) -> AuditEntry:
    """The line with its seal."""
    return replace(entry, seal=seal(entry))


def seal(entry: AuditEntry) -> str:
    """SHA-256 over all fields but the seal itself."""
    content = json.dumps({**vars(entry), "seal": ""}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", errors="replace")).hexdigest()


def written(entry: AuditEntry) -> bytes:
    """The line in the file, its line end included."""
    return (json.dumps(vars(entry), ensure_ascii=False) + "\n").encode("utf-8", errors="replace")


def read(line: bytes) -> AuditEntry | None:
    """The entry of a line (without its line end); None for any other bytes."""
    try:
        content = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or set(content) != {*_TEXTS, "number", "detail"}:
        return None
    values = cast("dict[str, Any]", content)
    if type(values["number"]) is not int or not isinstance(values["detail"], dict):
        return None
    if not all(isinstance(values[name], str) for name in _TEXTS):
        return None
    return AuditEntry(**values)


def plain(value: Any, depth: int = 0) -> Any:
    """A value for a line: numbers unchanged, texts bounded and encodable, anything else as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {str(plain(str(key))): plain(item, depth + 1) for key, item in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    text = str(value).encode("utf-8", errors="replace").decode("utf-8")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


TRACE = "导出人和时间"  # the last column of a file with case rows


def trace(actor: Actor) -> str:
    """The account and this minute at the court."""
    return f"{actor.name[:60]}　{datetime.now(COURT_TIME):%Y-%m-%d %H:%M}"
