"""The commands of the command line. Exit codes: 0 done, 1 refused (the reason is on the error stream), 2 wrong call."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from etl.backup.make import backup
from etl.backup.manifest import BackupManifest, manifest_ids, read_manifest
from etl.backup.recover import recover
from etl.commands import briefing
from etl.commands.arguments import DONE, REFUSED, WRONG_CALL, parse
from etl.commands.intake import take_in
from etl.commands.publication import publish_and_tell, publish_sample, start, unjudged_targets
from etl.doctor.examine import examine, repair
from etl.impact.indicator_changes import indicator_changes
from etl.intake.accept import template
from etl.intake.batch_notes import restore, rule_on_cut_date, withdraw
from etl.intake.batches import Batch, survey_batches
from etl.intake.forms.template_workbook import template_workbook
from etl.versions.publish import rollback
from etl.versions.retention import prune
from etl.warehouse.build import build
from scorecard.access import console
from scorecard.api import tokens
from scorecard.audit import log as audit
from scorecard.audit.inspection import inspection_files
from scorecard.audit.listing import AuditFilter
from scorecard.calendar.clock import moment_text, today
from scorecard.catalog import loader
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError, hint
from scorecard.storage import data_format
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store


def main(arguments: Sequence[str]) -> int:
    """Runs one command; the result is its exit code."""
    call = parse(arguments)
    try:
        if "data" in call:
            data_format.require_readable(DataDir(call.data))
        code = _COMMANDS[call.command](call)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader has seen enough, as `head` does. What is left is written nowhere, also at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except ScorecardError as error:
        print(error, file=sys.stderr)
    return REFUSED


def _accept(call: argparse.Namespace) -> int:
    catalog = loader.load(call.seeds)
    return take_in(call, _table(call, catalog), catalog)


def _build(call: argparse.Namespace) -> int:
    data = DataDir(call.data)
    version = build(loader.load(call.seeds), data)
    for line in unjudged_targets(data, version):
        print(line, file=sys.stderr)
    print(version)
    return DONE


def _rollback(call: argparse.Namespace) -> int:
    rollback(DataDir(call.data), call.version, console(call.actor))
    print(f"已回退到：{call.version}")
    return DONE


def _withdraw(call: argparse.Namespace) -> int:
    table, name = call.batch
    withdraw(DataDir(call.data), table, name, call.reason, console(call.actor))
    print(f"已撤回：{table}/{name}；请运行 publish，使新版本不再计入它")
    return DONE


def _restore(call: argparse.Namespace) -> int:
    table, name = call.batch
    restore(DataDir(call.data), table, name, call.reason, console(call.actor))
    print(f"已恢复：{table}/{name}；请运行 publish，使新版本重新计入它")
    return DONE


def _rule(call: argparse.Namespace) -> int:
    table, name = call.batch
    rule_on_cut_date(DataDir(call.data), table, name, str(call.day), call.ruling, call.reason, console(call.actor))
    print(f"已核定：{table}/{name} 的 {call.day} {call.ruling}计；请运行 publish，使新版本按此计算")
    return DONE


def _prune(call: argparse.Namespace) -> int:
    removed = prune(DataDir(call.data), console(call.actor), call.newest)
    print(f"已清理 {len(removed)} 个版本的数据文件：{'、'.join(removed)}" if removed else "没有可清理的版本")
    return DONE


def _compare(call: argparse.Namespace) -> int:
    changes = indicator_changes(DataDir(call.data), call.before, call.after, today())
    for redefined in changes.redefined:
        print(f"{redefined.name}　{redefined.what}：{redefined.before or '无'} → {redefined.after or '无'}")
    for change in changes.changes:
        verdict = f"　{change.before_word} → {change.after_word}" if change.kind == "verdict" else ""
        size = f"（{change.size}）" if change.size else ""
        where = f"{change.indicator.name}　{change.period.label}"
        print(f"{where}　{change.before} → {change.after}{size}{verdict}")
    for name, values in (("新出现", changes.new), ("不再有", changes.gone)):
        for value in values:
            print(f"{value.indicator.name}　{value.period.label}　{name}：{value.text}　{value.word}")
    print(
        f"比较了 {changes.compared} 个数值：{len(changes.changes)} 个有变化，其中 {len(changes.verdicts)} 个评价不同；"
        f"新出现 {len(changes.new)} 个，不再有 {len(changes.gone)} 个"
    )
    return DONE


def _list(call: argparse.Namespace) -> int:
    data = DataDir(call.data)
    current = store.current(data)
    if current.notice:
        print(current.notice)
    for manifest in store.manifests(data):
        mark = "→" if manifest.version == current.version else " "
        sample = "  示例数据" if manifest.sample else ""
        print(f"{mark} 版本 {manifest.version}  {manifest.published_at}  {manifest.actor}{sample}")
    whole, damaged = survey_batches(data)
    for lost in damaged:
        print(lost.error)
    for batch in whole:
        sample = "  示例数据" if batch.sample else ""
        print(f"  批次 {batch.table}/{batch.name}  截至 {batch.as_of}  {_rows(batch)}  {batch.actor}{sample}")
    return DONE


def _rows(batch: Batch) -> str:
    if batch.none:
        return "本月无此类数据"
    return f"{batch.rows} 行（更正）" if batch.corrects else f"{batch.rows} 行"


def _check(call: argparse.Namespace) -> int:
    catalog = loader.load(call.seeds)
    print(f"定义无误：{len(catalog.indicators)} 项指标，{len(catalog.tables)} 张数据表，{len(catalog.measures)} 项措施")
    return DONE


def _template(call: argparse.Namespace) -> int:
    catalog = loader.load(call.seeds)
    table = _table(call, catalog)
    if call.xlsx and not call.out:
        print("调用有误：工作簿不能输出到屏幕，请用 --out 写明文件", file=sys.stderr)
        return WRONG_CALL
    content = template_workbook(table, catalog) if call.xlsx else template(table)
    if call.out:
        call.out.write_bytes(content)
    else:
        sys.stdout.write(content.decode("utf-8-sig"))
    return DONE


def _sample(call: argparse.Namespace) -> int:
    publish_sample(loader.load(call.seeds), DataDir(call.data), call.as_of, call.actor)
    return DONE


def _briefing(call: argparse.Namespace) -> int:
    if call.list:
        for line in briefing.list_exports(DataDir(call.data)):
            print(line)
        return DONE
    shown = sys.stderr if sys.stderr.isatty() else None
    made = briefing.make(call, lambda words: print(words, file=shown) if shown else None)
    for path in made.paths:
        print(path)
    for notice in made.notices:
        print(notice, file=sys.stderr)
    print(f"导出编号 {made.export}；再做一次：python -m etl briefing --again {made.export}")
    return DONE


def _table(call: argparse.Namespace, catalog: Catalog) -> Table:
    if call.table not in catalog.tables:
        names = "、".join(catalog.tables)
        print(f"调用有误：没有数据表“{call.table}”，可选：{names} {hint(call.table, catalog.tables)}", file=sys.stderr)
        raise SystemExit(WRONG_CALL)
    return catalog.tables[call.table]


def _doctor(call: argparse.Namespace) -> int:
    """Prints every finding, the worst first; 1 when something is damaged."""
    data = DataDir(call.data)
    if not data.root.is_dir():
        raise ScorecardError(f"数据目录 {data.root}", "不存在", "看板所用的数据目录", "请核对 --data 或 SCORECARD_DATA")
    if call.repair:
        repair(data, call.seeds, console(call.actor), print)
    findings = examine(data, call.seeds)
    for finding in findings:
        print(f"{finding.condition}　{finding.what}　{finding.text}")
        for word, text in (("失去", finding.lost), ("处理", finding.to_do)):
            if text:
                print(f"　　　{word}：{text}")
    damaged = sum(finding.condition == "损坏" for finding in findings)
    print(f"共 {len(findings)} 项，损坏 {damaged} 项" if damaged else f"共 {len(findings)} 项，没有损坏")
    return REFUSED if damaged else DONE


def _token(call: argparse.Namespace) -> int:
    """Create, revoke or list tokens."""
    data, now = DataDir(call.data), datetime.now(UTC)
    match call.token:
        case "create":
            print(tokens.create(data, console(call.actor), call.name, call.until, now, public=call.public))
        case "revoke":
            tokens.revoke(data, console(call.actor), call.name, now)
            print(f"已撤销：{call.name}")
        case _:
            for known in tokens.read(data):
                until, used = known.expires_on or "不限", known.used_on or "从未"
                print(
                    f"{known.name}  {known.state(now)}  到期 {until}  最近使用 {used}{'  仅公开数值' if known.public else ''}"
                )
    return DONE


def _audit(call: argparse.Namespace) -> int:
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


def _backup(call: argparse.Namespace) -> int:
    """Backs up the data folder and prints the number of the backup, and whatever should not have changed since the last."""
    done = backup(DataDir(call.data), call.target, console(call.actor))
    print(f"已备份：{_backup_line(done.manifest)}，新增 {_megabytes(done.added)}")
    for notice in done.notices:
        print(f"注意：{notice}", file=sys.stderr)
    return DONE


def _recover(call: argparse.Namespace) -> int:
    """Recovers a backup, or lists those there are."""
    if call.list:
        return _list_backups(call)
    done = recover(call.source, DataDir(call.data), console(call.actor), call.at)
    print(f"已恢复：{_backup_line(done.manifest)}")
    for fault in done.faults:
        print(f"注意：备份时审计记录第 {fault.line} 行：{fault.reason}", file=sys.stderr)
    print("下一步：启动服务（make run），数据库由批次重建")
    return DONE


def _list_backups(call: argparse.Namespace) -> int:
    code = REFUSED
    for backup_id in manifest_ids(call.source):
        try:
            print(_backup_line(read_manifest(call.source, backup_id)))
            code = DONE
        except StorageError as error:
            print(f"{backup_id}　{error}", file=sys.stderr)
    if code == REFUSED:
        print(f"备份文件夹 {call.source} 中没有可以恢复的备份；请核对路径，移动盘、网络盘是否已挂载", file=sys.stderr)
    return code


def _backup_line(manifest: BackupManifest) -> str:
    size, number = _megabytes(manifest.size), manifest.audit.split(" ")[0] or "0"
    when = moment_text(manifest.at)
    return f"备份 {manifest.id}　{when}　版本 {manifest.version or '无'}　{len(manifest.files)} 个文件 {size}　审计 {number} 条"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "accept": _accept,
    "build": _build,
    "publish": publish_and_tell,
    "rollback": _rollback,
    "withdraw": _withdraw,
    "restore": _restore,
    "rule": _rule,
    "compare": _compare,
    "prune": _prune,
    "audit": _audit,
    "token": _token,
    "doctor": _doctor,
    "list": _list,
    "check": _check,
    "template": _template,
    "sample": _sample,
    "start": start,
    "briefing": _briefing,
    "backup": _backup,
    "recover": _recover,
}
