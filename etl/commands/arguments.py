"""The arguments of the command line (commands.toml), with Chinese words in place of argparse's English ones."""

import argparse
import re
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from etl.engines.choice import ENGINES
from etl.versions.retention import NEWEST
from scorecard.briefing.export.formats import FORMATS, FileFormat
from scorecard.errors import hint
from scorecard.storage.data_dir import default_data, default_seeds

DONE, REFUSED, WRONG_CALL = 0, 1, 2

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


def words(text: str) -> tuple[str, ...]:
    """Ids or names, separated by commas."""
    return tuple(word.strip() for word in re.split("[,，、]", text) if word.strip())


def formats(text: str) -> tuple[FileFormat, ...]:
    """Formats of a paper, separated by commas, in their own order."""
    named = words(text)
    for word in named:
        if word not in FORMATS:
            listed = "、".join(FORMATS)
            raise argparse.ArgumentTypeError(f"没有格式“{word[:20]}”，可选：{listed} {hint(word, FORMATS)}".strip())
    if not named:
        raise argparse.ArgumentTypeError(f"没有写格式，可选：{'、'.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in named)


# What stands for a type, and for a word that begins with $, in commands.toml.
_TYPES: dict[str, Callable[[str], object]] = {
    "path": Path, "day": day, "batch": batch, "count": count, "formats": formats, "words": words,
}  # fmt: skip
_KNOWN = {"$newest": NEWEST, "$formats": FORMATS, "$here": Path(), "$engines": ENGINES}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The parsed call. Ends the process with 2 and a Chinese message when the call is wrong."""
    parser = Parser(
        prog="python -m etl", description="营商环境指标：接收抽取文件、建库、发布、撤回、回退，生成简报，核对审计记录。"
    )
    declared = tomllib.loads(Path(__file__).with_name("commands.toml").read_text("utf-8"))
    added = _add_commands(parser, declared, "command", "命令")
    call = parser.parse_args(arguments)
    # What argparse cannot say: which arguments need or exclude each other.
    if call.command == "accept" and call.none == (call.file is not None):
        added["accept"].error("--none 不与文件同用" if call.none else "缺少参数：文件")
    if call.command == "briefing" and not (call.list or call.again or call.check):
        missing = [f"--{name}" for name in ("template", "period") if not getattr(call, name)]
        if missing:
            added["briefing"].error(f"缺少参数：{', '.join(missing)}")
    return call


def _add_commands(parent: Parser, declared: Mapping[str, Any], dest: str, metavar: str) -> dict[str, Parser]:
    among = parent.add_subparsers(dest=dest, metavar=metavar, required=True, parser_class=Parser)
    parsers: dict[str, Parser] = {}
    for name, command in declared.items():
        added = parsers[name] = among.add_parser(name, help=command["help"], description=command["help"])
        if "commands" in command:
            _add_commands(added, command["commands"], name, "操作")
            continue
        added.add_argument("--seeds", type=Path, default=default_seeds(), metavar="目录", help="定义文件夹")
        added.add_argument("--data", type=Path, default=default_data().root, metavar="目录", help="数据文件夹")
        if not command.get("looks"):
            added.add_argument("--actor", default="命令行", metavar="姓名", help="经办人，写入记录")
        for argument in command.get("arguments", ()):
            added.add_argument(argument["name"], **_settings(argument))
    return parsers


def _settings(argument: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an argument as argparse takes them."""
    settings = {key: value for key, value in argument.items() if key not in ("name", "type")}
    if "type" in argument:
        settings["type"] = _TYPES[argument["type"]]
    for key in settings.keys() & {"default", "choices"}:
        settings[key] = _KNOWN.get(settings[key], settings[key]) if isinstance(settings[key], str) else settings[key]
    settings["help"] = settings["help"].replace("$newest", str(NEWEST)).replace("$formats", "、".join(FORMATS))
    settings["help"] = settings["help"].replace("$engines", "、".join(ENGINES))
    return settings
