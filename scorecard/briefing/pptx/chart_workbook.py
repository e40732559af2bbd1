"""The worksheet inside a chart, which 编辑数据 opens. Numbers in the page's digits, text as text, no formula."""

import io
from collections.abc import Sequence
from datetime import datetime

from xlsxwriter import Workbook

from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.pptx.series import Series
from scorecard.briefing.xlsx.worksheets import NO_GUESSING

SHEET = "数据"


def workbook_of_chart(labels: Sequence[str], rows: Sequence[Series], made_at: datetime) -> bytes:
    """Periods down, series across; `made_at` is its only time, so that the same chart gives the same bytes."""
    written = io.BytesIO()
    with Workbook(written, NO_GUESSING) as book:
        book.set_properties({"created": made_at})
        sheet = book.add_worksheet(SHEET)
        sheet.set_column(0, len(rows), 18)
        for down, label in enumerate(labels, 1):
            sheet.write_string(down, 0, printable(label))
        for across, row in enumerate(rows, 1):
            sheet.write_string(0, across, printable(row.name))
            for down, digits in enumerate(row.digits, 1):
                if digits is not None:
                    sheet.write_number(down, across, digits.number, book.add_format({"num_format": digits.format}))
    return written.getvalue()
