"""Why no line of a file looks like the header of a table: destroyed, another encoding, another delimiter, or not there."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import islice

from etl.decoding import big5
from etl.header_names import fold
from etl.problems import Problem

SEARCHED = 10  # records among which the header may stand
TEMPLATE = "请下载本表模板，对照核对表头"
_COMPARED = 200  # cells, and characters of a cell
_OTHER_DELIMITERS = {"\t": "制表符", ";": "分号", "；": "全角分号", "，": "全角逗号", "|": "竖线"}


def why_missing(
    raw: bytes, records: Sequence[tuple[int, Sequence[str]]], name: str, headers: list[str]
) -> Problem:
    """The reason, with the headers that table `name` should have; `records` are the first lines with their cells.

    The first line may be somebody's data: it is not repeated here.
    """
    for line, whole in records:
        cells = [cell.strip() for cell in whole if cell.strip()]
        if sum(_destroyed(cell) for cell in cells) * 2 >= len(cells):
            reason = "表头的汉字已变成问号或乱码，文件在导出或另存时已损坏，无法恢复"
            return Problem("header_destroyed", "refuse", line, "", "", reason, "请从系统重新导出")
    if _resembles(_cells_as(raw, "cp950"), headers):
        return big5()
    first = records[0][0] if records else None
    for delimiter, sign in _OTHER_DELIMITERS.items():
        if any(_resembles(cells[0].split(delimiter), headers) for _, cells in records if cells):
            reason = f"单元格之间用的是{sign}，不是逗号"
            return Problem(
                "header_missing", "refuse", first, "", "", reason, "请另存为“CSV UTF-8（逗号分隔）”"
            )
    reason = f"前 {SEARCHED} 行里没有表头；“{name}”的表头应为：{'、'.join(headers)}"
    return Problem("header_missing", "refuse", first, "", "", reason, TEMPLATE)


def _destroyed(cell: str) -> bool:
    return re.fullmatch(r"[?？�\s]{2,}", cell) is not None or "锟斤拷" in cell or "��" in cell


def _cells_as(raw: bytes, codec: str) -> list[str]:
    """The cells of the first lines read in another encoding."""
    head = raw[: 1 << 14].decode(codec, errors="replace")
    return [cell for line in head.splitlines()[:SEARCHED] for cell in line.split(",")]


def _resembles(cells: Iterable[str], headers: list[str]) -> bool:
    """Whether at least two cells are headers, give or take the strokes that Traditional Chinese writes otherwise."""
    found = 0
    for cell in islice(cells, _COMPARED):
        text = fold(cell[:_COMPARED])
        found += bool(text) and any(SequenceMatcher(None, text, fold(h)).ratio() >= 0.75 for h in headers)
        if found >= 2:
            return True
    return False
