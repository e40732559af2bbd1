"""Texts a spreadsheet would run or change: marked with an apostrophe on the way out, read back as they were at the door.

An apostrophe before a cell is the spreadsheets' own sign for "this is text", and case systems write it so too. Marked are
formulas (also with the full-width signs that Chinese and Japanese versions take for them), long numbers (18 digits would
come back as 1.23E+17), leading zeros, and what would become a date. `unmarked(marked(text)) == text` for every text.
What is a number in a column of numbers stays one, also below zero.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_RUN = "=+\\-@\t\r\n＝＋－＠"
_RUNS = re.compile(f"[{_RUN}]")
_MARKED = re.compile(f"'+[{_RUN}0-9]")
_NUMBER_LIKE = re.compile(r"[0-9][0-9./:eE+\- ]*")
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,4})?")
_AS_IT_STANDS = re.compile(  # short numbers and whole dates: what a spreadsheet makes of them means the same
    r"(0|[1-9][0-9]{0,10})(\.[0-9]{0,3}[1-9])?|[12][0-9]{3}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"
)


def escape_cell(text: str) -> str:
    """The text as a cell that every spreadsheet shows and saves unchanged."""
    changed = _NUMBER_LIKE.fullmatch(text) and not _AS_IT_STANDS.fullmatch(text)
    return f"'{text}" if changed or _RUNS.match(text) or _MARKED.match(text) else text


def unescape_cell(cell: str) -> str:
    """The text behind the mark, if there is one."""
    return cell[1:] if _MARKED.match(cell) else cell


def escape_number(text: str) -> str:
    """A cell of a column of numbers: a number as it is, anything else marked where it has to be."""
    return text if _NUMBER.fullmatch(text) else escape_cell(text)


def extract_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Cells that are marked already as a file that Chinese Excel, WPS and the door read alike: UTF-8 with BOM, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Header and rows as the bytes of such a file; every cell is text and made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def harmless(cell: str) -> str:
    """The cell with a leading apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
