"""The header of a file: where it stands, what each cell of it stands for in the table, and why there is none.

Headers are compared folded. One stands for a column, a personal column that is thrown away, or a mark of ours.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain, islice

from etl.invisible_characters import BLANKS, HIDDEN
from etl.problems import Findings, Problem, Severity
from etl.reading.decoding import big5
from etl.reading.spelling.units import StatedUnit, UnclearUnit, Unit, in_any_header, in_header, in_line, shift_to
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table
from scorecard.errors import hint

LONGEST = 200  # characters: what is longer is no header, and is not looked at
# Columns that rows kept aside carry when they come back corrected: which batch and line they clear, and why they were kept.
BATCH, LINE, REASON = "搁置批次", "搁置行号", "搁置原因"

_NOT_COMPARED = re.compile(rf"[\s{HIDDEN}*:]+")


def fold(header: str) -> str:
    """A header as it is compared: half-width, lower case, without blanks, invisible characters, required-marks, colons."""
    if len(header) > LONGEST:
        return header[: LONGEST + 1]
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", header)).lower()


def names_of(table: Table) -> dict[str, str | None]:
    """Folded header -> column; None for headers that are thrown away at the door."""
    names: dict[str, str | None] = {fold(header): None for header in table.drop}
    for name, column in table.columns.items():
        names.update(dict.fromkeys(map(fold, (column.header, *column.aliases)), name))
    for name, column in table.columns.items():
        if column.unit == "%":  # its own header names the unit: another one, or none, may stand there
            names.setdefault(in_header(fold(column.header))[0], name)
    return names


def without_unit(folded: str, names: Collection[str]) -> tuple[str, Unit | None]:
    """A header and the unit written behind it, if the header without it is a registered one."""
    base, unit = in_header(folded)
    return (base, unit) if unit and folded not in names and base in names else (folded, None)


def mapped_unit(folded: str, column: Column) -> Unit | None:
    """The unit in a header that an officer maps to this column. Raises UnclearUnit."""
    return in_any_header(folded) if column.type.is_number else in_header(folded)[1]


def is_convertible(unit: Unit, column: Column) -> bool:
    """Whether numbers in this unit are numbers of the column, given in its unit or another of the kind."""
    return shift_to(unit, column.unit) is not None


SEARCHED = 10  # records among which the header may stand
TEMPLATE = "请下载本表模板，对照核对表头"
_HEAD = 1 << 14  # bytes that are read in another encoding
_COMPARED = 200  # cells, and characters of a cell
_OTHER_DELIMITERS = {"\t": "制表符", ";": "分号", "；": "全角分号", "，": "全角逗号", "|": "竖线"}


def why_missing(raw: bytes, records: Sequence[tuple[int, Sequence[str]]], name: str, headers: list[str]) -> Problem:
    """The reason, with the headers that table `name` should have; `records` are the first lines with their cells.

    The first line may be somebody's data: it is not repeated here.
    """
    for line, whole in records:
        cells = [cell.strip() for cell in whole if cell.strip()]
        if sum(_DESTROYED.fullmatch(cell) is not None for cell in cells) * 2 >= len(cells):
            reason = "表头的汉字已变成问号或乱码，文件在导出或另存时已损坏，无法恢复"
            return Problem("header_destroyed", "refuse", line, "", "", reason, "请从系统重新导出")
    head = raw[:_HEAD].decode("cp950", errors="replace").splitlines()[:SEARCHED]
    if not raw[:_HEAD].isascii() and _resembles((cell for line in head for cell in line.split(",")), headers):
        return big5()
    first = records[0][0] if records else None
    for delimiter, sign in _OTHER_DELIMITERS.items():
        if any(_resembles(cells[0].split(delimiter), headers) for _, cells in records if cells):
            reason = f"单元格之间用的是{sign}，不是逗号"
            return Problem("header_missing", "refuse", first, "", "", reason, "请另存为“CSV UTF-8（逗号分隔）”")
    reason = f"前 {SEARCHED} 行里没有表头；“{name}”的表头应为：{'、'.join(headers)}"
    return Problem("header_missing", "refuse", first, "", "", reason, TEMPLATE)


_DESTROYED = re.compile(r"[?？�\s]{2,}|.*(?:锟斤拷|��).*", re.DOTALL)


def _resembles(cells: Iterable[str], headers: list[str]) -> bool:
    """Whether at least two cells are headers, give or take the strokes that Traditional Chinese writes otherwise."""
    similar = 0
    for cell in islice(cells, _COMPARED):
        text = fold(cell[:_COMPARED])
        similar += bool(text) and any(SequenceMatcher(None, text, fold(h)).ratio() >= 0.75 for h in headers)
        if similar >= 2:
            return True
    return False


_WIDEST = 1000  # cells
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Header:
    """Where the header stands and what it says.

    `body` is the byte offset after it, `body_line` the physical line the body begins on; `columns` holds for each
    position the contract's column, or None where the position is ignored; `clears` are the positions of the batch and
    line that a corrected row clears, where it came from rows kept aside; `units` the unit that the header or a line above it
    says for a column; `unknown` are the headers in it that nothing is known about.
    """

    body: int
    body_line: int
    cells: tuple[str, ...]
    columns: tuple[str | None, ...]
    clears: tuple[int, int] | None = None
    units: Mapping[str, StatedUnit] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class CsvRecord:
    """One of the first records: its physical line, its cells, and where the next one begins."""

    line: int
    cells: list[str]
    body: int
    body_line: int


class Unreadable(Exception):
    """The first lines cannot be read as cells."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def find_header(
    raw: bytes, utf8: bytes, table: Table, findings: Findings, mapping: Mapping[str, str] | None = None
) -> Header | None:
    """The header row, None when there is none, with everything notable about it in `findings`.

    `mapping`: folded header -> column that an officer said it is, "" for one to be left out (etl/intake/header_mapping.py checks it).
    """
    said = mapping or {}
    try:
        records = first_records(utf8)
    except Unreadable as error:
        findings.add(error.problem)
        return None
    best, score = best_record(records, {*names_of(table), *said})
    if score < min(2, len(table.columns)):
        headers = [column.header for column in table.columns.values()]
        findings.add(why_missing(raw, [(record.line, record.cells) for record in records], table.name, headers))
        return None
    record = records[best]
    mapped = _Mapped(record, table, said, findings)
    for above in records[:best]:
        _title(above, mapped, findings)
    unknown = tuple(dict.fromkeys(cell for _, cell in mapped.unknown if fold(cell) and len(cell) <= LONGEST))
    place = record.body, record.body_line, tuple(record.cells)
    return Header(*place, tuple(mapped.columns), mapped.clears, mapped.units, unknown)


