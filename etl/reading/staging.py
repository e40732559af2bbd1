"""Bytes -> staged rows in the database, all text, each with its physical line; nothing lost silently.

The database parses the lines that hold one whole row each and say nothing but data; all others, mostly few or none, are read
record by record with Python's csv module (etl/reading/lines): that finds the lines of broken records, completes rows that a
spreadsheet cut short, and sets 合计 rows, notes and repeated headers aside. Where most lines are of that kind, all are read so.
Lines = header + rows + set aside, or refused. Rows that are sound are staged in any case, so that their cells are looked at.
"""

import contextlib
import os
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl import invisible_characters
from etl.invisible_characters import BLANKS
from etl.problems import Findings, Problem
from etl.reading.headers import Header, fold, unit_elsewhere
from etl.reading.lines import labels
from etl.reading.lines.plain import Lines, lines_of
from etl.reading.lines.records import Layout, PlainLines, Record, broken_in_short_text, layout_of, records, swallowed
from etl.reading.lines.sums import Suspect, judged
from etl.reading.lines.widths import Widths, cut_off
from scorecard.catalog.contracts import Table
from scorecard.storage.sql_text import quoted

_BATCH = 50_000  # rows, and at most so many cells:
_CELLS = 1_000_000
_LABELS = 100_000  # distinct first cells that are looked at together
_WHITESPACE = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())  # what strip() takes off


@dataclass(frozen=True)
class Staged:
    """The table `raw`: line (a row's physical line), c0, c1, … as text, blank cells NULL.

    `hidden`: whether the file holds any character that nobody sees.
    """

    rows: int
    skipped_lines: tuple[int, ...]
    hidden: bool = True


