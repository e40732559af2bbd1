"""Bytes -> staged rows in the database, all text, each with its physical line; nothing lost silently.

Two ways in. The fast one lets the database parse and holds only when every physical line became one row and no row is
anything but data. Otherwise the exact one reads record by record with Python's csv module (etl/reading/lines): it finds the
lines of broken records, completes rows that a spreadsheet cut short, and sets 合计 rows, notes and repeated headers aside.
Lines = header + rows + set aside, or refused. Rows that are sound are staged in any case, so that their cells are looked at.
"""

import contextlib
import os
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from etl import invisible_characters
from etl.invisible_characters import BLANKS
from etl.problems import Findings, Problem
from etl.reading.headers import Header, fold
from etl.reading.lines import labels
from etl.reading.lines.records import (
    Layout,
    Record,
    broken_in_short_text,
    layout_of,
    quotes_pair_inside,
    records,
    swallowed,
)
from etl.reading.lines.sums import Suspect, judged
from etl.reading.lines.widths import Widths, cut_off
from etl.reading.spelling.units import UnclearUnit, in_line, shift_to
from scorecard.catalog.contracts import Table
from scorecard.storage.sql_text import quoted

_RISKY_QUOTES = (b'" ', b' "', b'"\t', b'\t"')  # the database skips such blanks, the csv module does not
_BATCH = 50_000  # rows, and at most so many cells:
_CELLS = 1_000_000
_PIECE = 1 << 18
_LABELS = 100_000  # distinct first cells that are looked at on the fast way


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
    con: duckdb.DuckDBPyConnection, path: Path, utf8: bytes, header: Header, table: Table, findings: Findings
) -> Staged:
    """The sound rows below the header; why others are not is in `findings`.

    `path` holds the body of `utf8`, for the database.
    """
    layout = layout_of(header, table)
    staged = _fast(con, path, utf8, header, layout) or _exact(con, utf8, header, layout, findings)
    if problem := cut_off(con, utf8, staged.line, layout):
        findings.add(problem)
    return replace(staged, hidden=invisible_characters.contains_hidden(memoryview(utf8)[header.body :]))


def _fast(con: duckdb.DuckDBPyConnection, path: Path, utf8: bytes, header: Header, layout: Layout) -> Staged | None:
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
            "strict_mode = true, null_padding = false)"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None  # the exact way finds out what and where
    rows, end = _number(con, "SELECT count(*) FROM raw"), len(utf8)
    while end > header.body and utf8[end - 1] in b"\r\n":
        end -= 1
    if rows != feeds - utf8.count(b"\n", end) + (end > header.body):
        return None  # as many lines as the body has up to its last character that is no line end
    cells = (f"coalesce(sum(strlen(c{n}) - strlen(replace(c{n}, ',', ''))), 0)" for n in range(width))
    inside = _number(con, f"SELECT {' + '.join(cells)} FROM raw") if quotes else 0
    if commas != rows * (width - 1) + inside:
        return None  # even its strict mode drops a surplus empty cell, and with it the trace of a shifted row
    if _has_more_than_data(con, layout) or (quotes and _has_quotes_inside(con, utf8, header)):
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


def _has_more_than_data(con: duckdb.DuckDBPyConnection, layout: Layout) -> bool:
    """Whether there may be blank rows, 合计 rows, notes or repeated headers: mostly told by the first characters alone."""
    first_header = fold(layout.headers[0])
    for cell in ("c0", "c1")[: layout.width]:
        beginnings = con.execute(f"SELECT DISTINCT {cell}[:4] FROM raw WHERE {cell} IS NOT NULL").fetchall()
        suspicious = [text for (text,) in beginnings if first_header.startswith(fold(text)) or labels.suspicious(text)]
        tests = [f"contains({cell}, '{sign}')" for sign in labels.SUMMING]
        if suspicious:
            tests.append(f"{cell}[:4] IN ({', '.join(map(quoted, suspicious))})")
        query = f"SELECT DISTINCT {cell} FROM raw WHERE {' OR '.join(tests)} LIMIT {_LABELS + 1}"
        texts = [text for (text,) in con.execute(query).fetchall()]
        if len(texts) > _LABELS or any(labels.label_kind(one) or fold(one) in ("", first_header) for one in texts):
            return True
    blank = " AND ".join(f"{cell} IS NULL" for cell in ("c0", "c1")[: layout.width])
    return _number(con, f"SELECT count(*) FROM raw WHERE {blank}") > 0


def _has_quotes_inside(con: duckdb.DuckDBPyConnection, utf8: bytes, header: Header) -> bool:
    """Whether a bare cell has a quote that pairs with another: told by the lines of the rows that have any in their cells."""
    some = " OR ".join(f"contains(c{place}, '\"')" for place in range(len(header.cells)))
    rows = con.execute(f"SELECT rowid FROM raw WHERE {some}").fetchnumpy()["rowid"]
    if not len(rows):
        return False
    ends = np.flatnonzero(np.frombuffer(utf8, dtype=np.uint8, offset=header.body) == ord("\n"))
    for row in rows.tolist():
        begin = header.body + (int(ends[row - 1]) + 1 if row else 0)
        end = header.body + int(ends[row]) if row < len(ends) else len(utf8)
        if quotes_pair_inside(utf8[begin:end].decode("utf-8")):
            return True
    return False


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])  # to the end: the connection takes nothing else before