def best_record(records: list[CsvRecord], known: set[str]) -> tuple[int, int]:
    """The place of the record with the most known headers, and how many these are."""
    scores = [sum(without_unit(fold(cell), known)[0] in known for cell in record.cells) for record in records] or [0]
    best = scores.index(max(scores))
    return best, scores[best]


def first_records(utf8: bytes) -> list[CsvRecord]:
    """The first records that are not blank, with the physical line each begins on. Raises Unreadable."""
    ends: list[int] = []

    def lines() -> Iterator[str]:
        begin = 0
        for end in chain((ending.end() for ending in _LINE_END.finditer(utf8)), [len(utf8)]):
            if utf8.count(b",", begin, end) >= _WIDEST:
                raise _too_wide(len(ends) + 1)
            if begin < end:
                ends.append(end)
                yield utf8[begin:end].decode("utf-8")
            begin = end

    reader = csv.reader(lines(), strict=True)
    records: list[CsvRecord] = []
    line = 1
    try:
        for cells in reader:
            if len(cells) > _WIDEST:
                raise _too_wide(line)
            if any(cell.strip(BLANKS) for cell in cells):  # marks that nobody sees are a line too, and told
                records.append(CsvRecord(line, cells, ends[reader.line_num - 1], reader.line_num + 1))
            line = reader.line_num + 1
            if len(records) == SEARCHED:
                break
    except csv.Error as error:
        if not records:
            raise Unreadable(broken_record(error, line, reader.line_num, "表头附近")) from error
    return records


def broken_record(error: csv.Error, line: int, last: int, where: str = "") -> Problem:
    """The refusal of a record that begins at `line` and broke off at `last`.

    The csv module gives up on a cell of 131,072 characters: within one line that is a cell, over many an open quote.
    """
    if "field larger" in str(error) and last <= line:
        reason = f"{where}有一个单元格超过 {csv.field_size_limit():,} 个字符"
        suggestion = "请核对引号是否成对，或删去不属于这一格的内容"
        return Problem("cell_too_long", "refuse", line, "", "", reason, suggestion)
    until = f"（一直连到第{last}行）" if last > line and not where else ""
    suggestion = "请补上或删去多余的引号" if where else "请补上或删去这一行多余的引号"
    reason = f"{where}{'的' if where else ''}引号没有成对{until}"
    return Problem("quotes_open", "refuse", line, "", "", reason, suggestion)


