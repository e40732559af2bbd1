"""What only a workbook knows of the rows that are read: merged data, hidden rows, formulas, numbers where texts belong."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from etl.problems import LISTED_PER_KIND, Findings, Problem
from etl.reading.headers import Header
from etl.reading.workbooks.facts import name_of_column, name_of_range
from etl.reading.workbooks.opening import SheetText
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table

_NAMED = 20


@dataclass(frozen=True)
class SheetCheck:
    """The check of a sheet of which `header` was found; `skipped` are the lines of 合计 rows and notes below it."""

    sheet: SheetText
    header: Header
    skipped: frozenset[int]
    table: Table
    findings: Findings

    def check(self) -> None:
        """Everything notable into the findings."""
        self._about_the_workbook()
        self._merged()
        self._hidden()
        self._cells()

    def _about_the_workbook(self) -> None:
        facts = self.sheet.facts
        for other in self.sheet.unread:
            what = f"工作表“{other.name[:40]}”{'已隐藏，' if other.hidden else ''}没有读取"
            self._tell("sheet_unread", None, f"{what}；读取的是“{self.sheet.sheet[:40]}”")
        if facts.linked:
            self._tell("external_links", None, "工作簿引用了其他文件：按存下的结果读取，没有打开其他文件")
        if facts.formulas:
            reason = f"工作表有 {facts.formulas:,} 格是公式：按存下的结果读取，没有重新计算"
            self._tell("formulas_stored", facts.first_formula + 1, reason)
        if facts.filtered:
            self._tell("sheet_filtered", None, "工作表设有筛选：没有显示的行也已读取")

    def _merged(self) -> None:
        """A value in merged data cells stands in the first one only; whether it holds for the others nobody can tell."""
        for merged in self.sheet.cells.merged:
            lines = range(max(merged[0] + 1, self.header.body_line), merged[2] + 2)
            if not self.skipped.issuperset(lines):
                reason = f"数据行里有合并的单元格 {name_of_range(merged)}：只有第一格有值，其余各格是空白"
                suggestion = "请取消合并，并在每一格填上各自的值"
                self.findings.add(Problem("cells_merged", "refuse", lines[0], "", "", reason, suggestion))

    def _hidden(self) -> None:
        facts = self.sheet.facts
        rows = list(self._lines(row for row in facts.hidden_rows if row < facts.height))
        if rows:
            self._tell("rows_hidden", rows[0], f"有 {len(rows):,} 个隐藏的行，也已读取")
        hidden = sorted({column for column in facts.hidden_columns if column < len(self.header.cells)})
        names = [f"{name_of_column(column)}“{self.header.cells[column].strip()[:40]}”" for column in hidden[:_NAMED]]
        if names:
            listed = "、".join(names) + ("等" if len(hidden) > _NAMED else "")
            self._tell("columns_hidden", None, f"有 {len(hidden)} 个隐藏的列，同样对待：{listed}")

    def _cells(self) -> None:
        for position, name in enumerate(self.header.columns):
            if name is None:
                continue
            column = self.table.columns[name]
            broken = list(self._lines(self.sheet.cells.line_breaks.get(position, ())))
            about = (column.header, "", "单元格内的换行已改为空格")
            problems = (Problem("line_break_removed", "repair", line, *about) for line in broken[:LISTED_PER_KIND])
            self.findings.add_all(problems, "line_break_removed", "repair", column.header, len(broken))
            numbers = list(self._lines(self.sheet.cells.numbers.get(position, ())))
            if numbers and column.type.is_text:
                reason = f"文字列里有 {len(numbers):,} 格是数字或日期：开头的 0 和原来的写法可能已经丢失"
                self._tell("numbers_as_text", numbers[0], reason, column.header)
            if column.type.is_number:
                self._scaled(list(self._lines(self.sheet.cells.scaled.get(position, ()))), name, column)

    def _scaled(self, lines: Sequence[int], name: str, column: Column) -> None:
        """Numbers that are seen smaller than they are kept: which of the two a unit in the header is for nobody can tell."""
        stated, shown = (
            self.header.units.get(name),
            f"{len(lines):,} 格的数字格式把存的数缩小后显示，如存 500000 而显示 50.0",
        )
        if lines and stated is not None and stated.places_to(column.unit):
            reason = f"{shown}；表头或表头上方写明是“{stated.unit.word}”，不能确定存的数是哪个单位"
            remedy = f"请把这一列设为“常规”格式，核对后按“{column.unit}”报送，或改正表头的单位"
            self.findings.add(Problem("number_scaled_unit", "refuse", lines[0], column.header, "", reason, remedy))
        elif lines:
            self._tell("number_scaled", lines[0], f"{shown}：按存的数读取", column.header)

    def _lines(self, rows: Iterable[int]) -> Iterator[int]:
        """The lines of those rows that are data."""
        return (row + 1 for row in rows if row + 1 >= self.header.body_line and row + 1 not in self.skipped)

    def _tell(self, code: str, line: int | None, reason: str, column: str = "") -> None:
        self.findings.add(Problem(code, "report", line, column, "", reason))
