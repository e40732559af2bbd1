"""Bytes -> staged rows in the database, all text, each with its physical line; nothing lost silently.

Two ways in. The fast one lets the database parse and holds only when every physical line became one row and no row is
anything but data. Otherwise the exact one reads record by record with Python's csv module: it finds the lines of
broken records and sets 合计 rows, notes and repeated headers aside. Lines = header + rows + set aside, or refused.
"""

import contextlib
import csv
import io
import os
import re
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from etl import invisible_characters
from etl.problems import Findings, Problem
from etl.reading.headers import Header, broken_record
from scorecard.storage.sql_text import quoted

# What every blank means at the door: ASCII, full-width and no-break spaces, and characters that have no width.
ASCII_BLANKS = " \t\r\n\v\f"
BLANKS = f"{ASCII_BLANKS}\u00a0\u2002\u2003\u3000\u200b\u200c\u200d\u2060\ufeff"
_SUMMARY = f"^(合[{BLANKS}]*计|总[{BLANKS}]*计|小[{BLANKS}]*计|共[{BLANKS}]*计|累[{BLANKS}]*计)([{BLANKS}:：0-9].*)?$"
_NOTE = f"^(注|备注|说明|附注|填表说明|编制说明)([{BLANKS}]*[0-9一二三四五六七八九十]*[{BLANKS}]*[:：.、].*)?$"
_BEGINNINGS = "合总小共累注备说附填编"  # the first characters of all of these
_SET_ASIDE = re.compile(f"{_SUMMARY}|{_NOTE}", re.DOTALL)
_IS_SUMMARY = re.compile(_SUMMARY, re.DOTALL)
_RISKY_QUOTES = (b'" ', b' "', b'"\t', b'\t"')  # the database skips such blanks, the csv module does not
_BATCH = 50_000
_PIECE = 1 << 18


@dataclass(frozen=True)
class Staged:
    """The table `raw` (c0, c1, … as text, blank cells NULL) and the SQL expression of a row's physical line.

    `hidden`: whether the file holds any character that nobody sees.
    """

    rows: int
    line: str
    skipped_lines: tuple[int, ...]
    hidden: bool = True


@contextlib.contextmanager
def as_file(content: bytes | memoryview) -> Generator[Path, None, None]:
    """A path the database can read the bytes from: memory where the system has it, so that nothing stays on a disk."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("extract")
        try:
            _write(handle, content)
            yield Path(f"/proc/self/fd/{handle}")
        finally:
            os.close(handle)
    else:
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            _write(file.fileno(), content)
            yield Path(file.name)


def _write(handle: int, content: bytes | memoryview) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def stage(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    utf8: bytes,
    header: Header,
    findings: Findings,
    *,
    may_be_empty: bool = False,
) -> Staged | None:
    """The rows below the header; None, with the reasons in `findings`, when the structure is broken.

    `path` holds the body of `utf8`, for the database.
    """
    staged = _fast(con, path, utf8, header) or _exact(con, utf8, header, findings)
    if not findings.refused and staged is not None and staged.rows == 0 and not may_be_empty:
        findings.add(
            Problem("rows_none", "refuse", None, "", "", "只有表头，没有数据行", "确实没有时，请声明“本月无此类数据”")
        )
    if findings.refused or staged is None:
        return None
    return replace(staged, hidden=invisible_characters.contains_hidden(memoryview(utf8)[header.body :]))


# --- the fast way ---------------------------------------------------------------------------------------------


def _fast(con: duckdb.DuckDBPyConnection, path: Path, utf8: bytes, header: Header) -> Staged | None:
    body = memoryview(utf8)[header.body :].toreadonly()
    commas, quotes, feeds, returns = _counts(body, b',"\n\r')
    if not _plain(utf8, header.body, quotes, feeds, returns):
        return None
    width = len(header.cells)
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    try:
        con.execute(
            f"CREATE OR REPLACE TABLE raw AS SELECT * FROM read_csv({quoted(str(path))}, columns = {{{columns}}}, "
            "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
            "strict_mode = true, null_padding = false, store_rejects = true, rejects_limit = 1)"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None  # the exact way finds out what and where
    rows = _number(con, "SELECT count(*) FROM raw")
    if rows != _lines(utf8, header.body, feeds) or _number(con, "SELECT count(*) FROM reject_errors"):
        return None
    if commas != rows * (width - 1) + (_commas_in_cells(con, width) if quotes else 0):
        return None  # even its strict mode drops a surplus empty cell, and with it the trace of a shifted row
    if _has_more_than_data(con, header):
        return None
    return Staged(rows, f"raw.rowid + {header.body_line}", ())


def _counts(body: memoryview, wanted: bytes) -> list[int]:
    """How often each of these bytes occurs, in one pass that stays inside the processor's cache."""
    counts = [0] * len(wanted)
    for start in range(0, len(body), _PIECE):
        piece = np.frombuffer(body[start : start + _PIECE], dtype=np.uint8)
        for place, byte in enumerate(wanted):
            counts[place] += int(np.count_nonzero(piece == byte))
    return counts


def _plain(utf8: bytes, start: int, quotes: int, feeds: int, returns: int) -> bool:
    """Whether the database reads quotes and line ends of this file exactly as the csv module does.

    Strict as it is asked to be, it stops at line ends of two kinds; what it would not notice are blank lines made of
    lone carriage returns, and those are told by their number.
    """
    if returns not in (0, feeds):
        return False
    if quotes == 0:
        return True
    if any(utf8.find(risky, start) >= 0 for risky in _RISKY_QUOTES):
        return False
    return returns == utf8.count(b"\r\n", start)


