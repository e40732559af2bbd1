"""The arguments of the command line, with Chinese words in place of argparse's English ones."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from etl.versions.retention import NEWEST
from scorecard.briefing.export.formats import FORMATS, FileFormat
from scorecard.calendar.period import GRAINS
from scorecard.errors import hint
from scorecard.narrative.provenance import SCOPES
from scorecard.storage.data_dir import default_data, default_seeds

DONE, REFUSED, WRONG_CALL = 0, 1, 2
_WITHOUT_ACTOR = frozenset({"compare", "list", "check", "template", "verify"})  # they only look

_MESSAGES = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)", r"\1：没有 \2，可选：\3"),
    (r"argument (.*?): expected one argument", r"\1：缺少值"),
    (r"argument (.*?): (.*)", r"\1：\2"),
)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese and ends with 2 on a wrong call."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, allow_abbrev=False, **settings)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示本帮助并退出")

    def error(self, message: str) -> NoReturn:
        for pattern, chinese in _MESSAGES:
            if re.fullmatch(pattern, message):
                message = re.sub(pattern, chinese, message)
                break
        self.print_usage(sys.stderr)
        sys.stderr.write(f"调用有误：{message}\n详见：{self.prog} --help\n")
        raise SystemExit(WRONG_CALL)


def day(text: str) -> date:
    """A date written as 2026-10-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，应写作 2026-10-31") from None


def batch(text: str) -> tuple[str, str]:
    """A batch written as 表/批次名."""
    table, between, name = text.partition("/")
    if not (table and between and name) or "/" in name:
        raise argparse.ArgumentTypeError(f"“{text}”不是批次，应写作 cases/2026-10-31-0123456789ab")
    return table, name


