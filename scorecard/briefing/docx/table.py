"""A table of a Word paper: its title above, heads on every page, rows whole, hairlines, the status as sign, word, colour."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
from docx.oxml import OxmlElement
from docx.shared import Twips
from docx.text.paragraph import Paragraph

from scorecard.briefing.docx.text import add_paragraph, add_run
from scorecard.briefing.layout.column_widths import MARKED, Marked, widths
from scorecard.briefing.paper.model import PaperColumn, PaperTable
from scorecard.charts.theme import mark

CELL, SMALL = 10.5, 9.0  # points: 五号, 小五
_SHORT = 8  # rows at most of a table that stays on one page
_MANY = 7  # columns from which a table is set smaller


def add_table(document: Document, table: PaperTable) -> None:
    """The title, the table and its note; the note stands even when empty, for two tables must not grow together."""
    add_paragraph(document, "Caption", table.title)
    add_grid(document, table.columns, table.rows)
    add_paragraph(document, "表注", table.note)


def add_grid(
    document: Document, columns: Sequence[PaperColumn], rows: Sequence[Sequence[str]], *, dense: bool = False
) -> None:
    """The table alone, as wide as the type area; one of many columns, or `dense`, is set a size smaller."""
    dense = dense or len(columns) >= _MANY
    head_style, text_style = ("密表表头", "密表文字") if dense else ("表头", "表格文字")
    across = [Twips(width) for width in widths(columns, rows, SMALL if dense else CELL)]
    grid = document.add_table(0, len(columns), "表格")
    grid.autofit = False
    for column, width in zip(grid.columns, across, strict=True):
        column.width = width
    for number, texts in enumerate(([column.name for column in columns], *rows)):
        row: Any = grid.add_row()  # the library has no call for the two properties below
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        style = text_style if number else head_style
        keep = number > 0 and (len(rows) <= _SHORT or number == len(rows))
        for cell, column, text in zip(row.cells, columns, texts, strict=True):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.style = style
            if keep:  # holds the row on the page of what follows, so that no note begins a page alone
                paragraph.paragraph_format.keep_with_next = True
            if column.number:
                paragraph.alignment = WD_PARAGRAPH_ALIGNMENT.RIGHT
            _fill(paragraph, text, head=number == 0)


def _fill(paragraph: Paragraph, text: str, *, head: bool) -> None:
    """A verdict is a sign and its word in its colour; everything else is text as it stands."""
    word: Marked | None = next((word for word in MARKED if word == text), None)
    if word is None or head:
        add_run(paragraph, text)
    else:
        shown = mark(word)
        add_run(paragraph, f"{shown.symbol} {word}", colour=shown.colour)
