"""`python -m etl accept`: takes an extract in, or says why not; what the page says of a file is said here too."""

import argparse
import csv
import io
import json
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from etl.commands.arguments import DONE, REFUSED, WRONG_CALL
from etl.intake.accept import Refused, accept
from etl.intake.batch_notes import withdrawn
from etl.intake.batches import Batch
from etl.intake.declared_none import declare_none
from etl.intake.examine import Said, examine
from etl.problems import SEVERITY_NAMES, Count, Problem, collapsed, problems_csv
from etl.reading.latest_day import suggested_as_of
from scorecard.access import console
from scorecard.calendar.clock import today
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir
from scorecard.storage.private_files import THEIRS

SHOWN = 50  # problems printed on the terminal; the whole list goes to --problems
_MONTH = 31  # days between the two dates from which the call's is doubted


def take_in(call: argparse.Namespace, table: Table, catalog: Catalog) -> int:
    """Accepts the file of the call, prints what became of it, and writes the list of problems where one was asked for."""
    data = DataDir(call.data)
    if call.none:
        _say(declare_none(table, call.as_of, console(call.actor), data), table, data)
        _save(call.problems, ())
        return DONE
    path: Path = call.file
    if not path.is_file():
        print(f"调用有误：文件不存在：{path}", file=sys.stderr)
        return WRONG_CALL
    raw = path.read_bytes()
    said = read_mapping_file(call.map, table) if call.map else MappingFile()
    read: Said = {"policy": call.policy, "mapping": said.mapping, "words": said.words, "sheet": call.sheet}
    try:
        batch = accept(
            raw, path.name, table, catalog, call.as_of, console(call.actor), data, corrects=call.corrects, **read
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        _print_problems(refused.problems, sys.stderr)
        whole = examine(raw, path.name, table, catalog, today(), **read)  # also the days after the date of the call
        _suggest(call.as_of, whole.latest.day if whole.latest else None, path.name)
        _save(call.problems, refused.problems)
        return REFUSED
    problems = batch.problems
    if batch.already and call.problems:
        problems = examine(raw, path.name, table, catalog, call.as_of, **read).problems
    _say(batch, table, data)
    _print_problems(problems, sys.stdout)
    _suggest(call.as_of, batch.latest, path.name)
    _save(call.problems, problems)
    return DONE


def _say(batch: Batch, table: Table, data: DataDir) -> None:
    """One line of what was taken, one for each kind of problem, one for each warning."""
    done = "声明" if batch.none else "接收"
    result = f"此前已{done}，没有重复写入" if batch.already else f"已{done}"
    if (batch.table, batch.name) in withdrawn(data):
        result = f"此前已{done}又被撤回，仍不计入；如需恢复请用 restore"
    rows = "本月无此类数据" if batch.none else f"{batch.rows} 行" + ("（更正）" if batch.corrects else "")
    print(f"{result}：{table.name} {rows}，数据截至 {batch.as_of}，批次 {batch.name}")
    counted = (
        ("搁置", batch.aside, "行"),
        ("修复", batch.repaired, "处"),
        ("不计入的合计、注释行", batch.skipped, "行"),
    )
    if any(number for _, number, _ in counted):
        print("　".join(f"{name} {number:,} {unit}" for name, number, unit in counted if number))
    for count in batch.counts:
        print(f"  {SEVERITY_NAMES[count.severity]}　{_kind(count)}　{count.count:,} 处")
    for warning in batch.warnings:
        print(f"注意：{warning}")


def _kind(count: Count) -> str:
    return f"{count.title}「{count.column}」" if count.column else count.title


def _print_problems(problems: Sequence[Problem], stream: object) -> None:
    """Equal problems in one line each."""
    lines = collapsed(problems)
    for line in lines[:SHOWN]:
        print(f"  {line}", file=stream)  # pyright: ignore[reportArgumentType]
    if len(lines) > SHOWN:
        print(f"  …… 共 {len(problems):,} 条，用 --problems 文件.csv 保存全部", file=stream)  # pyright: ignore[reportArgumentType]


def _suggest(as_of: date, latest: date | None, file_name: str) -> None:
    """Doubts a 数据截至 that is more than a month from what the file suggests."""
    suggested = suggested_as_of(latest, file_name)
    if latest is not None and suggested is not None and abs((as_of - suggested).days) > _MONTH:
        print(
            f"注意：文件中最晚的日期是 {latest}，按此数据截至应为 {suggested}，而不是 {as_of}；请核对", file=sys.stderr
        )


def _save(path: Path | None, problems: Sequence[Problem]) -> None:
    if path is not None:
        with storage_errors(f"写出 {path}"):
            write_atomically(path, problems_csv(problems), THEIRS)


_HEADERS, _VALUES = "headers", "values"
_COLUMNS = ["列", "写法", "读作"]
_FORM = '[headers] "表头" = "列"，[values."列"] "写法" = "取值"（TOML 或 JSON）；或 CSV：列,写法,读作（列写“表头”的行对应表头）'


@dataclass(frozen=True)
class MappingFile:
    """Header -> column, and column -> value -> word, as `accept` takes them; "" leaves out, or is unknown."""

    mapping: dict[str, str] = field(default_factory=dict[str, str])
    words: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])


def read_mapping_file(path: Path, table: Table) -> MappingFile:
    """The mapping of a file by its ending. Columns are written by name or by header. Raises ScorecardError."""
    with storage_errors(f"读取对应文件 {path}"):
        raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
        match path.suffix.lower():
            case ".json":
                return _of_tree(json.loads(text), table)
            case ".csv":
                return _of_lines(list(csv.reader(io.StringIO(text), strict=True)), table)
            case _:
                return _of_tree(tomllib.loads(text), table)
    except (ValueError, TypeError, csv.Error) as error:
        raise ScorecardError(
            f"对应文件 {path.name}", "读不出对应关系", _FORM, "请核对文件的格式和编码（UTF-8）"
        ) from error


def _of_tree(tree: Any, table: Table) -> MappingFile:
    if not isinstance(tree, dict) or not set(tree) <= {_HEADERS, _VALUES}:
        raise TypeError
    found = MappingFile()
    for header, column in _texts(tree.get(_HEADERS, {})).items():
        found.mapping[header] = column and _column(column, table)
    of_columns = tree.get(_VALUES, {})
    if not isinstance(of_columns, dict):
        raise TypeError
    for column, answers in of_columns.items():
        found.words.setdefault(_column(column, table), {}).update(_texts(answers))
    return found


def _texts(answers: Any) -> dict[str, str]:
    if not isinstance(answers, dict) or not all(isinstance(answer, str) for answer in answers.values()):
        raise TypeError
    return {str(text): str(answer) for text, answer in answers.items()}


def _of_lines(lines: list[list[str]], table: Table) -> MappingFile:
    if not lines or [cell.strip() for cell in lines[0]] != _COLUMNS:
        raise ValueError
    found = MappingFile()
    for cells in filter(any, lines[1:]):
        column, text, answer = (cell.strip() for cell in cells)
        answers = found.mapping if column == "表头" else found.words.setdefault(_column(column, table), {})
        if (
            answers.setdefault(text, answer := _column(answer, table) if column == "表头" and answer else answer)
            != answer
        ):
            raise ScorecardError(
                f"对应文件的“{text[:40]}”", "对应了两次，结果不同", "一个写法只对应一个结果", "请只保留一个"
            )
    return found


def _column(written: str, table: Table) -> str:
    """The column's name, written so or by its header; another text as it is: what reads the mapping refuses it."""
    by_header = {column.header: name for name, column in table.columns.items()}
    return written if written in table.columns else by_header.get(written, written)
