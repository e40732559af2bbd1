"""The file around a Word document: nothing of the library's template, core properties, the manifest, the same bytes again.

No macro, no link to outside, no picture of a first page: only what the paper says and where it comes from.
"""

from io import BytesIO
from typing import cast

from docx import Document
from docx.document import Document as Opened
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.package import Package

from scorecard.briefing.docx.styles import fonts, settings, styles
from scorecard.briefing.docx.xml import Element
from scorecard.briefing.layout.office_package import made_at, manifest_xml, printable, with_fixed_timestamps
from scorecard.briefing.paper.model import Paper

MANIFEST = "/customXml/item1.xml"

_KEPT = {
    RELATIONSHIP_TYPE.OFFICE_DOCUMENT,
    RELATIONSHIP_TYPE.CORE_PROPERTIES,
    RELATIONSHIP_TYPE.STYLES,
    RELATIONSHIP_TYPE.SETTINGS,
}
_LONGEST = 255  # characters of a core property


def opened(paper: Paper) -> Opened:
    """An empty document in the paper's styles, with its properties and its manifest."""
    document = Document()
    package, main = cast(Package, document.part.package), document.part
    for relations in (package.rels, main.rels):
        for key in [key for key, one in relations.items() if one.reltype not in _KEPT]:
            del relations[key]
    _replace(document.styles.element, styles())
    _replace(document.settings.element, settings())
    table = serialize_part_xml(fonts())
    _add(main, "/word/fontTable.xml", CONTENT_TYPE.WML_FONT_TABLE, RELATIONSHIP_TYPE.FONT_TABLE, table)
    _add(main, MANIFEST, CONTENT_TYPE.XML, RELATIONSHIP_TYPE.CUSTOM_XML, manifest_xml(paper.manifest))
    _describe(document, paper)
    return document


def saved(document: Opened) -> bytes:
    """The file, with the clock of its archive stopped."""
    written = BytesIO()
    document.save(written)
    return with_fixed_timestamps(written.getvalue())


def _replace(element: Element, by: Element) -> None:
    element.clear()
    element.extend(list(by))


def _add(main: XmlPart, name: str, content: str, kind: str, blob: bytes) -> None:
    package = cast(Package, main.package)
    main.relate_to(Part(PackURI(name), content, blob, package), kind)


def _describe(document: Opened, paper: Paper) -> None:
    """Who, when and what; the time is that of the manifest, so making the paper again changes nothing."""
    core = document.core_properties
    core.title = printable(paper.title)[:_LONGEST]
    core.subject = printable(f"{paper.masthead} {paper.issue}")[:_LONGEST]
    core.author = core.last_modified_by = printable(paper.manifest.made_by)[:_LONGEST]
    core.created = core.modified = made_at(paper.manifest)
    core.language, core.comments, core.keywords = "zh-CN", "", ""
    core.identifier, core.version, core.revision = paper.manifest.id, paper.manifest.version, 1