@contextlib.contextmanager
def as_file(content: bytes | memoryview) -> Generator[Path, None, None]:
    """A path the database can read the bytes from: memory where the system has it, so that nothing stays on a disk."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("extract")
        try:
            path = Path(f"/proc/self/fd/{handle}")
            path.write_bytes(content)
            yield path
        finally:
            os.close(handle)
    else:
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            path = Path(file.name)
            path.write_bytes(content)
            yield path


def stage(
    con: duckdb.DuckDBPyConnection, path: Path, utf8: bytes, header: Header, table: Table, findings: Findings
) -> Staged:
    """The sound rows below the header; why others are not is in `findings`.

    `path` holds the body of `utf8`, for the database.
    """
    layout = layout_of(header, table)
    lines = _plain_rows(con, path, utf8, header, layout)
    if lines is None:
        columns = ", ".join(f"c{place} VARCHAR" for place in range(layout.width))
        con.execute(f"CREATE OR REPLACE TABLE raw (line BIGINT, {columns})")
    every = lines is not None and bool(lines.plain.all())
    aside = () if every else _other_rows(con, utf8, header, table, layout, findings, lines)
    if problem := cut_off(con, utf8, layout):
        findings.add(problem)
    hidden = invisible_characters.contains_hidden(memoryview(utf8)[header.body :])
    ((rows,),) = con.execute("SELECT count(*) FROM raw").fetchall()
    return Staged(rows, aside, hidden)


def _plain_rows(
    con: duckdb.DuckDBPyConnection, path: Path, utf8: bytes, header: Header, layout: Layout
) -> Lines | None:
    """The lines, of which the plain ones are in `raw`; None where all are to be read one by one."""
    lines = lines_of(utf8, header.body, header.body_line, layout.width)
    if lines is None:
        return None
    if not lines.plain.all():
        with path.open("wb") as file:
            file.writelines(lines.plain_bytes(utf8))
    if not _load(con, path, lines, layout.width):
        return None
    lines.take_out(_labelled(con, layout))
    return lines


def _load(con: duckdb.DuckDBPyConnection, path: Path, lines: Lines, width: int) -> bool:
    """Whether the database finds a row of this width in every plain line; they are then in `raw`."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    numbers = lines.numbers()
    con.register("numbers", pa.table({"line": numbers}))
    try:
        con.execute(
            "CREATE OR REPLACE TABLE raw AS SELECT * FROM numbers POSITIONAL JOIN "
            f"read_csv({quoted(str(path))}, columns = {{{columns}}}, "
            "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
            "strict_mode = true, null_padding = false)"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return False
    finally:
        con.unregister("numbers")
    return con.execute("SELECT count(line), count(*) FROM raw").fetchall() == [(len(numbers), len(numbers))]


def _labelled(con: duckdb.DuckDBPyConnection, layout: Layout) -> list[int]:
    """Takes what may be blank rows, 合计 rows, notes or repeated headers out of `raw`: mostly told by the first characters alone."""
    begins = {name[:end] for name in layout.names for end in range(1, 9)}
    wrong = ["c0 IS NULL"]
    for cell in ("c0", "c1")[: layout.width]:
        beginnings = con.execute(f"SELECT DISTINCT {cell}[:4] FROM raw WHERE {cell} IS NOT NULL").fetchall()
        suspicious = [text for (text,) in beginnings if labels.suspicious(text) or fold(text) in begins]
        tests = [f"contains({cell}, '{sign}')" for sign in labels.SUMMING]
        if suspicious:
            tests.append(f"{cell}[:4] IN ({', '.join(map(quoted, suspicious))})")
        query = f"SELECT DISTINCT {cell} FROM raw WHERE {' OR '.join(tests)} LIMIT {_LABELS + 1}"
        texts = [text for (text,) in con.execute(query).fetchall()]
        no_data = [one for one in texts if labels.label_kind(one) or not fold(one) or layout.is_header(one)]
        if len(texts) > _LABELS:
            wrong += tests
        elif no_data:
            wrong.append(f"{cell} IN ({', '.join(map(quoted, no_data))})")
    found = con.execute(f"DELETE FROM raw WHERE {' OR '.join(wrong)} RETURNING line").fetchall()
    return [line for (line,) in found]


def _other_rows(
    con: duckdb.DuckDBPyConnection,
    utf8: bytes,
    header: Header,
    table: Table,
    layout: Layout,
    findings: Findings,
    lines: Lines | None,
) -> tuple[int, ...]:
    """Reads what is not among the plain rows of `raw`, and adds what of it is sound; the lines that are set aside."""
    cut_off = utf8[-1:] not in (b"\n", b"\r")
    widths = Widths(layout, header.body_line - 1, cut_off=cut_off)
    raw = _Raw(con, layout.width)
    suspects: list[Suspect] = []
    aside: list[int] = []
    blank_ends = _blank_ends(con, layout)

    def take(record: Record) -> None:
        if (place := broken_in_short_text(record.cells, layout)) is not None:
            findings.add(swallowed(record.line, record.last, layout, place))
        elif widths.fits(record):
            raw.add(record.line, record.cells)

    for record in records(utf8, header, layout, findings, lines):
        if isinstance(record, PlainLines):
            first, behind = np.searchsorted(blank_ends, (record.line, record.last + 1))
            widths.fit(record, blank_end=first < behind)
            continue
        if layout.is_header(record.cells[0]) and (problem := _header_again(record, layout)):
            findings.add(problem)
            aside.append(record.line)
        elif (suspect := _suspect(record, layout)) is None:
            take(record)
        elif len(suspects) * layout.width < _CELLS:
            suspects.append(suspect)
        else:
            reason = "合计行、说明行过多，无法逐一核对"
            findings.add(Problem("line_unclear", "refuse", record.line, "", "", reason, "请删去合计行和说明行"))
    raw.flush()
    raw.remove(lines.numbers().tolist() if lines else [])  # what a record of several lines, or a broken one, took in
    for record, problems in judged(con, suspects, layout) if suspects else ():
        if not problems:
            take(record)
            continue
        aside.append(record.line)
        below = unit_elsewhere(record.cells, header, table, "数据下方的说明", record.line)
        for problem in (*problems, *below):
            findings.add(problem)
    raw.flush()
    raw.remove(widths.judge(findings))
    if raw.added:  # behind the plain ones: a batch keeps its rows in the file's order
        con.execute("CREATE OR REPLACE TABLE raw AS SELECT * FROM raw ORDER BY line")
    return tuple(sorted(aside))


def _blank_ends(con: duckdb.DuckDBPyConnection, layout: Layout) -> npt.NDArray[np.int64]:
    """The lines of the rows in `raw` whose last cell is blank."""
    last = f"c{layout.width - 1}"
    begins = f"ascii({last}) IN ({', '.join(str(ord(sign)) for sign in _WHITESPACE)})"
    blank = f"{last} IS NULL OR CASE WHEN {begins} THEN trim({last}, {quoted(_WHITESPACE)}) = '' END"
    return np.asarray(con.execute(f"SELECT line FROM raw WHERE {blank} ORDER BY 1").fetchnumpy()["line"])


class _Raw:
    """The table `raw`, filled a piece at a time."""

    def __init__(self, con: duckdb.DuckDBPyConnection, width: int) -> None:
        self._con, self._width, self.added = con, width, False
        self._pending: list[tuple[int, list[str]]] = []
        self._at_once = max(1, min(_BATCH, _CELLS // width))
        self._schema = pa.schema([("line", pa.int64()), *((f"c{place}", pa.string()) for place in range(width))])

    def add(self, line: int, cells: list[str]) -> None:
        """A row, cut or filled up with blanks to the width of the header."""
        self.added = True
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


def _header_again(record: Record, layout: Layout) -> Problem | None:
    """What to say of a line that is a header: the same one again, or another one, below which cells stand in other columns."""
    if list(map(fold, record.cells)) == list(map(fold, layout.headers)):
        return Problem("header_again", "report", record.line, "", "", "与表头相同的行，不计入数据")
    filled = [cell for cell in record.cells if cell.strip(BLANKS)]
    if len(filled) < 2 or 2 * sum(map(layout.is_header, filled)) <= len(filled):
        return None
    reason = "这一行是另一个表头，列的次序、名称或单位与第一个不同：以下各行的格对不上各列"
    return Problem("header_differs", "refuse", record.line, "", "", reason, "请按表头拆成几个文件，分别报送")


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
