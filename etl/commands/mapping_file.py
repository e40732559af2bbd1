"""The file of `accept --map`: what unknown headers and values of an extract are, in TOML, JSON or CSV."""

import csv
import io
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scorecard.catalog.contracts import Table
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import storage_errors

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
