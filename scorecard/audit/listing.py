"""The audit log for readers: filtered, in Chinese words, as a CSV for Excel, and for the discipline inspection (纪检).

Reading and exporting require the right to the audit; an export is itself recorded. The statement for the inspection says whether
the chain is whole and how anybody can recompute its seals.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry, written
from scorecard.calendar.clock import COURT_TIME, moment_text
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


TABLE, LINES, STATEMENT = "审计记录.csv", "audit.jsonl", "核对说明.txt"
_HOW = (
    f"{LINES} 每行一条，依次相接：previous 是上一条的 seal，第一条之前为 64 个 0。",
    "seal 是本条全部字段（seal 置为空）按字段名排序、不带空格写成的 JSON 的 SHA-256，任何人都可以重新计算。",
    "末条的编号和 seal 另由服务器上不在数据文件夹中的密钥以 HMAC-SHA256 封印；没有密钥的人改不出相符的末尾。",
    "在服务器上复核：python -m etl audit verify",
)


def inspection_files(data: DataDir, actor: Actor, period: AuditFilter = ALL) -> Mapping[str, bytes]:
    """The content of each file by its name. Raises Forbidden, StorageError."""
    with audit.recorded(data, actor, "导出", audit.RECORD, what="纪检核查", filter=period.words()) as act:
        actor.require("audit")
        with audit.held(data):  # the statement is about these very bytes
            raw = data.audit.read_bytes() if data.audit.exists() else b""
            found = audit.verification(data)
        chosen = [entry for entry in found.entries if period.matches(entry)]
        act.detail["lines"] = len(chosen)
    files = {TABLE: table(chosen), LINES: raw if period == ALL else b"".join(map(written, chosen))}
    lines = [*_statement(found, chosen, period, actor), ""]
    lines += [f"{name}　SHA-256 {hashlib.sha256(content).hexdigest()}" for name, content in files.items()]
    return {**files, STATEMENT: "\r\n".join([*lines, "", *_HOW, ""]).encode("utf-8-sig")}


def _statement(found: audit.Verification, chosen: list[AuditEntry], period: AuditFilter, actor: Actor) -> list[str]:
    last = found.entries[-1] if found.entries else None
    since = f"自第 {found.sealed_since} 条起由密钥封印" if found.sealed_since else "尚未由密钥封印"
    lines = [
        "审计记录核对说明",
        "",
        f"导出：{moment_text(datetime.now(COURT_TIME))}，{actor.name}（{ROLE_NAMES[actor.role]}）",
        f"期间：{period.words()}，{len(chosen)} 条；全部记录 {len(found.entries)} 条，{since}",
        f"末条：第 {last.number} 条，{local_time(last)}，印记 {last.seal}" if last else "末条：无",
    ]
    if chosen:
        lines.append(
            f"期间首条：第 {chosen[0].number} 条，前一条印记 {chosen[0].previous}；末条：第 {chosen[-1].number} 条"
        )
    whole = "核对结果：完整，逐条相接直至末条，未见改动、删去、插入或调换"
    lines.append(f"核对结果：未通过，{len(found.faults)} 处" if found.faults else whole)
    lines += [f"　第 {fault.line} 行：{fault.reason}" for fault in found.faults]
    return lines + [f"注意：第 {notice.line} 行：{notice.reason}" for notice in found.notices]
