"""CSV files for spreadsheets: numbers leave as numbers, and no text is run as a formula or changed into a number or a date.

An apostrophe before a cell is the spreadsheets' own sign for "this is text", and case systems write it so too. It is put
before formulas (also with the full-width signs that Chinese and Japanese versions accept), long numbers (18 digits would
come back as 1.23E+17), leading zeros, and what would become a date. `unescape_cell(escape_cell(text)) == text` for every text.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

CsvValue = str | int | float | Decimal | None

_FORMULA_SIGNS = "=+\\-@\t\r\n＝＋－＠"
_FORMULA = re.compile(f"[{_FORMULA_SIGNS}]")
_ESCAPED = re.compile(f"'+[{_FORMULA_SIGNS}0-9]")
_NUMBER_LIKE = re.compile(r"[0-9][0-9./:eE+\- ]*")
_SAFE_NUMBER_OR_DATE = re.compile(  # short numbers and whole dates: what a spreadsheet makes of them means the same
    r"(0|[1-9][0-9]{0,10})(\.[0-9]{0,3}[1-9])?|[12][0-9]{3}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"
)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,4})?")


def escape_cell(text: str) -> str:
    """The text as a cell that every spreadsheet shows and saves unchanged."""
    changed = _NUMBER_LIKE.fullmatch(text) and not _SAFE_NUMBER_OR_DATE.fullmatch(text)
    return f"'{text}" if changed or _FORMULA.match(text) or _ESCAPED.match(text) else text


def unescape_cell(cell: str) -> str:
    """The text that the cell stands for, without the apostrophe that escapes it."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def number_or_text(text: str) -> CsvValue:
    """The number written in a cell of a column of numbers; the text itself where it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else text


def cells_of(values: Iterable[CsvValue]) -> tuple[str, ...]:
    """The values of a row as a page shows them."""
    return tuple(
        "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value) for value in values
    )


def write_csv(header: Sequence[str], rows: Iterable[Iterable[CsvValue]]) -> bytes:
    """Header and rows as the bytes of a CSV that Chinese Excel, WPS and the upload page read alike: UTF-8 with BOM, CRLF.

    A text is escaped, a number is written as the number it is, None is a blank cell.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(escape_cell, header))
    writer.writerows(map(_written, row) for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _written(value: CsvValue) -> str:
    """The cell of a value. Numbers have no power of ten, which would hide their size, and 15 digits when they are floats."""
    match value:
        case None:
            return ""
        case str():
            return escape_cell(value)
        case bool():
            raise TypeError("a truth value has no spelling of its own: write 是 or 否")
        case float():
            return f"{Decimal(f'{value:.15g}'):f}"
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
