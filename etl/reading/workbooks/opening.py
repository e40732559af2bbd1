"""Bytes of a workbook -> one of its sheets as text, or why it is not read: which sheet, and what the others are.

A sheet is read in a process of its own, with bounded memory and time: the reader of values is native code. On a damaged file it
may end its process or ask for all memory there is, and that must not be the server's.
"""

import os
import pickle
import resource
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from etl.problems import Problem
from etl.reading.workbooks.facts import SAVE_AGAIN, SheetFacts, SheetName, WorkbookFormat, WorkbookRefused, damaged
from etl.reading.workbooks.sheet_text import SheetCells, as_csv
from etl.reading.workbooks.xls import XlsFile, is_xls
from etl.reading.workbooks.xlsx import XlsxFile, is_xlsx

# Bytes that the process may address: for the program, for each byte of the file, and never more than.
_LEAST, _FACTOR, _MOST = 512 << 20, 60, 3 << 30
SECONDS = 300
_ROOT = Path(__file__).parents[3]
_NAMED = 20  # sheets named in a sentence
_BROKEN = (struct.error, IndexError, UnicodeError)  # a record shorter than it says


@dataclass(frozen=True)
class SheetText:
    """A sheet as CSV in UTF-8, and what a CSV cannot say of it. `unread` are the other sheets that are not empty."""

    format: WorkbookFormat
    sheet: str
    utf8: bytes
    facts: SheetFacts
    cells: SheetCells
    unread: tuple[SheetName, ...]


def workbook_format(raw: bytes) -> WorkbookFormat | None:
    """Which kind of workbook the bytes are, whatever the file is called; None when they are none."""
    return "xlsx" if is_xlsx(raw) else "xls" if is_xls(raw) else None


def sheet_names(raw: bytes, limit_mb: int) -> tuple[str, ...]:
    """The sheets among which a person can choose; empty for anything that is no workbook or cannot be opened."""
    if len(raw) > limit_mb * 1_000_000 or workbook_format(raw) is None:
        return ()
    try:
        return tuple(sheet.name for sheet in _open(raw, limit_mb).sheets if not sheet.hidden and not sheet.empty)
    except (WorkbookRefused, *_BROKEN):
        return ()


def read_sheet(raw: bytes, limit_mb: int, name: str = "") -> SheetText | Problem:
    """The sheet of this name, or the only one that is visible and not empty, of the bytes of a workbook."""
    try:
        book = _open(raw, limit_mb)
        chosen = _chosen(book.sheets, name)
        facts = book.facts(chosen)
        content, place = book.checked(chosen)
        utf8, cells = as_csv(content, place, facts, limit_mb)
    except WorkbookRefused as refused:
        return refused.problem
    except _BROKEN:
        return damaged("有读不出的部分").problem
    unread = tuple(sheet for sheet in book.sheets if sheet is not chosen and not sheet.empty)
    return SheetText(book.format, chosen.name, utf8, facts, cells, unread)


def _open(raw: bytes, limit_mb: int) -> XlsxFile | XlsFile:
    return XlsxFile(raw, limit_mb) if is_xlsx(raw) else XlsFile(raw)


def _chosen(sheets: tuple[SheetName, ...], name: str) -> SheetName:
    """The sheet to read. A hidden one is never read: nobody would see what is counted."""
    offered = [sheet for sheet in sheets if not sheet.hidden and not sheet.empty]
    listed = "、".join(f"“{sheet.name}”" for sheet in offered[:_NAMED])
    if name:
        named = next((sheet for sheet in sheets if sheet.name == name), None)
        if named in offered:
            return named
        what = "没有" if named is None else "隐藏了" if named.hidden else "没有内容，是"
        reason = f"工作簿{what}工作表“{name[:40]}”" + (f"；有内容的是{listed}" if listed else "")
        raise WorkbookRefused("sheet_unknown", reason, "请选择列出的一个工作表；要读隐藏的工作表，先取消隐藏")
    if len(offered) == 1:
        return offered[0]
    if offered:
        reason = f"工作簿有 {len(offered)} 个有内容的工作表：{listed}"
        raise WorkbookRefused("sheet_several", reason, "请选定要读取的工作表（命令行用 --sheet 名称）")
    if any(not sheet.empty for sheet in sheets):
        raise WorkbookRefused("sheet_unknown", "有内容的工作表都隐藏了", "请在表格软件中取消隐藏，保存后再上传")
    raise WorkbookRefused("file_empty", "工作簿里没有任何内容", "请重新导出后再上传")


def read_sheet_apart(raw: bytes, limit_mb: int, name: str = "") -> SheetText | Problem:
    """As `read_sheet`; a problem also when the process does not come to an end."""
    command = [sys.executable, "-m", "etl.reading.workbooks.opening", str(limit_mb), name]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=SECONDS, env=environment, check=True)
    except (subprocess.SubprocessError, ValueError) as error:
        too_long = isinstance(error, subprocess.TimeoutExpired)
        reason = f"{SECONDS} 秒内没有读完" if too_long else "工作簿已损坏，或展开后过大，读取中止"
        return WorkbookRefused("workbook_unreadable", reason, SAVE_AGAIN).problem
    return pickle.loads(done.stdout)


if __name__ == "__main__":
    from etl.reading.workbooks import opening  # the result is pickled under this name

    content = sys.stdin.buffer.read()
    memory = min(_LEAST + len(content) * _FACTOR, _MOST)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    read = opening.read_sheet(content, int(sys.argv[1]), sys.argv[2])
    sys.stdout.buffer.write(pickle.dumps(read))
