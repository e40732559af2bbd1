"""The commands of the command line. Exit codes: 0 done, 1 refused (the reason is on the error stream), 2 wrong call."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from etl.commands import briefing
from etl.commands.arguments import DONE, REFUSED, WRONG_CALL, parse
from etl.commands.audit import audit_command
from etl.commands.backup import backup_and_tell, recover_and_tell
from etl.commands.doctor import doctor
from etl.commands.intake import take_in
from etl.commands.publication import publish_and_tell, unjudged_targets
from etl.commands.start import publish_sample, start
from etl.commands.tokens import token
from etl.impact.indicator_changes import indicator_changes
from etl.intake.accept import template
from etl.intake.batch_notes import restore, rule_on_cut_date, withdraw
from etl.intake.batches import Batch, survey_batches
from etl.intake.forms.template_workbook import template_workbook
from etl.versions.publish import rollback
from etl.versions.retention import prune
from etl.warehouse.build import build
from scorecard.access import console
from scorecard.calendar.clock import today
from scorecard.catalog import loader
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, hint
from scorecard.storage import data_format
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
    "audit": audit_command,
    "token": token,
    "doctor": doctor,
    "list": _list,
    "check": _check,
    "template": _template,
    "sample": _sample,
    "start": start,
    "briefing": _briefing,
    "backup": backup_and_tell,
    "recover": recover_and_tell,
}
