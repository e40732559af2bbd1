"""The template of a table as a workbook: headers, cells of the right type, and the allowed values to choose from."""

import io
import re
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog

VALUES_SHEET = "取值"
_LAST_ROW = 1_048_575
_INLINE = 255  # characters of a list that may stand in the rule itself
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")


def template_workbook(table: Table, catalog: Catalog) -> bytes:
    """An empty extract of this table as .xlsx: one sheet with the headers.

    Texts are text cells, so that codes keep their zeros and all their digits; dates are dates; columns of registered
    words, departments and 是/否 offer their words. Long lists stand on a hidden sheet, which the door does not read.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet(_NOT_IN_A_NAME.sub("", table.name)[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {code: book.add_format({"num_format": code}) for code in ("@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")}
    long: list[Sequence[str]] = []
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(table.columns.values()):
        kind = column.type
        dated = kind.is_date and not column.period  # 2014 in a cell of dates would become a day of 1905
        code = "yyyy-mm-dd hh:mm:ss" if kind.has_time else "yyyy-mm-dd" if dated else "@"
        sheet.set_column(
            position, position, max(12, 2 * len(column.header) + 2), None if kind.is_number else formats[code]
        )
        sheet.write_string(0, position, column.header, head)
        if words := choices(column, catalog):
            source: object = list(words)
            if len(",".join(words)) > _INLINE:
                letter = xl_col_to_name(len(long))
                source = f"='{VALUES_SHEET}'!${letter}$1:${letter}${len(words)}"
                long.append(words)
            _offer(sheet, position, source)
    if long:
        values = book.add_worksheet(VALUES_SHEET)
        values.hide()
        for position, words in enumerate(long):
            values.write_column(0, position, words)
    book.close()
    return content.getvalue()


def choices(column: Column, catalog: Catalog) -> tuple[str, ...]:
    """The words to choose from in a column; none where any value may stand."""
    if bool in column.type.literals:
        return tuple(column.type.text(value, {}) for value in (True, False))
    barred = catalog.barred(column.responsible)
    words = (word for word in column.words(catalog.departments) if word not in barred)
    return tuple(column.type.text(word, catalog.departments) for word in words)


def _offer(sheet: Worksheet, position: int, source: object) -> None:
    rule = {
        "validate": "list",
        "source": source,
        "ignore_blank": True,
        "error_title": "取值未登记",
        "error_message": "请从列表中选择；没有内容就留空",
    }
    sheet.data_validation(1, position, _LAST_ROW, position, rule)