def count(text: str) -> int:
    """A number of things to be kept, at least one."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}”不是个数，应为 1 以上的整数")
    return int(text)


def formats(text: str) -> tuple[FileFormat, ...]:
    """Formats of a paper, separated by commas, in their own order."""
    named = [word.strip() for word in text.replace("，", ",").split(",") if word.strip()]
    for word in named:
        if word not in FORMATS:
            listed = "、".join(FORMATS)
            raise argparse.ArgumentTypeError(f"没有格式“{word[:20]}”，可选：{listed} {hint(word, FORMATS)}".strip())
    if not named:
        raise argparse.ArgumentTypeError(f"没有写格式，可选：{'、'.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in named)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The parsed call. Ends the process with 2 and a Chinese message when the call is wrong."""
    parser = Parser(
        prog="python -m etl", description="营商环境指标：接收抽取文件、建库、发布、撤回、回退，生成简报，核对审计记录。"
    )
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True, parser_class=Parser)

    def command(name: str, summary: str, among: Any = commands) -> argparse.ArgumentParser:
        added = among.add_parser(name, help=summary, description=summary)
        added.add_argument("--seeds", type=Path, default=default_seeds(), metavar="目录", help="定义文件夹")
        added.add_argument("--data", type=Path, default=default_data().root, metavar="目录", help="数据文件夹")
        if name not in _WITHOUT_ACTOR:
            added.add_argument("--actor", default="命令行", metavar="姓名", help="经办人，写入记录")
        return added

    accept = command("accept", "接收一个抽取文件：全部合格才入库，否则列出全部问题，什么也不改变")
    _describe_accept(accept)
    command("build", "用全部已接收的批次建一个版本，不发布")
    publish = command("publish", "发布一个已建好的版本；不写编号则先建库再发布")
    publish.add_argument("version", nargs="?", metavar="版本", help="版本编号")
    rollback = command("rollback", "回退到以前发布过的版本")
    rollback.add_argument("version", metavar="版本", help="版本编号")
    withdraw = command("withdraw", "撤回一个批次：以后建的版本不再计入它，文件仍然保留")
    restore = command("restore", "恢复一个撤回的批次：以后建的版本重新计入它")
    for named in (withdraw, restore):
        named.add_argument("batch", type=batch, metavar="批次", help="表/批次名，如 list 所列")
        named.add_argument("--reason", required=True, metavar="理由", help="一句话，写入记录")
    rule = command("rule", "核定一个像截数日期的日子：有这一结案日期的案件按未结计，还是确已办结")
    _describe_rule(rule)
    compare = command("compare", "逐项指标比较两个版本：数值或评价有变化的、新出现的、口径或目标改了的")
    compare.add_argument("before", metavar="前", help="版本编号")
    compare.add_argument("after", metavar="后", help="版本编号")
    prune = command("prune", "清理旧版本的数据文件：当前的、最近的和导出过简报的不清理，发布记录和批次一律保留")
    prune.add_argument(
        "--newest", type=count, default=NEWEST, metavar="个数", help=f"至少保留的最近版本数；默认 {NEWEST}"
    )
    doctor = command("doctor", "自检：逐个文件核对数据目录，查看空间、时钟、日历、备份等；有损坏则以 1 结束")
    doctor.add_argument("--repair", action="store_true", help="修复能够重做的：由副本、批次和审计记录")
    command("list", "列出已发布的版本和已接收的批次")
    command("check", "检查定义文件夹，列出全部错误")
    template = command("template", "写出一张数据表的空白模板（CSV 或 xlsx）")
    template.add_argument("--table", required=True, metavar="表", help="数据表编号，如 cases")
    template.add_argument("--out", type=Path, metavar="文件", help="写到文件；不写则输出到屏幕")
    template.add_argument("--xlsx", action="store_true", help="写成 xlsx 工作簿，带可选的取值；须写 --out")
    sample = command("sample", "生成示例数据并发布（虚构，版本和每个页面都标明示例数据）")
    sample.add_argument("--as-of", type=day, metavar="日期", help="数据截至日；默认上月末")
    command("start", "启动看板之前：从未用过的目录放入示例数据；较早程序的、恢复的、损坏的数据修复到可以显示")
    briefing = command("briefing", "生成简报：按模板从已发布的版本生成各种格式的文件；或按导出编号再做一次")
    _describe_briefing(briefing)
    _describe_backup(command)
    what = "审计记录：谁在何时做了什么；核对有没有被改动，或导出"
    audit = commands.add_parser("audit", help=what, description=what)
    _describe_audit(command, audit.add_subparsers(dest="audit", metavar="操作", required=True, parser_class=Parser))
    what = "接口令牌：其他程序凭它读取指标；新增、撤销、列出"
    tokens = commands.add_parser("token", help=what, description=what)
    _describe_token(command, tokens.add_subparsers(dest="token", metavar="操作", required=True, parser_class=Parser))
    call = parser.parse_args(arguments)
    _check_together(call, accept, briefing)
    return call


def _check_together(
    call: argparse.Namespace, accept: argparse.ArgumentParser, briefing: argparse.ArgumentParser
) -> None:
    """What argparse cannot say: which arguments need or exclude each other."""
    if call.command == "accept" and call.none == (call.file is not None):
        accept.error("--none 不与文件同用" if call.none else "缺少参数：文件")
    if call.command == "briefing" and not (call.list or call.again):
        missing = [f"--{name}" for name in ("template", "period") if not getattr(call, name)]
        if missing:
            briefing.error(f"缺少参数：{', '.join(missing)}")


def _describe_accept(accept: argparse.ArgumentParser) -> None:
    accept.add_argument("file", nargs="?", type=Path, metavar="文件", help="CSV（UTF-8 或 GB18030）、xlsx 或 xls 文件")
    accept.add_argument("--table", required=True, metavar="表", help="数据表编号，如 cases")
    accept.add_argument("--as-of", required=True, type=day, metavar="日期", help="数据截至日，如 2026-10-31")
    accept.add_argument(
        "--policy",
        choices=("refuse", "set_aside"),
        metavar="做法",
        help="有错时：refuse 整份退回，set_aside 搁置有错的行；默认按数据表",
    )
    accept.add_argument(
        "--map", type=Path, metavar="文件", help="对应文件（TOML、JSON 或 CSV）：未登记的表头、取值各读作什么"
    )
    accept.add_argument("--sheet", default="", metavar="名称", help="工作簿里要读取的工作表；只有一个时不必写")
    accept.add_argument("--corrects", action="store_true", help="更正：改正数据截至同一天的、此前已接收的数据")
    accept.add_argument("--none", action="store_true", help="不接收文件，声明本月无此类数据：该月的数为零，而不是未报")
    accept.add_argument("--problems", type=Path, metavar="文件", help="把问题清单另存为 CSV，合格的文件也写")


