"""The paper as a Word file in the layout of an official 简报 (GB/T 9704-2012): editable text, real headings and tables.

`template/` holds the look, as an unzipped Word file: styles, faces and what stands in for them, page, grid, page numbers;
`templates/` what stands in the paper. tests/scorecard/briefing/docx state what the standard asks of it. The same paper gives
the same bytes. Nothing in the file leads outside it: no link, no macro, no field but those of the numbers of pages and captions.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, cast

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import serialize_for_reading
from docx.package import Package
from docx.shared import Mm, Pt
from markupsafe import Markup

from scorecard.briefing.layout import office_package as office
from scorecard.briefing.layout.column_widths import INCHES, MARKED, PADDING, TWIPS, widths
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.layout.page import HALF, SMALL, WIDE, across, head, table_size
from scorecard.briefing.layout.raster import png
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.model import Figure, Paper
from scorecard.charts.paper_chart import paper_chart, small_trend
from scorecard.charts.text_width import POINTS, largest, lines
from scorecard.charts.theme import mark
from scorecard.narrative.trend import Trend
from scorecard.templating import render

_FOOT = 9.0  # points of the provenance: 小五
_DPI = 300
_SHORT = 4  # rows at most of a table that stays on one page
_TITLE = (22, 19)  # points at most and at least
_CAPTION = 12  # points
_KIND = re.compile(r"(图|附?表)(\d+)(?=　)")
_CLOSER = {  # of a brief paper's styles: points of the letters, of a line, before and after
    "Body Text": (14, 21, 0, 0), "Heading 1": (14, 22, 0, 0), "Heading 2": (14, 22, 0, 0), "编者按": (14, 21, 0, 0),
    "版头名称": (36, 46, 0, 0), "版头期号": (14, 20, 0, 0), "版头署名": (14, 20, 0, 0), "Title": (20, 27, 8, 2),
    "Subtitle": (14, 20, 0, 2), "Caption": (10.5, 15, 2, 2), "图题": (10.5, 15, 0, 0), "表注": (9, 11, 1, 2),
    "表格文字": (9.5, 12.5, 1, 1), "表头": (9.5, 12.5, 1, 1),
}  # fmt: skip
Size = tuple[int, int]
_TEMPLATE = Path(__file__).with_name("template")
_MANIFEST, _ABOUT = PackURI("/customXml/item1.xml"), PackURI("/customXml/itemProps1.xml")
_UNDER_TEXT = Mm(7)  # the number of the page stands 7 mm under the type area
_NUMBER, _NOTE = Pt(18), Pt(12)  # heights of the lines of the foot
_MINUS = re.compile(r"(?<![0-9A-Za-z])-(?=\d)")


def write_docx(paper: Paper) -> bytes:
    """The .docx, with its charts as pictures of 300 dots per inch."""
    document = docx.Document(office.packed(_TEMPLATE))
    _set_properties(document, paper)
    _set_page(document, paper)
    style = cache(lambda name: document.styles[name].style_id)
    words: dict[str, Any] = {"paper": paper, "style": style, "pieces": _pieces, "head": head(paper)}
    _fill_margins(document, paper, words)
    picture, small_picture = _pictures(document)
    title_size = _size(paper.title, *_TITLE)
    content = render(
        "briefing/docx/paper.xml",
        **words,
        size=_size,
        title=_broken(paper.title, title_size),
        title_size=title_size,
        note=[line for line in paper.note.removeprefix("编者按：").splitlines() if line.strip()],
        blocks=[(type(block).__name__, block) for block in paper.blocks],
        picture=picture,
        small_picture=small_picture,
        wide=WIDE,
        half=HALF,
        numbered=_numbered,
        facts=appendix.definition_facts,
        across=across(paper),
        table_size=partial(table_size, paper),
        widths=lambda table: widths(table.columns, table.rows, table_size(paper, table), across(paper)),
        marks={word: mark(word) for word in MARKED},
        fitted=_fitted,
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
    """A title of two lines ends its first after the period or a comma, for no word may be divided (GB/T 9704, 7.3.1)."""
    if lines(title, size, INCHES) != 2:
        return title
    ends = [match.end() for match in re.finditer(r"月|季度|年(?!\d)|，", title)]
    broken = [f"{title[:end]}\n{title[end:]}" for end in ends if 0 < end < len(title)]
    return next((text for text in reversed(broken) if lines(text, size, INCHES) == 2), title)


def _fitted(text: str, room: int, size: float) -> str:
    """The text of a cell, which goes on before the bracket where `room` twips cannot hold it: no line ends before a "%"."""
    inner = (room - 2 * PADDING) / TWIPS / POINTS
    return text if lines(text, size, inner) == 1 else text.replace("（", "\n（", 1).removeprefix("\n")


def _numbered(caption: str, room: int) -> tuple[str, str, str]:
    """Kind, number and rest of a caption ("图", "3", "　…"); what `room` mm cannot hold goes on before the bracket."""
    if lines(caption, _CAPTION, room / 25.4) > 1:
        caption = caption.replace("（", "\n（", 1)
    found = _KIND.match(caption)
    return (found[1], found[2], caption[found.end() :]) if found else ("", "", caption)


def _pictures(document: Document) -> tuple[Callable[[Figure, Size], Markup], Callable[[Trend, str], Markup]]:
    """What sets a figure at a size in mm, and a small trend in a cell; what they show is said in their description."""
    numbers = count(1)

    def placed(svg: str, size: Size, said: str) -> Markup:
        inline: Any = document.part.new_pic_inline(BytesIO(png(svg, _DPI)), width=Mm(size[0]), height=Mm(size[1]))
        for side in ("T", "B", "L", "R"):  # LibreOffice moves a picture without them 3 mm out of the type area
            inline.set(f"dist{side}", "0")
        number = str(next(numbers))
        for name, text in (("id", number), ("name", f"走势图{number}"), ("descr", printable(said))):
            inline.docPr.set(name, text)
        return Markup(serialize_for_reading(inline))

    def picture(figure: Figure, size: Size) -> Markup:
        said = (figure.caption, figure.trend.reading, figure.sentence, *figure.trend.provenance)
        return placed(paper_chart(figure.trend, *size), size, "\n".join(said))

    return picture, lambda trend, said: placed(small_trend(trend, *SMALL), SMALL, said)


def _set_page(document: Document, paper: Paper) -> None:
    """Turn the sheet, and set a brief paper closer than the standard's grid."""
    section = document.sections[0]
    if paper.landscape:
        section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
        section.left_margin, section.right_margin = Mm(37), Mm(35)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        for tab in document.styles.element.iter(qn("w:tab")):
            tab.set(qn("w:pos"), str(across(paper)))
    if paper.brief:
        cast(Any, section)._sectPr.find(qn("w:docGrid")).set(qn("w:type"), "default")
        for name, (size, line, before, after) in _CLOSER.items():
            style: Any = document.styles[name]
            style.font.size = Pt(size)
            form = style.paragraph_format
            form.line_spacing, form.space_before, form.space_after = Pt(line), Pt(before), Pt(after)
            if form.first_line_indent:
                form.first_line_indent = Pt(2 * size)


def _fill_margins(document: Document, paper: Paper, words: dict[str, Any]) -> None:
    """The paper's mark above every page, provenance under its number."""
    section = document.sections[0]
    foot = _NUMBER + _NOTE * sum(lines(text, _FOOT, INCHES) for text in paper.provenance)
    section.footer_distance = max((section.bottom_margin or 0) - _UNDER_TEXT - foot, Mm(5))
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
    about = Part(_ABOUT, CONTENT_TYPE.OFC_CUSTOM_XML_PROPERTIES, office.manifest_properties(), package)
    manifest.relate_to(about, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
