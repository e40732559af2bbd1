"""`python -m etl audit`: whether the record is whole, and its files for the discipline inspection."""

import argparse
import sys

from etl.commands.arguments import DONE, REFUSED
from scorecard.access import console
from scorecard.audit import log as audit
from scorecard.audit.inspection import inspection_files
from scorecard.audit.listing import AuditFilter
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir


def audit_command(call: argparse.Namespace) -> int:
    """Verifies the chain, or writes the files of an inspection into the folder of the call."""
    data = DataDir(call.data)
    if call.audit == "export":
        files = inspection_files(data, console(call.actor), AuditFilter(since=call.since, until=call.until))
        with storage_errors(f"写出 {call.out}", "目录"):
            for name, content in files.items():
                write_atomically(call.out / name, content, mode=0o600)
        print(f"已导出到 {call.out}：{'、'.join(files)}")
        return DONE
    if not data.audit.exists():
        print(f"没有审计记录：{data.audit} 不存在。请核对 --data；若曾有记录，请从备份恢复", file=sys.stderr)
        return REFUSED
    found = audit.verification(data)
    for fault in found.faults:
        print(f"第 {fault.line} 行：{fault.reason}", file=sys.stderr)
    for notice in found.notices:
        print(f"注意：第 {notice.line} 行：{notice.reason}", file=sys.stderr)
    if found.faults:
        print(f"审计记录未通过核对：{len(found.faults)} 处。请保留现场，从备份核对，并报告管理员", file=sys.stderr)
        return REFUSED
    since = f"，自第 {found.sealed_since} 条起末尾由密钥封印" if found.sealed_since else "，末尾尚未由密钥封印"
    print(f"审计记录完整：{len(found.entries)} 条，末条印记 {audit.head(data) or '无'}{since}")
    return DONE
