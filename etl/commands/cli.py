"""The commands of the command line. Exit codes: 0 done, 1 refused (the reason is on the error stream), 2 wrong call."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime

from etl.backup.make import backup
from etl.backup.manifest import BackupManifest, manifest_ids, read_manifest
from etl.backup.recover import recover
from etl.commands.arguments import DONE, REFUSED, WRONG_CALL, parse
from etl.commands.digest import digest
from etl.commands.intake import take_in
from etl.commands.publication import publish_and_tell, publish_sample, start, unjudged_targets, vanished_questions
from etl.doctor.examine import examine, repair
from etl.engines.choice import chosen
from etl.impact.indicator_changes import indicator_changes
from etl.impact.vanished_rows import rows_named, vanished_rows
from etl.intake.accept import template
from etl.intake.batch_notes import restore, rule_on_cut_date, rule_on_rows, withdraw
from etl.intake.batches import survey_batches
from etl.intake.forms.template_workbook import template_workbook
from etl.versions.publish import rollback
from etl.versions.retention import prune
from etl.warehouse.build import build, chosen_batches
from scorecard.access import Actor, console
from scorecard.api import tokens
from scorecard.audit import log as audit
from scorecard.audit.listing import AuditFilter, inspection_files
from scorecard.calendar.clock import moment_text, today
from scorecard.catalog import loader
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError, hint
from scorecard.storage import data_format
from scorecard.storage.atomic_files import THEIRS, storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.open_version import open_published


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
    return take_in(call, *_table(call))


def _build(call: argparse.Namespace) -> int:
    data = DataDir(call.data)
    version = build(catalog := loader.load(call.seeds), data, chosen(call.engine, call.master, call.remote))
    for line in (*unjudged_targets(data, version), *vanished_questions(catalog, data)):
        print(line, file=sys.stderr)
    print(version)
    return DONE


def _rollback(call: argparse.Namespace) -> int:
    rollback(DataDir(call.data), call.version, console(call.actor))
    print(f"已回退到：{call.version}")
    return DONE


def _withdraw(call: argparse.Namespace) -> int:
    """Withdraws a batch, or restores it."""
    table, name = call.batch
    act, done, again = (restore, "恢复", "重新") if call.command == "restore" else (withdraw, "撤回", "不再")
    act(DataDir(call.data), table, name, call.reason, console(call.actor))
    print(f"已{done}：{table}/{name}；请运行 publish，使新版本{again}计入它")
    return DONE


def _rule(call: argparse.Namespace) -> int:
    data, (table, name), actor = DataDir(call.data), call.batch, console(call.actor)
    if (call.day is not None) != call.ruling.startswith("按") or (call.day and call.row):
        print("调用有误：--day 与 按未结、按已结 同用，--row 与 源头已撤销、漏报 同用", file=sys.stderr)
        return WRONG_CALL
    if call.day:
        rule_on_cut_date(data, table, name, str(call.day), call.ruling, call.reason, actor)
        print(f"已核定：{table}/{name} 的 {call.day} {call.ruling}计；请运行 publish，使新版本按此计算")
        return DONE
    rows = rows_named(vanished_rows(loader.load(call.seeds), chosen_batches(data)), table, name, call.row)
    rule_on_rows(data, table, name, rows, call.ruling, call.reason, actor)
    print(f"已核定：{table}/{name} 不再有的 {len(rows)} 行为{call.ruling}；请运行 publish，使新版本按此计算")
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
    changed = f"{len(changes.changes)} 个有变化，其中 {len(changes.verdicts)} 个评价不同"
    print(f"比较了 {changes.compared} 个数值：{changed}；新出现 {len(changes.new)} 个，不再有 {len(changes.gone)} 个")
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
        print(f"  批次 {batch.table}/{batch.name}  截至 {batch.as_of}  {batch.rows_text}  {batch.actor}{sample}")
    return DONE


def _check(call: argparse.Namespace) -> int:
    catalog = loader.load(call.seeds)
    print(f"定义无误：{len(catalog.indicators)} 项指标，{len(catalog.tables)} 张数据表，{len(catalog.measures)} 项措施")
    return DONE


def _template(call: argparse.Namespace) -> int:
    table, catalog = _table(call)
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
    """Makes a briefing, makes an earlier one again, checks an edited one, or lists the exports.

    The libraries that write papers are imported when they are needed: no other command waits for them.
    """
    from scorecard.briefing.export import export_records, make as making
    from scorecard.briefing.paper.request import BriefingRequest, order_text

    data, actor = DataDir(call.data), console(call.actor)
    if call.check:
        return _check_edited(data, call, actor)
    if call.list:
        catalog = loader.load(call.seeds)
        for made, order in export_records.all_records(data):
            about = f"{made.id}  {moment_text(made.made_at)}  {made.made_by}  {order_text(catalog, order)}"
            print(f"{about}  版本 {made.version}{'  示例数据' if made.sample else ''}")
        return DONE

    def progress(done: int, total: int, words: str) -> None:
        if sys.stderr.isatty():
            print(f"[{done}/{total}] {words}", file=sys.stderr)

    if call.again:
        files = making.make_again(data, call.again, actor, call.formats, progress)
    else:
        known = {each.name for each in fields(BriefingRequest)}
        asked = {name: value for name, value in vars(call).items() if name in known}
        request = BriefingRequest(**{**asked, "dated": call.date})
        files = making.make_paper(data, open_published(data, call.version), request, actor, call.formats, progress)
    with storage_errors(f"写出 {call.out}"):
        for name, content in files.content.items():
            if (call.out / name).exists() and (call.out / name).read_bytes() != content:
                raise ScorecardError(
                    f"写出 {call.out / name}", "已有同名而内容不同的文件", "不覆盖", "请用 --out 换一个目录"
                )
            write_atomically(call.out / name, content, THEIRS)
            print(call.out / name)
    for notice in files.notices:
        print(notice, file=sys.stderr)
    print(f"导出编号 {files.manifest.id}；再做一次：python -m etl briefing --again {files.manifest.id}")
    return DONE


def _check_edited(data: DataDir, call: argparse.Namespace, actor: Actor) -> int:
    """Prints what an edited paper says otherwise than its version; 1 where a number is wrong."""
    from scorecard.briefing.export.check import check_docx

    with storage_errors(f"读取 {call.check}", "文件"):
        raw = call.check.read_bytes()
    checked = check_docx(data, raw, actor)
    for each in checked.edited:
        print(f"已改文字：{each.place}　{each.before or '（新写）'}　→　{each.after or '（删去）'}")
    for each in checked.wrong:
        print(
            f"数字与版本不符：{each.place}　文件里 {each.found}，版本里 {each.expected}　{each.text}", file=sys.stderr
        )
    if checked.notice:
        print(checked.notice, file=sys.stderr)
    told = f"导出编号 {checked.manifest.id}，版本 {checked.manifest.version}：改动文字 {len(checked.edited)} 处，"
    print(told + (f"改过的数字与版本不符 {len(checked.wrong)} 处" if checked.wrong else "数字与版本一致；图片没有核对"))
    return REFUSED if checked.wrong else DONE


def _table(call: argparse.Namespace) -> tuple[Table, Catalog]:
    catalog = loader.load(call.seeds)
    if call.table not in catalog.tables:
        names = "、".join(catalog.tables)
        print(f"调用有误：没有数据表“{call.table}”，可选：{names} {hint(call.table, catalog.tables)}", file=sys.stderr)
        raise SystemExit(WRONG_CALL)
    return catalog.tables[call.table], catalog


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
    print(f"共 {len(findings)} 项，" + (f"损坏 {damaged} 项" if damaged else "没有损坏"))
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
                public = "  仅公开数值" if known.public else ""
                print(f"{known.name}  {known.state(now)}  到期 {until}  最近使用 {used}{public}")
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
        readable = 0
        for backup_id in manifest_ids(call.source):
            try:
                print(_backup_line(read_manifest(call.source, backup_id)))
                readable += 1
            except StorageError as error:
                print(f"{backup_id}　{error}", file=sys.stderr)
        if not readable:
            told = f"备份文件夹 {call.source} 中没有可以恢复的备份；请核对路径，移动盘、网络盘是否已挂载"
            print(told, file=sys.stderr)
        return DONE if readable else REFUSED
    done = recover(call.source, DataDir(call.data), console(call.actor), call.at)
    print(f"已恢复：{_backup_line(done.manifest)}")
    for fault in done.faults:
        print(f"注意：备份时审计记录第 {fault.line} 行：{fault.reason}", file=sys.stderr)
    print("下一步：启动服务（make run），数据库由批次重建")
    return DONE


def _backup_line(manifest: BackupManifest) -> str:
    size, number = _megabytes(manifest.size), manifest.audit.split(" ")[0] or "0"
    when = moment_text(manifest.at)
    return f"备份 {manifest.id}　{when}　版本 {manifest.version or '无'}　{len(manifest.files)} 个文件 {size}　审计 {number} 条"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


_ACTS: tuple[Callable[[argparse.Namespace], int], ...] = (
    _accept, _build, _rollback, _withdraw, _rule, _compare, _prune, _audit, _token, _doctor, _list, _check, _template,
    _sample, start, _briefing, digest, _backup, _recover,
)  # fmt: skip
_COMMANDS = {
    "publish": publish_and_tell,
    "restore": _withdraw,
    **{act.__name__.removeprefix("_"): act for act in _ACTS},
}