def _lines(utf8: bytes, start: int, feeds: int) -> int:
    """How many lines the body has up to its last character that is no line end."""
    end = len(utf8)
    while end > start and utf8[end - 1] in b"\r\n":
        end -= 1
    return feeds - utf8.count(b"\n", end) + (end > start)


def _commas_in_cells(con: duckdb.DuckDBPyConnection, width: int) -> int:
    cells = (f"coalesce(sum(strlen(c{n}) - strlen(replace(c{n}, ',', ''))), 0)" for n in range(width))
    return _number(con, f"SELECT {' + '.join(cells)} FROM raw")


def _has_more_than_data(con: duckdb.DuckDBPyConnection, header: Header) -> bool:
    """Whether there are blank rows, 合计 rows, notes or repeated headers: mostly told by the first characters alone."""
    suspect = _suspect(header)
    first_characters = con.execute("SELECT DISTINCT ascii(c0) FROM raw").fetchall()
    if all(code is not None and code not in suspect for (code,) in first_characters):
        return False
    cells = [f"c{position}" for position in range(len(header.cells))]
    trimmed = ", ".join(f"nullif(trim({cell}, '{BLANKS}'), '')" for cell in cells)
    first = f"coalesce({trimmed}, '')"
    again = " AND ".join(
        f"coalesce({cell}, '') = {quoted(text)}" for cell, text in zip(cells, header.cells, strict=True)
    )
    codes = ", ".join(map(str, sorted(suspect)))
    others = _number(
        con,
        f"SELECT count(*) FROM raw WHERE CASE WHEN c0 IS NULL OR ascii(c0) IN ({codes}) "
        f"THEN {first} = '' OR regexp_matches({first}, '{_SET_ASIDE.pattern}', 's') OR ({again}) ELSE false END",
    )
    return others > 0


def _suspect(header: Header) -> set[int]:
    """The characters with which the first cell of a row begins that may be no data."""
    return {ord(character) for character in BLANKS + _BEGINNINGS + header.cells[0][:1]}


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])  # to the end: the connection takes nothing else before


# --- the exact way --------------------------------------------------------------------------------------------


def _exact(con: duckdb.DuckDBPyConnection, utf8: bytes, header: Header, findings: Findings) -> Staged | None:
    width = len(header.cells)
    schema = pa.schema([("line", pa.int64()), *((f"c{position}", pa.string()) for position in range(width))])
    con.execute("DROP TABLE IF EXISTS raw")
    con.execute(f"CREATE TABLE raw (line BIGINT, {', '.join(f'c{position} VARCHAR' for position in range(width))})")
    pending: list[tuple[int, list[str]]] = []
    rows = 0
    aside: list[int] = []
    suspect = frozenset(map(chr, _suspect(header)))

    def flush() -> None:
        by_column = zip(*(cells for _, cells in pending), strict=True)
        arrays = [[cell or None for cell in column] for column in by_column]
        con.register("pending", pa.table([[line for line, _ in pending], *arrays], schema=schema))
        con.execute("INSERT INTO raw SELECT * FROM pending")
        con.unregister("pending")
        pending.clear()

    for line, last, cells in _records(utf8, header, findings):
        special = None if _plainly_data(cells, suspect) else _set_aside(line, cells, header)
        if special is not None:
            findings.add(special)
            aside.append(line)
        elif len(cells) != width:
            findings.add(_wrong_width(line, last, cells, width))
        else:
            pending.append((line, cells))
            rows += 1
            if len(pending) == _BATCH:
                flush()
    if findings.refused:
        return None
    if pending:
        flush()
    return Staged(rows, "raw.line", tuple(aside))


def _records(utf8: bytes, header: Header, findings: Findings) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of every record that is not blank."""
    text = io.StringIO(utf8[header.body :].decode("utf-8"), newline="")
    reader = csv.reader(text, strict=True)
    line = header.body_line
    try:
        for cells in reader:
            last = header.body_line + reader.line_num - 1
            if any(map(_trimmed, cells)):
                yield line, last, cells
            line = last + 1
    except csv.Error as error:
        last = header.body_line + reader.line_num - 1
        code, line, reason, suggestion = broken_record(error, line, last)
        findings.add(Problem(code, "refuse", line, "", "", reason, suggestion))


def _plainly_data(cells: list[str], suspect: frozenset[str]) -> bool:
    return cells[0] != "" and cells[0][0] not in suspect


def _set_aside(line: int, cells: list[str], header: Header) -> Problem | None:
    """合计 rows, notes and repeated headers are recognised by their first cell that is not blank."""
    if tuple(cells) == header.cells:
        return Problem("header_again", "report", line, "", "", "与表头相同的行，不计入数据")
    first = next(cell for cell in map(_trimmed, cells) if cell)
    if _SET_ASIDE.match(first) is None:
        return None
    if _IS_SUMMARY.match(first):
        return Problem("summary_line", "report", line, "", "", "合计行，不计入数据")
    return Problem("note_line", "report", line, "", "", "注释行，不计入数据")


def _trimmed(cell: str) -> str:
    return cell.strip(BLANKS)


def _wrong_width(line: int, last: int, cells: list[str], width: int) -> Problem:
    span = f"（引号内含换行，连到第{last}行）" if last > line else ""
    reason = f"这一行有 {len(cells)} 个单元格{span}，表头有 {width} 个"
    if len(cells) < width:
        return Problem("cells_few", "refuse", line, "", "", reason, "请补齐单元格；单元格内的换行须放在引号里")
    return Problem("cells_many", "refuse", line, "", "", reason, "单元格内含逗号时须用引号括起")
