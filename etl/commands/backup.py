"""`python -m etl backup` and `recover`: what was kept, what was put back, and what to do next."""

import argparse
import sys

from etl.backup.make import backup
from etl.backup.manifest import BackupManifest, manifest_ids, read_manifest
from etl.backup.recover import recover
from etl.commands.arguments import DONE, REFUSED
from scorecard.access import console
from scorecard.calendar.clock import moment_text
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir


def backup_and_tell(call: argparse.Namespace) -> int:
    """Backs up the data folder and prints the number of the backup, and whatever should not have changed since the last."""
    done = backup(DataDir(call.data), call.target, console(call.actor))
    print(f"已备份：{_line(done.manifest)}，新增 {_megabytes(done.added)}")
    for notice in done.notices:
        print(f"注意：{notice}", file=sys.stderr)
    return DONE


def recover_and_tell(call: argparse.Namespace) -> int:
    """Recovers a backup, or lists those there are."""
    if call.list:
        return _list(call)
    done = recover(call.source, DataDir(call.data), console(call.actor), call.at)
    print(f"已恢复：{_line(done.manifest)}")
    for fault in done.faults:
        print(f"注意：备份时审计记录第 {fault.line} 行：{fault.reason}", file=sys.stderr)
    print("下一步：启动服务（make run），数据库由批次重建")
    return DONE


def _list(call: argparse.Namespace) -> int:
    code = REFUSED
    for backup_id in manifest_ids(call.source):
        try:
            print(_line(read_manifest(call.source, backup_id)))
            code = DONE
        except StorageError as error:
            print(f"{backup_id}　{error}", file=sys.stderr)
    if code == REFUSED:
        print(f"备份文件夹 {call.source} 中没有可以恢复的备份；请核对路径，移动盘、网络盘是否已挂载", file=sys.stderr)
    return code


def _line(manifest: BackupManifest) -> str:
    size, number = _megabytes(manifest.size), manifest.audit.split(" ")[0] or "0"
    when = moment_text(manifest.at)
    return f"备份 {manifest.id}　{when}　版本 {manifest.version or '无'}　{len(manifest.files)} 个文件 {size}　审计 {number} 条"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
