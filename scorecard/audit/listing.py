"""The audit log for readers: filtered, in Chinese words, and as a CSV for Excel.

Reading and exporting require the right to the audit; an export is itself recorded.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv

_WORDS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
HEADER = ("序号", "时间", "经办", "身份", "来源", "操作", "对象", "结果", "说明", "前一条印记", "印记")


@dataclass(frozen=True)
class AuditFilter:
    """Which lines: an empty field means all. Texts match inside; dates are days at the court, both included."""

    actor: str = ""
    subject: str = ""
    action: str = ""
    result: str = ""
    since: date | None = None
    until: date | None = None

    def matches(self, entry: AuditEntry) -> bool:
        """Whether the line matches."""
        day = entry.at[:10]
        return (
            self.actor in entry.actor
            and self.subject in f"{entry.subject} {words(entry.detail)}"
            and self.action in ("", entry.action)
            and self.result in ("", entry.result)
            and (self.since is None or self.since.isoformat() <= day)
            and (self.until is None or day <= self.until.isoformat())
        )

    def words(self) -> str:
        """The filter in words, for the audit line of an export."""
        named = zip(("经办", "对象或说明", "操作", "结果", "自", "至"), astuple(self), strict=True)
        return "，".join(f"{name} {value}" for name, value in named if value) or "全部"


ALL = AuditFilter()


def export(data: DataDir, actor: Actor, choice: AuditFilter = ALL) -> bytes:
    """The matching lines as a CSV with their seals; the export gets a line of its own. Raises Forbidden, StorageError."""
    with audit.recorded(data, actor, "导出", audit.RECORD, filter=choice.words()) as act:
        actor.require("audit")
        lines = [entry for entry in audit.entries(data) if choice.matches(entry)]
        act.detail["lines"] = len(lines)
    return table(lines)


def table(lines: Iterable[AuditEntry]) -> bytes:
    """The lines as a CSV."""
    return write_csv(HEADER, (_row(entry) for entry in lines))


def _row(entry: AuditEntry) -> list[CsvValue]:
    return [*{**vars(entry), "at": local_time(entry), "detail": words(entry.detail)}.values()]


def local_time(entry: AuditEntry) -> str:
    """Day and time at the court."""
    return entry.at.replace("T", " ")[:19]


def words(detail: Any) -> str:
    """The detail of a line as one text: “行数 12；文件 案件.csv”."""
    if isinstance(detail, dict):
        named = ((_WORDS["names"].get(str(key), str(key)), words(value)) for key, value in detail.items())
        return "；".join(f"{name} {text}" for name, text in named if text)
    if isinstance(detail, list):
        return "、".join(words(value) for value in detail)
    if isinstance(detail, bool):
        return "是" if detail else "否"
    return "" if detail is None else _WORDS["values"].get(str(detail), str(detail))
