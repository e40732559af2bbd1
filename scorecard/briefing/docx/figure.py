"""A figure of a Word paper: the picture with its caption on the same page; without a browser the numbers it would show."""

from io import BytesIO
from typing import Any

from docx.document import Document
from docx.shared import Mm

from scorecard.briefing.docx.table import add_grid
from scorecard.briefing.docx.text import add_paragraph
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.paper.model import Figure, columns

WIDEST, HIGHEST = Mm(156), Mm(200)  # the rest of the page's 225 mm is for the lines below
NO_BROWSER = "服务器上没有可用的浏览器，未能成图，此处列出图中各期数值。"
_COLUMNS = columns("期间 1.7 | 数值 1.2 # | 分子 / 分母 2.2 | 目标 1.7 | 结论 1.3")


def add_picture(document: Document, figure: Figure, picture: bytes) -> None:
    """The picture as wide as the type area (or as high as fits), and its caption below; what it says is burned into it."""
    shape: Any = add_paragraph(document, "图").add_run().add_picture(BytesIO(picture), width=WIDEST)
    if shape.height > HIGHEST:
        shape.width, shape.height = Mm(HIGHEST.mm * shape.width / shape.height), HIGHEST
    inline = shape._inline
    for side in ("T", "B", "L", "R"):  # LibreOffice moves a picture without them 3 mm out of the type area
        inline.set(f"dist{side}", "0")
    described = (figure.caption, figure.trend.reading, figure.sentence, *figure.trend.provenance)
    inline.docPr.set("name", f"图{figure.number}")
    inline.docPr.set("descr", printable("\n".join(described)))
    add_paragraph(document, "图题", figure.caption)


def add_points(document: Document, figure: Figure) -> None:
    """The periods of the figure as a table, with why there is no picture and what would have been burned into it."""
    trend = figure.trend
    rows = [(point.label, point.text, point.halves, point.target, point.verdict.word) for point in trend.points]
    add_paragraph(document, "Caption", figure.caption)
    add_grid(document, _COLUMNS, rows, dense=True)
    for text in (trend.reading, *trend.notes, *trend.provenance):
        add_paragraph(document, "表注", text).paragraph_format.keep_with_next = True
    add_paragraph(document, "表注", NO_BROWSER)