def _exact(con: duckdb.DuckDBPyConnection, utf8: bytes, header: Header, layout: Layout, findings: Findings) -> Staged:
    cut_off = utf8[-1:] not in (b"\n", b"\r")
    widths = Widths(layout, header.body_line - 1, cut_off=cut_off)
    raw = _Raw(con, layout.width)
    first_header = fold(layout.headers[0])
    suspects: list[Suspect] = []
    aside: list[int] = []

    def take(record: Record) -> None:
        if (place := broken_in_short_text(record.cells, layout)) is not None:
            findings.add(swallowed(record.line, record.last, layout, place))
        elif widths.fits(record):
            raw.add(record.line, record.cells)

    for record in records(utf8, header, layout, findings):
        first = record.cells[0]
        if fold(first) == first_header and list(map(fold, record.cells)) == list(map(fold, layout.headers)):
            findings.add(Problem("header_again", "report", record.line, "", "", "与表头相同的行，不计入数据"))
            aside.append(record.line)
        elif (suspect := _suspect(record, layout)) is None:
            take(record)
        elif len(suspects) * layout.width < _CELLS:
            suspects.append(suspect)
        else:
            reason = "合计行、说明行过多，无法逐一核对"
            findings.add(Problem("line_unclear", "refuse", record.line, "", "", reason, "请删去合计行和说明行"))
    raw.flush()
    for record, problems in judged(con, suspects, layout) if suspects else ():
        if not problems:
            take(record)
            continue
        aside.append(record.line)
        for problem in (*problems, *_late_units(record, header, layout)):
            findings.add(problem)
    raw.flush()
    raw.remove(widths.judge(findings))
    return Staged(_number(con, "SELECT count(*) FROM raw"), "raw.line", tuple(sorted(aside)))


class _Raw:
    """The table `raw` with a column for the lines, filled a piece at a time."""

    def __init__(self, con: duckdb.DuckDBPyConnection, width: int) -> None:
        self._con, self._width = con, width
        self._pending: list[tuple[int, list[str]]] = []
        self._at_once = max(1, min(_BATCH, _CELLS // width))
        names = [f"c{place}" for place in range(width)]
        self._schema = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in names)])
        con.execute("DROP TABLE IF EXISTS raw")
        con.execute(f"CREATE TABLE raw (line BIGINT, {', '.join(f'{name} VARCHAR' for name in names)})")

    def add(self, line: int, cells: list[str]) -> None:
        """A row, cut or filled up with blanks to the width of the header."""
        if len(cells) != self._width:
            cells = [*cells[: self._width], *[""] * (self._width - len(cells))]
        self._pending.append((line, cells))
        if len(self._pending) == self._at_once:
            self.flush()

    def flush(self) -> None:
        if self._pending:
            by_column = zip(*(cells for _, cells in self._pending), strict=True)
            arrays = [[cell or None for cell in column] for column in by_column]
            rows = pa.table([[line for line, _ in self._pending], *arrays], schema=self._schema)
            self._con.register("pending", rows)
            self._con.execute("INSERT INTO raw SELECT * FROM pending")
            self._con.unregister("pending")
            self._pending.clear()

    def remove(self, lines: list[int]) -> None:
        if lines:
            self._con.execute("DELETE FROM raw WHERE line IN (SELECT unnest(?))", [lines])


def _late_units(record: Record, header: Header, layout: Layout) -> Iterator[Problem]:
    """A note below the data that names another unit than the columns were read in: it is for numbers that came before."""
    numeric = {
        name: column
        for name, column in zip(header.columns, layout.columns, strict=True)
        if name is not None and column is not None and column.type.is_number
    }
    silent = [column.unit for name, column in numeric.items() if name not in header.units]
    try:
        units = in_line(record.cells)
        late = [one.word for one in units if any(shift_to(one, name) or one.may_be_meant_for(name) for name in silent)]
    except UnclearUnit as unclear:
        late = [str(unclear)]
    if late and numeric:
        reason = f"数据下方的说明写着单位“{'、'.join(late)}”，各列不是按它读的"
        suggestion = "请把单位写在表头里，如 标的额（万元），或写在表头上方"
        yield Problem("header_unit", "refuse", record.line, "", "", reason, suggestion)


def _suspect(record: Record, layout: Layout) -> Suspect | None:
    """A line that one of its first two filled cells calls a summary, or the first a note."""
    cells = record.cells
    place = 0
    while not cells[place].strip(BLANKS):
        place += 1
    if labels.may_be_label(cells[place]) and (kind := labels.label_kind(cells[place])):
        whole = kind == "whole" and layout.registers_words(place)
        return None if whole else Suspect(record, kind, place)
    second = place + 1
    if second < len(cells) and labels.may_be_label(cells[second]) and labels.label_kind(cells[second]) == "summary":
        # Behind a number or a month, or where no such text may stand: a text may well be called 合计.
        numbered = cells[place].strip(BLANKS)[:7].replace("-", "").rstrip("年月份").isdigit()
        if numbered or not (layout.takes_any_text(second) or layout.registers_words(second)):
            return Suspect(record, "summary", second)
    return None
