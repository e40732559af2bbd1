"""The sheet inside a chart: what opens at 编辑数据. Numbers in the page's digits, text as text, no formula."""

import io
from collections.abc import Sequence
from datetime import datetime

from xlsxwriter import Workbook

from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.pptx.series import Series
from scorecard.briefing.xlsx.worksheets import NO_GUESSING

SHEET = "数据"


def embedded(labels: Sequence[str], rows: Sequence[Series], made: datetime) -> bytes:
    """Periods down, series across; `made` is its only clock, so that the same chart gives the same bytes."""
    written = io.BytesIO()
    with Workbook(written, NO_GUESSING) as book:
        book.set_properties({"created": made})
        sheet = book.add_worksheet(SHEET)
        sheet.set_column(0, len(rows), 18)
        for down, label in enumerate(labels, 1):
            sheet.write_string(down, 0, printable(label))
        for across, one in enumerate(rows, 1):
            sheet.write_string(0, across, printable(one.name))
            for down, digits in enumerate(one.digits, 1):
                if digits is not None:
                    sheet.write_number(
                        down, across, digits.number, book.add_format({"num_format": digits.format})
                    )
    return written.getvalue()
