"""A figure of a Word paper: the picture with its caption on the same page; without a browser the numbers it would show."""

from io import BytesIO
from typing import Any

from docx.document import Document
from docx.image.image import Image
from docx.shared import Mm

from scorecard.briefing.docx.table import grid
from scorecard.briefing.docx.xml import Element, paragraph, w
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.paper.model import Figure, PaperColumn

WIDEST, HIGHEST = Mm(156), Mm(200)  # the rest of the page's 225 mm is for the lines below
NO_BROWSER = "服务器上没有可用的浏览器，未能成图，此处列出图中各期数值。"
_COLUMNS = (
    PaperColumn("期间", 1.7),
    PaperColumn("数值", 1.2, number=True),
    PaperColumn("分子 / 分母", 2.2),
    PaperColumn("目标", 1.7),
    PaperColumn("结论", 1.3),
)


def pictured(document: Document, figure: Figure, picture: bytes) -> list[Element]:
    """The picture as wide as the type area (or as high as fits), and its caption below; what it says is burned into it."""
    given = Image.from_blob(picture)
    width = min(WIDEST, Mm(HIGHEST.mm * given.px_width / given.px_height))
    inline: Any = document.part.new_pic_inline(BytesIO(picture), width=width)
    for side in ("T", "B", "L", "R"):
        inline.set(
            f"dist{side}", "0"
        )  # where nothing is said, LibreOffice moves the picture 3 mm out of the type area
    inline.docPr.set("name", f"图{figure.number}")
    inline.docPr.set("descr", printable(_described(figure)))
    return [
        paragraph("Figure", w("r", w("drawing", inline))),
        paragraph("FigureCaption", figure.caption),
    ]


def listed(figure: Figure) -> list[Element]:
    """The periods of the figure as a table, with why there is no picture and what would have been burned into it."""
    points = figure.trend.points
    rows = [(one.label, one.text, one.halves, one.target, one.verdict.word) for one in points]
    below = [figure.trend.reading, *figure.trend.notes, *figure.trend.provenance, NO_BROWSER]
    return [
        paragraph("Caption", figure.caption),
        grid(_COLUMNS, rows, dense=True),
        *(paragraph("TableNote", one, keepNext=1) for one in below[:-1]),
        paragraph("TableNote", below[-1]),
    ]


def _described(figure: Figure) -> str:
    """The picture in words, for who cannot see it."""
    return "\n".join([figure.caption, figure.trend.reading, figure.sentence, *figure.trend.provenance])
