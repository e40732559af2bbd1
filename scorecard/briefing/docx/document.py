"""The paper as a Word file in the layout of an official 简报 (GB/T 9704-2012): editable text, real headings and tables.

`template/` holds the look, as an unzipped Word file: styles, faces and what stands in for them, page, grid, page numbers;
tests/scorecard/briefing/docx state what the standard asks of it. The same paper gives the same bytes. Nothing in the
file leads outside it: no link, no macro, no field but the page number.
"""

from io import BytesIO
from pathlib import Path
from typing import cast

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.package import Package
from docx.shared import Mm, Pt

from scorecard.briefing.docx.annex import add_annexes
from scorecard.briefing.docx.figure import add_picture, add_points
from scorecard.briefing.docx.head import add_colophon, add_head
from scorecard.briefing.docx.table import SMALL, add_table
from scorecard.briefing.docx.text import add_paragraph, add_run
from scorecard.briefing.layout.office_package import manifest_xml, packed, set_properties, with_fixed_timestamps
from scorecard.briefing.layout.text_width import lines
from scorecard.briefing.layout.type_area import INCHES
from scorecard.briefing.paper.model import Block, Figure, Heading, Paper, Paragraph, Pictures
from scorecard.narrative.provenance import SAMPLE

_TEMPLATE = Path(__file__).with_name("template")
_MANIFEST = PackURI("/customXml/item1.xml")
_BOTTOM, _UNDER_TEXT = Mm(35), Mm(7)  # the number of the page stands 7 mm under the type area
_NUMBER, _NOTE = Pt(18), Pt(12)  # heights of the lines of the foot


def write_docx(paper: Paper, pictures: Pictures) -> bytes:
    """The .docx. `pictures` are PNG by the figure's number; a figure without one stands as the table of its points."""
    document = docx.Document(packed(_TEMPLATE))
    _set_properties(document, paper)
    _fill_margins(document, paper)
    add_head(document, paper)
    for block in paper.blocks:
        _add_block(document, block, pictures)
    add_annexes(document, paper)
    add_colophon(document, paper)
    file = BytesIO()
    document.save(file)
    return with_fixed_timestamps(file.getvalue())


def _add_block(document: Document, block: Block, pictures: Pictures) -> None:
    match block:
        case Heading(text, level):
            add_paragraph(document, f"Heading {level}", text)
        case Paragraph(text):
            for line in text.splitlines():
                if line.strip():
                    add_paragraph(document, "Body Text", line)
        case Figure():
            picture = pictures.get(block.number)
            add_points(document, block) if picture is None else add_picture(document, block, picture)
        case _:
            add_table(document, block)


def _fill_margins(document: Document, paper: Paper) -> None:
    """示例数据 above every page, provenance under its number."""
    section = document.sections[0]
    foot = _NUMBER + _NOTE * sum(lines(text, SMALL, INCHES) for text in paper.provenance)
    section.footer_distance = max(_BOTTOM - _UNDER_TEXT - foot, Mm(5))
    for header in (section.header, section.even_page_header):
        add_run(header.paragraphs[0], SAMPLE if paper.sample else "")
    for footer in (section.footer, section.even_page_footer):
        for text in paper.provenance:
            add_paragraph(footer, "页脚来源", text)


def _set_properties(document: Document, paper: Paper) -> None:
    """Who, when, what, and the manifest."""
    core = document.core_properties
    set_properties(core, paper, f"{paper.masthead} {paper.issue}", "")
    core.keywords, core.revision = "", 1
    package = cast(Package, document.part.package)
    manifest = Part(_MANIFEST, CONTENT_TYPE.XML, manifest_xml(paper.manifest), package)
    document.part.relate_to(manifest, RELATIONSHIP_TYPE.CUSTOM_XML)
