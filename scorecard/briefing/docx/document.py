"""The paper as a Word file in the layout of an official 简报 (GB/T 9704-2012): editable text, real headings and tables.

`template/` holds the look, as an unzipped Word file: styles, faces and what stands in for them, page, grid, page numbers;
`templates/` what stands in the paper. tests/scorecard/briefing/docx state what the standard asks of it. The same paper gives
the same bytes. Nothing in the file leads outside it: no link, no macro, no field but the page number.
"""

import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.xmlchemy import serialize_for_reading
from docx.package import Package
from docx.shape import InlineShape
from docx.shared import Mm, Pt
from markupsafe import Markup

from scorecard.briefing.layout import office_package as office
from scorecard.briefing.layout.column_widths import INCHES, MARKED, widths
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.model import Paper, Pictures, columns
from scorecard.charts.text_width import largest, lines
from scorecard.charts.theme import mark
from scorecard.narrative.provenance import SAMPLE
from scorecard.templating import render

CELL, SMALL = 10.5, 9.0  # points: 五号, 小五
WIDEST, HIGHEST = Mm(156), Mm(200)  # of a picture; the rest of the page's 225 mm is for the lines below
NO_BROWSER = "服务器上没有可用的浏览器，未能成图，此处列出图中各期数值。"
RECORD = "本文件内另附可由程序读取的清单（customXml/item1.xml），与以下所列一致。"
_SHORT = 8  # rows at most of a table that stays on one page
_MANY = 7  # columns from which a table is set smaller
_TITLE = (22, 19)  # points at most and at least
_POINTS = columns("期间 1.7 | 数值 1.2 # | 分子 / 分母 2.2 | 目标 1.7 | 结论 1.3")
_TEMPLATE = Path(__file__).with_name("template")
_MANIFEST = PackURI("/customXml/item1.xml")
_BOTTOM, _UNDER_TEXT = Mm(35), Mm(7)  # the number of the page stands 7 mm under the type area
_NUMBER, _NOTE = Pt(18), Pt(12)  # heights of the lines of the foot
_MINUS = re.compile(r"(?<![0-9A-Za-z])-(?=\d)")


def write_docx(paper: Paper, pictures: Pictures) -> bytes:
    """The .docx. `pictures` are PNG by the figure's number; a figure without one stands as the table of its points."""
    document = docx.Document(office.packed(_TEMPLATE))
    _set_properties(document, paper)
    style = cache(lambda name: document.styles[name].style_id)
    words: dict[str, Any] = {
        "paper": paper,
        "style": style,
        "pieces": _pieces,
        "sample": SAMPLE if paper.sample else "",
    }
    _fill_margins(document, paper, words)
    annexes = (
        *([appendix.DEFINITIONS] if paper.definitions else []),
        *([appendix.NUMBERS] if paper.lines else []),
        *([] if paper.brief else [appendix.RECORD]),
    )
    content = render(
        "briefing/docx/paper.xml",
        **words,
        size=_size,
        title=_broken(paper.title, _size(paper.title, *_TITLE)),
        note=[line for line in paper.note.removeprefix("编者按：").splitlines() if line.strip()],
        blocks=[(type(block).__name__, block) for block in paper.blocks],
        drawings=_drawings(document, paper, pictures),
        points=lambda figure: [(p.label, p.text, p.halves, p.target, p.verdict.word) for p in figure.trend.points],
        point_columns=_POINTS,
        no_browser=NO_BROWSER,
        annexes=annexes,
        appendix=appendix,
        record=RECORD,
        widths=widths,
        marks={word: mark(word) for word in MARKED},
        cell=CELL,
        small=SMALL,
        many=_MANY,
        short=_SHORT,
    )
    for element in parse_xml(content):
        document.element.body.sectPr.addprevious(element)
    file = BytesIO()
    document.save(file)
    return office.with_fixed_timestamps(file.getvalue())


def _pieces(text: str) -> list[list[str]]:
    """The text between the signs of negative numbers, each in its texts, tabs and line breaks."""
    return [re.split(r"([\t\n])", piece) for piece in _MINUS.split(printable(text).replace("\r", ""))]


def _size(text: str, most: float, least: float) -> float:
    """The largest size at which the text is one line; the usual one where even the least is too large."""
    fits = largest(text, INCHES, most, least)
    return fits if lines(text, fits, INCHES) == 1 else most


def _broken(title: str, size: float) -> str:
    """A title of two lines ends its first after the period, for no word may be divided (GB/T 9704, 7.3.1)."""
    if lines(title, size, INCHES) != 2:
        return title
    ends = [match.end() for match in re.finditer(r"月|季度|年(?!\d)", title)]
    broken = [f"{title[:end]}\n{title[end:]}" for end in ends if 0 < end < len(title)]
    return next((text for text in reversed(broken) if lines(text, size, INCHES) == 2), title)


def _drawings(document: Document, paper: Paper, pictures: Pictures) -> Mapping[int, Markup]:
    """The pictures by number, each as wide as the type area (or as high as fits); what one says is burned into it."""
    drawn: dict[int, Markup] = {}
    for figure in paper.figures:
        if figure.number in pictures:
            inline: Any = document.part.new_pic_inline(BytesIO(pictures[figure.number]), width=WIDEST)
            shape: Any = InlineShape(inline)
            if shape.height > HIGHEST:
                shape.width, shape.height = Mm(HIGHEST.mm * shape.width / shape.height), HIGHEST
            for side in ("T", "B", "L", "R"):  # LibreOffice moves a picture without them 3 mm out of the type area
                inline.set(f"dist{side}", "0")
            described = (figure.caption, figure.trend.reading, figure.sentence, *figure.trend.provenance)
            inline.docPr.set("id", str(figure.number))
            inline.docPr.set("name", f"图{figure.number}")
            inline.docPr.set("descr", printable("\n".join(described)))
            drawn[figure.number] = Markup(serialize_for_reading(inline))
    return drawn


def _fill_margins(document: Document, paper: Paper, words: Mapping[str, Any]) -> None:
    """示例数据 above every page, provenance under its number."""
    section = document.sections[0]
    foot = _NUMBER + _NOTE * sum(lines(text, SMALL, INCHES) for text in paper.provenance)
    section.footer_distance = max(_BOTTOM - _UNDER_TEXT - foot, Mm(5))
    pages: Any = ((section.header, section.footer), (section.even_page_header, section.even_page_footer))
    for header, footer in pages:
        head, *feet = parse_xml(render("briefing/docx/margins.xml", **words))
        header.paragraphs[0]._p.extend(list(head))
        footer._element.extend(feet)


def _set_properties(document: Document, paper: Paper) -> None:
    core = document.core_properties
    office.set_properties(core, paper, f"{paper.masthead} {paper.issue}", "")
    core.keywords, core.revision = "", 1
    package = cast(Package, document.part.package)
    manifest = Part(_MANIFEST, CONTENT_TYPE.XML, office.manifest_xml(paper.manifest), package)
    document.part.relate_to(manifest, RELATIONSHIP_TYPE.CUSTOM_XML)
