"""CSV files for spreadsheets: numbers leave as numbers, and no text is run as a formula or changed into a number or a date.

An apostrophe before a cell is the spreadsheets' own sign for "this is text", and case systems write so too. It is put
before what Excel, WPS or LibreOffice would make something else of: formulas, error values, truth values, long numbers (18
digits would come back as 1.23E+17), leading zeros, and what would become a date, a time, a fraction or an amount; all of
them also in the full-width characters that Chinese and Japanese versions take.
`unescape_cell(escape_cell(text)) == text` for every text.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

CsvValue = str | int | float | Decimal | None

_HALF_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20, 0x2212: 0x2D, 0xFFE5: 0xA5}
_CHINESE = re.compile(
    r"(?!上午|下午)[\u4e00-\u9fff]"
)  # no formula, number or date begins so: most cells need no other look
_FORMULA = re.compile(r" *[=+\-@\t\r\n]|#(N/A|REF!|NAME\?|NULL!|NUM!|VALUE!|DIV/0!)", re.IGNORECASE)
_MONTH = "(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_CHANGED = re.compile(
    r"(?=.*[0-9])[$¥€£]? ?\(?[0-9.][0-9.,/:e+\- ]*\)?%?( ?[ap]m?)?"  # numbers, dates, times, fractions, amounts
    rf"|{_MONTH}[-/., ]*[0-9]{{1,4}}([-/., ]+[0-9]{{1,4}})?|[0-9]{{1,4}}[-/., ]*{_MONTH}([-/., ]*[0-9]{{1,4}})?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}t[0-9]{1,2}:[0-9:]+|([0-9]{1,4}年)?[0-9]{1,2}月([0-9]{1,2}日)?|(上午|下午)?[0-9]{1,2}时([0-9]{1,2}分([0-9]{1,2}秒)?)?"
    r"|true|false",
    re.IGNORECASE,
)
_UNCHANGED = re.compile(  # short numbers, percentages, whole dates, months: what a spreadsheet makes of them means and shows the same
    r"(0|[1-9][0-9]{0,10})(\.[0-9]{0,3}[1-9])?|(0|[1-9][0-9]{0,10})\.[0-9]{2}%"
    r"|[12][0-9]{3}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?|[12][0-9]{3}年(1[0-2]|[1-9])月"
)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,4})?")


def escape_cell(text: str) -> str:
    """The text as a cell that every spreadsheet shows and saves unchanged."""
    return f"'{text}" if _would_change(text) or _escaped(text) else text


def unescape_cell(cell: str) -> str:
    """The text that the cell stands for, without the apostrophe that escapes it."""
    return cell[1:] if _escaped(cell) else cell


def _would_change(text: str) -> bool:
    """Whether a spreadsheet that opens the file would make something else of the text."""
    if _CHINESE.match(text):
        return False
    plain = text if text.isascii() else text.translate(_HALF_WIDTH)
    if _FORMULA.match(plain):
        return True
    plain = plain.strip(" ")
    return _CHANGED.fullmatch(plain) is not None and not (plain == text and _UNCHANGED.fullmatch(text))


def _escaped(cell: str) -> bool:
    """Whether the apostrophe before it is no part of the text. Case systems put it before every number, needed or not."""
    text = cell.lstrip("'")
    return text != cell and (text[:1].isdecimal() or _would_change(text))


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
