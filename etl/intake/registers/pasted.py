"""Cells copied from a spreadsheet as the CSV that the door reads."""

import csv
import io

from etl.reading.header_names import fold, names_of
from scorecard.catalog.contracts import Table


def pasted_csv(text: str, table: Table) -> tuple[bytes, bool, int]:
    """The cells as a CSV, whether the contract's headers were put above them, and the width of a row that is too wide for it.

    The first line is a header where at least half of its cells, two of them at the least, are headers of the table.
    """
    lines = [
        row for row in csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter="\t") if any(map(str.strip, row))
    ]
    names = names_of(table)
    known = sum(fold(cell) in names for cell in lines[0])
    headed = known >= min(2, len(table.columns)) and 2 * known >= len(lines[0])
    widest = max(map(len, lines))
    if not headed:
        if widest > len(table.columns):
            return b"", True, widest
        lines.insert(0, [column.header for column in table.columns.values()][:widest])
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([*row, *[""] * (len(lines[0]) - len(row))] for row in lines)
    return out.getvalue().encode(), not headed, 0
