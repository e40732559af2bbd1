"""Rows with fewer or more cells than the header: written so by a spreadsheet, or broken.

Spreadsheets leave out blank cells at the end of a row: some in every row, one of them in blocks of sixteen rows. A row that
lost a separator in its middle looks alike, and its values stand in the wrong columns. It is refused where that could pass
unseen: the value at its end would fit the next column too, and the file's other rows do write their blank ends.
"""

from array import array
from heapq import merge

import numpy as np

from etl.problems import Findings, Problem
from etl.reading.lines.layout import Layout
from etl.reading.lines.records import Record

_BLOCK = 16  # rows for which one spreadsheet decides together how many cells it writes
_ALIKE = 3  # rows that are too long in the same way are no accident


class _Same:
    """Whether the rows seen so far have one number of cells, and how many they are."""

    def __init__(self) -> None:
        self.width, self.rows, self.same = -1, 0, True

    def add(self, width: int) -> None:
        self.same = self.same and self.width in (-1, width)
        self.width = width
        self.rows += 1


class Widths:
    """Learns the number of cells of every row, and says at the end which rows of another width than the header's stand."""

    def __init__(self, layout: Layout, header_number: int, *, cut_off: bool) -> None:
        self._layout = layout
        self._cut_off = cut_off  # whether the file ends without a line end
        self._odd = [array("q") for _ in range(3)]  # number, line and cells of the rows that may stand
        self._broken = [array("q") for _ in range(3)]  # line, last line and cells of those that do not
        self._uniform: dict[int, bool] = {}  # of the blocks with an odd row
        self._block, self._in_block = header_number // _BLOCK, _Same()
        self._in_block.add(layout.width)
        self._all = _Same()
        self._writes_blank_ends = False
        self._last: tuple[int, int, int] = (0, 0, 0)  # line of the last row, its cells, those of the row before

    def fits(self, record: Record) -> bool:
        """Whether the row may be a row of the table, when the blanks at its end are left out or filled up."""
        width, cells = self._layout.width, len(record.cells)
        self._count(record.number, cells)
        if record.line > self._last[0]:
            self._last = (record.line, cells, self._last[1])
        if cells == width:
            self._writes_blank_ends = self._writes_blank_ends or not record.cells[-1].strip()
            return True
        if cells < width:
            hidden = any("," in cell or "\n" in cell or "\r" in cell for cell in record.cells)
            may = not hidden and all(place < cells for place in self._layout.needed)
        else:
            may = not any(cell.strip() for cell in record.cells[width:])
        kept, values = (
            (self._odd, (record.number, record.line, cells))
            if may
            else (
                self._broken,
                (record.line, record.last, cells),
            )
        )
        for column, value in zip(kept, values, strict=True):
            column.append(value)
        return may

    def _count(self, number: int, cells: int) -> None:
        self._all.add(cells)
        if number // _BLOCK != self._block:
            self._block, self._in_block = number // _BLOCK, _Same()
        self._in_block.add(cells)
        if cells != self._layout.width or self._block in self._uniform:
            self._uniform[self._block] = self._in_block.same and (
                cells < self._layout.width or self._in_block.rows >= _ALIKE
            )

    def judge(self, findings: Findings) -> list[int]:
        """The lines of rows that looked as if they could stand and do not; they and the broken ones are in `findings`."""
        width = self._layout.width
        refused: list[tuple[int, int, int]] = []
        short: list[int] = []
        long: list[int] = []
        for number, line, cells in zip(*self._odd, strict=True):
            if not self._stands(number, line, cells):
                refused.append((line, line, cells))
            elif cells < width:
                short.append(line)
            else:
                long.append(line)
        self._tell(findings, refused)
        _tell_mended(findings, "cells_completed", short, "行末缺少的单元格按空白补齐")
        _tell_mended(findings, "cells_surplus", long, "行末多出的空单元格已略去")
        return [line for line, _, _ in refused]

    def _stands(self, number: int, line: int, cells: int) -> bool:
        together = self._uniform.get(number // _BLOCK, False)
        if cells > self._layout.width:
            return together or (self._all.same and self._all.rows >= _ALIKE)
        last, _, before = self._last
        if self._cut_off and line == last and not before <= cells:
            return False
        return together or not self._writes_blank_ends or not self._could_be_shifted(cells)

    def _could_be_shifted(self, cells: int) -> bool:
        """Whether a value of the first missing column would pass in the last one that is there."""
        last, missing = self._layout.columns[cells - 1], self._layout.columns[cells]
        return last is not None and missing is not None and (last.type.is_free_text or last.type == missing.type)

    def _tell(self, findings: Findings, refused: list[tuple[int, int, int]]) -> None:
        """Counts all of them and makes problems of those that are listed: there may be millions."""
        width = self._layout.width
        cells = np.concatenate(
            [np.asarray(self._broken[2], dtype=np.int64), np.asarray([n for _, _, n in refused], dtype=np.int64)]
        )
        for code, count in (
            ("cells_few", int(np.count_nonzero(cells < width))),
            ("cells_many", int(np.count_nonzero(cells > width))),
        ):
            of_kind = (
                self._problem(code, line, last, n)
                for line, last, n in merge(refused, zip(*self._broken, strict=True))
                if (n < width) == (code == "cells_few")
            )
            if count:
                findings.add_all(of_kind, code, "refuse", "", count)

    def _problem(self, code: str, line: int, last: int, cells: int) -> Problem:
        span = f"（引号内含换行，连到第{last}行）" if last > line else ""
        reason = f"这一行有 {cells} 个单元格{span}，表头有 {self._layout.width} 个"
        if code == "cells_many":
            return Problem(code, "refuse", line, "", "", reason, "单元格内含逗号时须用引号括起")
        if self._cut_off and line == self._last[0]:
            reason += "；文件末尾没有换行，似乎在中间断掉"
            return Problem(code, "refuse", line, "", "", reason, "请重新导出，核对最后几行是否完整")
        return Problem(code, "refuse", line, "", "", reason, "请补齐单元格；单元格内的换行须放在引号里")


_NAMED = 10  # lines named in one notice


def _tell_mended(findings: Findings, code: str, lines: list[int], what: str) -> None:
    """One notice for all of them."""
    if lines:
        named = "、".join(f"第{line}行" for line in lines[:_NAMED])
        more = f"等 {len(lines):,} 行" if len(lines) > _NAMED else ""
        problem = Problem(code, "repair", lines[0], "", "", f"{named}{more}：{what}")
        findings.add_all([problem], code, "repair", "", len(lines))
