"""`python -m etl accept`: takes an extract in, or says why not; what the page says of a file is said here too."""

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel, ConfigDict

from etl.commands.arguments import DONE, REFUSED, WRONG_CALL
from etl.intake.accept import Refused, accept
from etl.intake.batch_notes import withdrawn
from etl.intake.batches import Batch
from etl.intake.declared_none import declare_none
from etl.intake.examine import Said, examine
from etl.problems import SEVERITY_NAMES, Problem, collapsed, problems_csv
from etl.reading.latest_day import suggested_as_of
from scorecard.access import console
from scorecard.calendar.clock import today
from scorecard.calendar.period import StatisticalCalendar
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import THEIRS, storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir

SHOWN = 50  # problems printed on the terminal; the whole list goes to --problems
_MONTH = 31  # days between the two dates from which the call's is doubted


def take_in(call: argparse.Namespace, table: Table, catalog: Catalog) -> int:
    """Accepts the file of the call, prints what became of it, and writes the list of problems where one was asked for."""
    data = DataDir(call.data)
    if call.none:
        _say(declare_none(table, call.as_of, console(call.actor), data, months=catalog.court.months), table, data)
        _save(call.problems, ())
        return DONE
    path: Path = call.file
    if not path.is_file():
        print(f"调用有误：文件不存在：{path}", file=sys.stderr)
        return WRONG_CALL
    raw = path.read_bytes()
    said = read_mapping_file(call.map, table) if call.map else MappingFile()
    read: Said = {"policy": call.policy, "mapping": said.headers, "words": said.values, "sheet": call.sheet}
    extract = (raw, path.name, table, catalog, call.as_of)
    try:
        batch = accept(*extract, console(call.actor), data, corrects=call.corrects, **read)
    except Refused as refused:
        print(refused, file=sys.stderr)
        _print_problems(refused.problems, sys.stderr)
        whole = examine(raw, path.name, table, catalog, today(), **read)  # also the days after the date of the call
        _suggest(call.as_of, whole.latest.day if whole.latest else None, path.name, catalog.court.months)
        _save(call.problems, refused.problems)
        return REFUSED
    problems = batch.problems
    if batch.already and call.problems:
        problems = examine(*extract, **read).problems
    _say(batch, table, data)
    _print_problems(problems, sys.stdout)
    _suggest(call.as_of, batch.latest, path.name, catalog.court.months)
    _save(call.problems, problems)
    return DONE


def _say(batch: Batch, table: Table, data: DataDir) -> None:
    """One line of what was taken, one for each kind of problem, one for each warning."""
    done = "声明" if batch.none else "接收"
    result = f"此前已{done}，没有重复写入" if batch.already else f"已{done}"
    if (batch.table, batch.name) in withdrawn(data):
        result = f"此前已{done}又被撤回，仍不计入；如需恢复请用 restore"
    print(f"{result}：{table.name} {batch.rows_text}，数据截至 {batch.as_of}，批次 {batch.name}")
    counted = (
        ("搁置", batch.aside, "行"),
        ("修复", batch.repaired, "处"),
        ("不计入的合计、注释行", batch.skipped, "行"),
    )
    if listed := "　".join(f"{name} {number:,} {unit}" for name, number, unit in counted if number):
        print(listed)
    for count in batch.counts:
        print(f"  {SEVERITY_NAMES[count.severity]}　{count}　{count.count:,} 处")
    for warning in batch.warnings:
        print(f"注意：{warning}")


def _print_problems(problems: Sequence[Problem], stream: TextIO) -> None:
    """Equal problems in one line each."""
    lines = collapsed(problems)
    for line in lines[:SHOWN]:
        print(f"  {line}", file=stream)
    if len(lines) > SHOWN:
        print(f"  …… 共 {len(problems):,} 条，用 --problems 文件.csv 保存全部", file=stream)


def _suggest(as_of: date, latest: date | None, file_name: str, months: StatisticalCalendar) -> None:
    """Doubts a 数据截至 that is more than a month from what the file suggests."""
    suggested = suggested_as_of(latest, file_name, months)
    if latest is not None and suggested is not None and abs((as_of - suggested).days) > _MONTH:
        told = f"注意：文件中最晚的日期是 {latest}，按此数据截至应为 {suggested}，而不是 {as_of}；请核对"
        print(told, file=sys.stderr)


def _save(path: Path | None, problems: Sequence[Problem]) -> None:
    if path is not None:
        with storage_errors(f"写出 {path}"):
            write_atomically(path, problems_csv(problems), THEIRS)


_FORM = '[headers] "表头" = "列"，[values."列"] "写法" = "取值"（TOML 或 JSON）'


class MappingFile(BaseModel):
    """Header -> column, and column -> value -> word, as `accept` takes them; "" leaves out, or is unknown."""

    model_config = ConfigDict(extra="forbid", strict=True)

    headers: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}


def read_mapping_file(path: Path, table: Table) -> MappingFile:
    """The mapping of a file by its ending. Columns are written by name or by header; another text is refused by what reads the
    mapping. Raises ScorecardError.
    """
    with storage_errors(f"读取对应文件 {path}"):
        raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
        said = MappingFile.model_validate(json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text))
    except (ValueError, TypeError) as error:
        remedy = "请核对文件的格式和编码（UTF-8）"
        raise ScorecardError(f"对应文件 {path.name}", "读不出对应关系", _FORM, remedy) from error
    names = {column.header: name for name, column in table.columns.items()} | {name: name for name in table.columns}
    headers = {header: names.get(column, column) for header, column in said.headers.items()}
    values: dict[str, dict[str, str]] = {}
    for column, words in said.values.items():  # named twice, by its name and by its header, it is one column
        values.setdefault(names.get(column, column), {}).update(words)
    return MappingFile(headers=headers, values=values)
