"""The audit log for readers: filtered, in Chinese words, and as a CSV for Excel.

Reading and exporting require the right to the audit; an export is itself recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv

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
        named = {
            "经办": self.actor,
            "对象或说明": self.subject,
            "操作": self.action,
            "结果": self.result,
            "自": self.since.isoformat() if self.since else "",
            "至": self.until.isoformat() if self.until else "",
        }
        return "，".join(f"{name} {value}" for name, value in named.items() if value) or "全部"


ALL = AuditFilter()


@dataclass(frozen=True)
class AuditRecord:
    """Every readable line in the order of the file, every fault of the chain, and what else is to be known of it."""

    entries: tuple[AuditEntry, ...]
    faults: tuple[audit.Fault, ...]
    notices: tuple[audit.Fault, ...]
    sealed_since: int | None

    def chosen(self, choice: AuditFilter) -> tuple[AuditEntry, ...]:
        """The matching lines, newest first."""
        return tuple(entry for entry in reversed(self.entries) if choice.matches(entry))


def read_record(data: DataDir, actor: Actor) -> AuditRecord:
    """The whole log, verified. Raises Forbidden."""
    actor.require("audit")
    found = audit.verification(data)
    return AuditRecord(found.entries, found.faults, found.notices, found.sealed_since)


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
    return [
        entry.number,
        local_time(entry),
        entry.actor,
        entry.role,
        entry.origin,
        entry.action,
        entry.subject,
        entry.result,
        words(entry.detail),
        entry.previous,
        entry.seal,
    ]


def local_time(entry: AuditEntry) -> str:
    """Day and time at the court."""
    return entry.at.replace("T", " ")[:19]


def words(detail: Any) -> str:
    """The detail of a line as one text: “行数 12；文件 案件.csv”."""
    if isinstance(detail, dict):
        named = ((_NAMES.get(str(key), str(key)), words(value)) for key, value in detail.items())
        return "；".join(f"{name} {text}" for name, text in named if text)
    if isinstance(detail, list):
        return "、".join(words(value) for value in detail)
    if isinstance(detail, bool):
        return "是" if detail else "否"
    return "" if detail is None else _VALUES.get(str(detail), str(detail))


# Words of the program among the values.
_VALUES = {"refuse": "有错即整份退回", "set_aside": "搁置有错的行"}


# The names of details in Chinese; one that is not here is shown as it was recorded.
_NAMES = {
    "account": "账户",
    "act": "所记操作",
    "again": "按原记录再做",
    "already": "此前已接收",
    "as_of": "数据截至",
    "aside": "搁置",
    "corrects": "更正",
    "backup": "备份编号",
    "batches": "批次",
    "by": "经办",
    "bytes": "新增字节",
    "columns": "列",
    "change": "变更",
    "count": "次数",
    "department": "部门",
    "disabled": "停用",
    "entry": "记录",
    "export": "导出编号",
    "file": "文件",
    "files": "带出的文件",
    "filter": "筛选",
    "formats": "格式",
    "from": "原为",
    "left_out": "不读取",
    "lines": "条数",
    "manifest": "来源清单哈希",
    "mapped": "对应表头",
    "values": "对应取值",
    "mapping": "对应",
    "measure": "措施",
    "name": "名称",
    "note": "备注",
    "policy": "处理方式",
    "problems": "须改正",
    "reason": "原因",
    "removed": "清理",
    "replaced": "所替换记录的末条印记",
    "role": "身份",
    "rows": "行数",
    "source": "文件哈希",
    "to": "改为",
    "until": "到期",
    "public": "仅供公开",
    "version": "版本",
    "way": "方式",
    "what": "内容",
    "when": "发生时间",
}
