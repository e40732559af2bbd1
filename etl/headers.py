"""The header row of an extract: found within the first lines, and each position mapped to a column of the contract."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, islice

from etl.decoding import big5
from etl.problems import Findings, Problem, Severity
from scorecard.contracts import Table
from scorecard.errors import hint

_SEARCHED = 10  # records among which the header may stand
_WIDEST = 1000  # cells
_COMPARED = 200  # cells, and characters of a cell, when looking for headers in another shape
_LINE_END = re.compile(rb"\r\n|\r|\n")
_UNIT = re.compile(r"(.+?)[(\[]([^()\[\]]{1,4})[)\]]")
_UNITS = ("元", "千元", "万元", "亿元", "天", "日", "月", "年", "小时", "件", "次", "家", "%")
_OTHER_DELIMITERS = {"\t": "制表符", ";": "分号", "；": "全角分号", "，": "全角逗号", "|": "竖线"}
_TEMPLATE = "请下载本表模板，对照核对表头"


@dataclass(frozen=True)
class Header:
    """Where the header stands and what it says.

    `body` is the byte offset after it, `body_line` the physical line the body begins on; `columns` holds for each
    position the contract's column, or None where the position is ignored.
    """

    body: int
    body_line: int
    cells: tuple[str, ...]
    columns: tuple[str | None, ...]


@dataclass(frozen=True)
class _Record:
    line: int
    cells: list[str]
    body: int
    body_line: int


def find_header(raw: bytes, utf8: bytes, table: Table, findings: Findings) -> Header | None:
    """The header row, with everything notable about it in `findings`; None when there is none that serves."""
    names = _names(table)
    try:
        records = _first_records(utf8)
    except _UnreadableError as error:
        findings.add(error.problem)
        return None
    scores = [sum(fold(cell) in names for cell in record.cells) for record in records] or [0]
    best = scores.index(max(scores))
    if scores[best] < min(2, len(table.columns)):
        findings.add(_why_missing(raw, records, table))
        return None
    record = records[best]
    for above in records[:best]:
        _title(above, len(record.cells), findings)
    columns = _mapped(record, table, names, findings)
    if findings.refused:
        return None
    return Header(record.body, record.body_line, tuple(record.cells), columns)


def fold(header: str) -> str:
    """A header as it is compared: half-width, lower case, without blanks, required-marks and colons."""
    text = unicodedata.normalize("NFKC", header)
    return re.sub(r"[\s\u200b-\u200f\ufeff*:]+", "", text).lower()


def _names(table: Table) -> dict[str, str | None]:
    """Folded header -> column; None for headers that are thrown away at the door."""
    names: dict[str, str | None] = {fold(header): None for header in table.drop}
    for name, column in table.columns.items():
        names.update(dict.fromkeys(map(fold, (column.header, *column.aliases)), name))
    return names


class _UnreadableError(Exception):
    def __init__(self, code: str, line: int, reason: str, suggestion: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, "refuse", line, "", "", reason, suggestion)


def _first_records(utf8: bytes) -> list[_Record]:
    """The first records that are not blank, with the physical line each begins on."""
    ends: list[int] = []

    def lines() -> Iterator[str]:
        begin = 0
        for end in chain((found.end() for found in _LINE_END.finditer(utf8)), [len(utf8)]):
            if utf8.count(b",", begin, end) >= _WIDEST:
                _refuse_width(len(ends) + 1)
            if begin < end:
                ends.append(end)
                yield utf8[begin:end].decode("utf-8")
            begin = end

    reader = csv.reader(lines(), strict=True)
    records: list[_Record] = []
    line = 1
    try:
        for cells in reader:
            if len(cells) > _WIDEST:
                _refuse_width(line)
            if any(fold(cell) for cell in cells):
                records.append(_Record(line, cells, ends[reader.line_num - 1], reader.line_num + 1))
            line = reader.line_num + 1
            if len(records) == _SEARCHED:
                break
    except csv.Error as error:
        if not records:
            reason = "表头附近的引号没有成对"
            raise _UnreadableError("quotes_open", line, reason, "请补上或删去多余的引号") from error
    return records


def _refuse_width(line: int) -> None:
    """Nobody's table is as wide; to look for its headers would take hours."""
    reason = f"这一行有 {_WIDEST} 个以上的单元格"
    raise _UnreadableError("cells_many", line, reason, "请核对换行和分隔符，重新导出")


