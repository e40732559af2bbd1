"""Rows with fewer or more cells than the header: written so by a spreadsheet, or broken; and a file that breaks off in its last row.

Spreadsheets leave out blank cells at the end of a row: some in every row, one of them in blocks of sixteen rows. A row that
lost a separator in its middle looks alike, and its values stand in the wrong columns. It is refused where that could pass
unseen: the value at its end would fit the next column too, and the file's other rows do write their blank ends.
"""

from array import array
from heapq import merge
from itertools import chain

import duckdb

from etl.problems import Findings, Problem
from etl.reading.lines.records import Layout, PlainLines, Record
from scorecard.catalog.columns import MASK

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
        values = (record.number, record.line, cells) if may else (record.line, record.last, cells)
        for column, value in zip(self._odd if may else self._broken, values, strict=True):
            column.append(value)
        return may

    def fit(self, lines: PlainLines, *, blank_end: bool) -> None:
        """Learns of rows as wide as the header, all at once: their ends are enough, for beside any of them no odd row is alike."""
        rows, width = lines.last - lines.line + 1, self._layout.width
        self._count(lines.number, width)
        self._count(lines.number + rows - 1, width)
        self._last = (lines.last, width, width if rows > 1 else self._last[1])
        self._writes_blank_ends = self._writes_blank_ends or blank_end

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
        odd = [(self._stands(number, line, cells), line, cells) for number, line, cells in zip(*self._odd, strict=True)]
        refused = [(line, line, cells) for stands, line, cells in odd if not stands]
        self._tell(findings, refused)
        short = [line for stands, line, cells in odd if stands and cells < width]
        _tell_mended(findings, "cells_completed", short, "行末缺少的单元格按空白补齐")
        long = [line for stands, line, cells in odd if stands and cells > width]
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
        few = sum(n < width for n in chain(self._broken[2], (n for _, _, n in refused)))
        for code, count in (("cells_few", few), ("cells_many", len(self._broken[2]) + len(refused) - few)):
            of_kind = (
                self._problem(code, line, last, n)
                for line, last, n in merge(refused, zip(*self._broken, strict=True))
                if (n < width) == (code == "cells_few")
            )
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


_OTHERS = 20  # cells of one length, from which a shorter one is told; of dates one is enough


def cut_off(con: duckdb.DuckDBPyConnection, utf8: bytes, layout: Layout) -> Problem | None:
    """What to say of the last row of `raw`; None where nothing seems to be missing."""
    place = layout.width - 1
    column = layout.columns[place]
    if utf8[-1:] in (b"\n", b"\r", b'"', b"") or column is None:
        return None
    rows = con.execute(f"SELECT line, c{place} FROM raw ORDER BY line DESC LIMIT 1").fetchall()
    if not rows or not rows[0][1]:
        return None
    ((last, cell),) = rows
    alike = [place]
    if column.type.is_date:
        alike = [p for p, other in enumerate(layout.columns) if other is not None and other.type == column.type]
    lengths = " UNION ALL ".join(
        f"SELECT length(trim(c{p})) AS n FROM raw WHERE c{p} IS NOT NULL"
        + (f" AND line <> {last}" if p == place else "")
        for p in alike
    )
    ((least, most, count),) = con.execute(f"SELECT min(n), max(n), count(*) FROM ({lengths})").fetchall()
    told = count > 0 if column.type.is_date else count >= _OTHERS and least == most
    if not told or len(cell.strip()) >= least:
        return None
    reason = f"文件末尾没有换行，最后一格只有 {len(cell.strip())} 个字符，比其他同类的格都短：文件似乎在中间断掉"
    value = MASK if column.private else cell.strip()[:80]
    return Problem("file_cut_off", "report", last, column.header, value, reason, "请核对最后一行，或重新导出")