def _too_wide(line: int) -> Unreadable:
    """Nobody's table is as wide; to look for its headers would take hours."""
    reason = f"这一行有 {_WIDEST} 个以上的单元格"
    return Unreadable(Problem("cells_many", "refuse", line, "", "", reason, "请核对换行和分隔符，重新导出"))


def _title(record: CsvRecord, mapped: "_Mapped", findings: Findings) -> None:
    """A line above the header: a title is set aside, data is not (it may belong to another table). A unit in it is taken."""
    filled = sum(bool(fold(cell)) for cell in record.cells)
    if filled > max(2, len(mapped.columns) // 2):
        reason = f"表头上方的这一行有 {filled} 个单元格有内容，不像标题"
        findings.add(Problem("rows_above_header", "refuse", record.line, "", "", reason, "请删去表头以上的数据行"))
        return
    try:
        headers = [header for unit in in_line(record.cells) for header in mapped.take_line_unit(unit, record.line)]
    except UnclearUnit as unclear:
        if not mapped.numeric:
            findings.add(Problem("title_line", "report", record.line, "", "", "表头上方的标题行，已略过"))
            return
        reason = f"表头上方写明的单位“{unclear}”无法对应到各列"
        findings.add(Problem("header_unit", "refuse", record.line, "", "", reason, _STATE_UNIT))
        return
    use = f"其中的单位用于：{'、'.join(headers)}" if headers else "已略过"
    findings.add(Problem("title_line", "report", record.line, "", "", f"表头上方的标题行，{use}"))


_STATE_UNIT = "请把单位写在各列的表头里，如 标的额（万元），或换算成本表规定的单位"


def unit_elsewhere(
    cells: Sequence[str], header: Header, table: Table, where: str, line: int | None = None
) -> Iterator[Problem]:
    """The refusal of a text that names another unit than the columns are read in: below the data, or the file's name."""
    numeric = _numeric(header.columns, table)
    silent = [column.unit for name, column in numeric.items() if name not in header.units]
    try:
        units = in_line(cells)
        other = [one.word for one in units if any(shift_to(one, name) or one.may_be_meant_for(name) for name in silent)]
    except UnclearUnit as unclear:
        other = [str(unclear)]
    if other and numeric:
        reason = f"{where}写着单位“{'、'.join(other)}”，各列不是按它读的"
        suggestion = "请把单位写在表头里，如 标的额（万元），或写在表头上方"
        yield Problem("header_unit", "refuse", line, "", "", reason, suggestion)


def _numeric(names: Iterable[str | None], table: Table) -> dict[str, Column]:
    found = {name: table.columns[name] for name in filter(None, names)}
    return {name: column for name, column in found.items() if column.type.is_number}


class _Mapped:
    """The contract's column of each position; doubled, missing, foreign and unknown headers in `findings`."""

    def __init__(self, record: CsvRecord, table: Table, said: Mapping[str, str], findings: Findings) -> None:
        self._record, self._table, self._findings = record, table, findings
        self._names, self._said = names_of(table), said
        self.columns: list[str | None] = []
        self.units: dict[str, StatedUnit] = {}
        self._line_units: dict[str, Unit] = {}  # by kind
        self.unknown: list[tuple[int, str]] = []  # position, header
        self._position: dict[str, int] = {}
        marks = [fold(cell) for cell in record.cells]
        both = marks.count(BATCH) == marks.count(LINE) == 1
        self.clears = (marks.index(BATCH), marks.index(LINE)) if both else None
        named = {self._names.get(without_unit(mark, self._names)[0]) for mark in marks} | {*said.values()}
        columns = table.columns.items()
        self._blank = {one.blank_header_at: name for name, one in columns if one.blank_header_at and name not in named}
        ours = {REASON, BATCH, LINE} if both else {REASON}
        for number, (cell, folded) in enumerate(zip(record.cells, marks, strict=True), 1):
            self.columns.append(None if folded in ours else self._column(number, cell, folded))
        self._tell_unknown_and_absent()

    def _column(self, number: int, cell: str, folded: str) -> str | None:
        shown = cell.strip()[:40]
        base, unit = without_unit(folded, self._names) if folded not in self._said else (folded, None)
        column = self._names.get(base)
        if column is None and base in self._names:
            reason = "含个人信息，不需要报送，内容已丢弃"
            self._tell("header_dropped", "report", shown, "", reason, "以后可不导出这一列")
            return None
        if column is None and folded in self._said:
            column = self._said[folded]
            if not column:
                return None  # left out knowingly
            try:
                unit = mapped_unit(folded, self._table.columns[column])
            except UnclearUnit as unclear:
                reason = f"表头里的单位“{unclear}”分不清是哪一个"
                self._tell("header_unit", "refuse", self._table.columns[column].header, shown, reason, _STATE_UNIT)
            reason = f"按对应关系读作“{self._table.columns[column].header}”"
            self._tell("header_mapped", "report", shown, "", reason)
        if column is None and not folded and (column := self._blank.get(number)):
            reason = f"第{number}列没有表头，按本表的约定读作“{self._table.columns[column].header}”"
            self._tell("header_blank", "report", self._table.columns[column].header, "", reason)
        if column is None:
            self.unknown.append((number, cell.strip()))
            return None
        if unit is None and self._table.columns[column].unit == "%":
            unit = in_header(folded)[1]
        self._take(column, number, shown, unit)
        return column if self._position[column] == number else None  # the first of two is read on

    @property
    def numeric(self) -> dict[str, Column]:
        """The columns of the file that a unit could be for."""
        return _numeric(self.columns, self._table)

    def take_line_unit(self, unit: Unit, line: int) -> list[str]:
        """The headers of the columns that a unit above the header is for: of its kind, without one of their own.

        Raises UnclearUnit where two lines differ, where it may be for numbers whose unit the contract does not know, and for
        money of another country.
        """
        numeric = self.numeric
        of_kind = [name for name, column in numeric.items() if is_convertible(unit, column)]
        silent = [column.unit for name, column in numeric.items() if name not in self.units]
        if self._line_units.setdefault(unit.kind, unit).power != unit.power:
            raise UnclearUnit(f"{self._line_units[unit.kind].word}、{unit.word}")
        if not of_kind and any(unit.may_be_meant_for(name) for name in silent):
            raise UnclearUnit(unit.word)
        taken = [name for name in of_kind if name not in self.units]
        self.units |= dict.fromkeys(taken, StatedUnit(unit, line, unit.word))
        return [numeric[name].header for name in taken]

    def _take(self, column: str, number: int, shown: str, unit: Unit | None) -> None:
        header, expected = self._table.columns[column].header, self._table.columns[column].unit
        if column in self._position:
            first = self._position[column]
            other = self._record.cells[first - 1].strip()[:40]
            reason = f"第{first}列“{other}”与第{number}列“{shown}”都是“{header}”"
            self._tell("header_doubled", "refuse", header, shown, reason, "请只保留一列")
        elif unit and not is_convertible(unit, self._table.columns[column]):
            reason = f"表头写明单位是“{unit.word}”，本表规定为“{expected or '不带单位'}”，不能换算"
            self._tell("header_unit", "refuse", header, shown, reason, "请按本表规定的单位报送，或核对这一列")
        elif unit:
            self.units[column] = StatedUnit(unit, self._record.line, shown)
        self._position.setdefault(column, number)

    def _tell_unknown_and_absent(self) -> None:
        absent = {name: column for name, column in self._table.columns.items() if name not in self._position}
        headers = [column.header for column in absent.values()]
        unknown = [cell[:40] or f"（第{number}列，无表头）" for number, cell in self.unknown]
        for shown in unknown:
            near = hint(shown, headers)
            self._tell("header_unknown", "report", shown, "", "本表没有登记这一列，内容未读取", near)
        for column in absent.values():
            near = hint(column.header, unknown)
            if column.required:
                self._tell("header_required", "refuse", column.header, "", "缺少这一必填的列", near or TEMPLATE)
            else:
                self._tell("header_absent", "report", column.header, "", "文件里没有这一列，按“未知”处理", near)

    def _tell(self, code: str, severity: Severity, column: str, value: str, reason: str, suggestion: str = "") -> None:
        line = self._record.line
        self._findings.add(Problem(code, severity, line, column, value, reason, suggestion))