def _describe_audit(command: Callable[[str, str, Any], argparse.ArgumentParser], audits: Any) -> None:
    command("verify", "逐条核对印记和末尾的封印：完整则以 0 结束，否则列出每一处并以 1 结束", audits)
    export = command("export", "导出审计记录供纪检核查：表格（CSV）、原样的记录、核对说明；导出本身也记入审计", audits)
    export.add_argument("--out", required=True, type=Path, metavar="目录", help="写到这个目录")
    export.add_argument("--from", dest="since", type=day, metavar="日期", help="自这一天起；默认全部")
    export.add_argument("--until", type=day, metavar="日期", help="到这一天止，含当天")


def _describe_token(command: Callable[[str, str, Any], argparse.ArgumentParser], acts: Any) -> None:
    create = command("create", "新增一个令牌，显示这一次：请当面或用加密的方式交给对方", acts)
    create.add_argument("--until", type=day, metavar="日期", help="最后一天可用；不写则一直可用")
    create.add_argument("--public", action="store_true", help="只给出访客可见的数值：对方会向公众展示")
    revoke = command("revoke", "撤销一个令牌：下一次请求即被拒绝", acts)
    for named in (create, revoke):
        named.add_argument("name", metavar="名称", help="给谁用的，如 市中院2027")
    command("list", "列出全部令牌：状态、到期日、最近使用", acts)


def _describe_backup(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    backup = command("backup", "备份数据文件夹（使用中也可），只写入上次以来新增的内容；warehouse/ 和密钥不在其中")
    backup.add_argument("target", type=Path, metavar="目标", help="备份文件夹，应在另一块磁盘或另一台机器上")
    recover = command("recover", "从备份恢复到空的数据文件夹：先核对全部校验值，再一次换入")
    recover.add_argument("source", type=Path, metavar="来源", help="备份文件夹")
    recover.add_argument("--at", default="", metavar="编号", help="备份编号或其开头几位；默认最近一次")
    recover.add_argument("--list", action="store_true", help="列出其中的备份，不恢复")


def _describe_rule(rule: argparse.ArgumentParser) -> None:
    rule.add_argument("batch", type=batch, metavar="批次", help="表/批次名，如 list 所列")
    rule.add_argument("--day", required=True, type=day, metavar="日期", help="待核定的日期，如 2026-10-31")
    rule.add_argument(
        "--as", dest="ruling", required=True, choices=("按未结", "按已结"), metavar="结论", help="按未结 或 按已结"
    )
    rule.add_argument("--reason", required=True, metavar="依据", help="一句话，写入记录")


def _describe_briefing(briefing: argparse.ArgumentParser) -> None:
    add = briefing.add_argument
    add("--template", metavar="模板", help="模板编号，如 monthly；见定义文件夹的 briefings")
    add("--period", metavar="报告期", help="如 2026-10（单月、年度累计）、2026-Q3、2026")
    add("--grain", choices=GRAINS, metavar="统计方式", help="month、quarter、ytd、year；默认按模板")
    add("--department", default="", metavar="部门", help="部门编号或名称，如 civil；默认全院")
    add("--scope", choices=tuple(SCOPES), default="all", metavar="范围", help="all 全部，firm 涉企")
    add("--audience", default="", metavar="主送", help="主送单位；默认按模板")
    add("--issue", default="", metavar="期号", help="如 10")
    add("--date", type=day, metavar="日期", help="印发日期，如 2026-11-09；默认今天")
    add("--note", default="", metavar="文字", help="编者按")
    listed = "、".join(FORMATS)
    add("--formats", type=formats, default=FORMATS, metavar="格式", help=f"{listed}，逗号分隔；默认全部")
    add("--version", default="", metavar="版本", help="版本编号；默认当前发布的")
    add("--out", type=Path, default=Path(), metavar="目录", help="写到这个目录；默认当前目录")
    add("--again", metavar="编号", help="按导出编号再做一次，内容与当时相同")
    add("--list", action="store_true", help="列出已有的导出")