def _title(record: _Record, width: int, findings: Findings) -> None:
    """A line above the header: a title is set aside, data is not (it may belong to another table)."""
    filled = sum(bool(fold(cell)) for cell in record.cells)
    if filled > max(2, width // 2):
        reason = f"表头上方的这一行有 {filled} 个单元格有内容，不像标题"
        findings.add(
            Problem("rows_above_header", "refuse", record.line, "", "", reason, "请删去表头以上的数据行")
        )
    else:
        findings.add(Problem("title_line", "report", record.line, "", "", "表头上方的标题行，已略过"))


def _mapped(
    record: _Record, table: Table, names: dict[str, str | None], findings: Findings
) -> tuple[str | None, ...]:
    """The contract's column of each position; doubled, missing, foreign and unknown headers in `findings`."""
    columns: list[str | None] = []
    position: dict[str, int] = {}
    unknown: list[str] = []

    def tell(
        code: str, severity: Severity, column: str, value: str, reason: str, suggestion: str = ""
    ) -> None:
        findings.add(Problem(code, severity, record.line, column, value, reason, suggestion))

    for number, cell in enumerate(record.cells, 1):
        shown = cell.strip()[:40]
        folded = fold(cell)
        base, unit = _without_unit(folded, names)
        column = names.get(base)
        if column is None:
            columns.append(None)
            if base in names:
                reason = "含个人信息，不需要报送，内容已丢弃"
                tell("header_dropped", "report", shown, "", reason, "以后可不导出这一列")
            else:
                unknown.append(shown or f"（第{number}列，无表头）")
            continue
        header = table.columns[column].header
        if column in position:
            first = position[column]
            reason = (
                f"第{first}列“{record.cells[first - 1].strip()[:40]}”与第{number}列“{shown}”都是“{header}”"
            )
            tell("header_doubled", "refuse", header, shown, reason, "请只保留一列")
        elif unit and unit != table.columns[column].unit:
            expected = table.columns[column].unit or "不带单位"
            reason = f"表头写明单位是“{unit}”，本表规定为“{expected}”"
            tell("header_unit", "refuse", header, shown, reason, "请换算后再上传，系统不自动换算")
        position.setdefault(column, number)
        columns.append(column)
    absent = {name: column for name, column in table.columns.items() if name not in position}
    for shown in unknown:
        near = hint(shown, [column.header for column in absent.values()])
        tell("header_unknown", "report", shown, "", "本表没有登记这一列，内容未读取", near)
    for column in absent.values():
        near = hint(column.header, unknown)
        if column.required:
            tell("header_required", "refuse", column.header, "", "缺少这一必填的列", near or _TEMPLATE)
        else:
            tell("header_absent", "report", column.header, "", "文件里没有这一列，按“未知”处理", near)
    return tuple(columns)


def _without_unit(folded: str, names: dict[str, str | None]) -> tuple[str, str]:
    """A header and the unit written behind it in brackets, if the header without it is a registered one."""
    found = _UNIT.fullmatch(folded)
    if folded not in names and found and found[1] in names and found[2] in _UNITS:
        return found[1], found[2]
    return folded, ""


def _why_missing(raw: bytes, records: list[_Record], table: Table) -> Problem:
    """Why no line looks like the header: destroyed, another encoding, another delimiter, or simply not there.

    The first line may be somebody's data: it is not repeated here.
    """
    headers = [column.header for column in table.columns.values()]
    for record in records:
        cells = [cell.strip() for cell in record.cells if cell.strip()]
        if sum(_destroyed(cell) for cell in cells) * 2 >= len(cells):
            reason = "表头的汉字已变成问号或乱码，文件在导出或另存时已损坏，无法恢复"
            return Problem("header_destroyed", "refuse", record.line, "", "", reason, "请从系统重新导出")
    if _resembles(_cells_as(raw, "cp950"), headers):
        return big5()
    expected = f"“{table.name}”的表头应为：{'、'.join(headers)}"
    line = records[0].line if records else None
    for delimiter, name in _OTHER_DELIMITERS.items():
        if any(_resembles(record.cells[0].split(delimiter), headers) for record in records if record.cells):
            reason = f"单元格之间用的是{name}，不是逗号"
            return Problem(
                "header_missing", "refuse", line, "", "", reason, "请另存为“CSV UTF-8（逗号分隔）”"
            )
    reason = f"前 {_SEARCHED} 行里没有表头；{expected}"
    return Problem("header_missing", "refuse", line, "", "", reason, _TEMPLATE)


def _destroyed(cell: str) -> bool:
    return re.fullmatch(r"[?？�\s]{2,}", cell) is not None or "锟斤拷" in cell or "��" in cell


def _cells_as(raw: bytes, codec: str) -> list[str]:
    """The cells of the first lines read in another encoding."""
    head = raw[: 1 << 14].decode(codec, errors="replace")
    return [cell for line in head.splitlines()[:_SEARCHED] for cell in line.split(",")]


def _resembles(cells: Iterable[str], headers: list[str]) -> bool:
    """Whether at least two cells are headers, give or take the strokes that Traditional Chinese writes otherwise."""
    found = 0
    for cell in islice(cells, _COMPARED):
        text = fold(cell[:_COMPARED])
        found += bool(text) and any(SequenceMatcher(None, text, fold(h)).ratio() >= 0.75 for h in headers)
        if found >= 2:
            return True
    return False
