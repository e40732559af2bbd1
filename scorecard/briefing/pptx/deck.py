"""A deck of ours: white 16:9 slides in the palette, in Chinese throughout, each with its title, provenance and number.

The library's template is a Macintosh PowerPoint of 2013 in English; what of it could be seen or read is replaced.
"""

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.office_package import (
    FACE,
    made_at,
    manifest_xml,
    printable,
    with_fixed_timestamps,
)
from scorecard.briefing.paper.model import Paper
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, colour_of, fill, paragraph, write
from scorecard.charts.theme import palette

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.6
ROOM = WIDTH - 2 * EDGE
BODY = Frame(EDGE, 1.3, ROOM, 5.35)
_TITLE = Frame(EDGE, 0.36, ROOM - 1.5, 0.7)
_ABOVE = Frame(EDGE, 0.2, ROOM - 1.5, 0.22)
_RULE, _FOOT = 1.12, Frame(EDGE, 6.86, ROOM - 0.8, 0.54)
_TAG = Frame(WIDTH - EDGE - 1.2, 0.56, 1.2, 0.36)
_ONLY_TITLE = "Title Only"  # the layout of the template that is kept
SAMPLE = "示例数据"
_LONGEST = 255  # characters of a property
_MASTER_WORDS = {
    "Click to edit Master title style": "单击此处编辑标题",
    "Click to edit Master text styles": "单击此处编辑文字",
    "Second level": "第二级",
    "Third level": "第三级",
    "Fourth level": "第四级",
    "Fifth level": "第五级",
    "1/27/13": "",
}
_APP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<PresentationFormat>宽屏</PresentationFormat></Properties>"
)


class Deck:
    """The slides of one paper as they are made."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._deck: Any = Presentation()
        self._deck.slide_width, self._deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self._deck.element.sldSz.attrib.pop("type", None)  # it still says 4:3
        _chinese(self._deck)
        _forget(self._deck)
        self._layout = self._deck.slide_layouts[0]

    def slide(self, title: str, provenance: Sequence[str], *, above: str = "", plain: bool = False) -> Any:
        """A new slide, with its section `above` the title; `plain` leaves the title to the caller, as on the first one."""
        made = self._deck.slides.add_slide(self._layout)
        colours = palette()
        if not plain:
            size = text_width.largest(title, _TITLE.width, 26, 20)
            if text_width.lines(title, size, _TITLE.width) > 1:
                size = text_width.largest(title, _TITLE.width, 18, 9, rows=2)
            set_title(made, _TITLE, (TextParagraph((Run(title, size, bold=True),), leading=1.2),))
            rule(made, EDGE, _RULE, ROOM, colours.ink, 1.25)
            if above:
                size = text_width.largest(above, _ABOVE.width, 11, 7)
                write(made, _ABOVE, (paragraph(above, size, colours.grey),), name="章节")
            if self.paper.sample:
                tag(made, _TAG)
        rule(made, EDGE, _FOOT.top - 0.06, ROOM, colours.hairline, 0.75)
        said = "　".join(one for one in provenance if one)
        size = text_width.largest(said, _FOOT.width, 10, 7, rows=3)
        write(made, _FOOT, (TextParagraph((Run(said, size, colours.grey),), leading=1.25),), name="数据来源")
        self._number(made)
        return made

    def bytes(self) -> bytes:
        """The file, with the manifest inside; equal slides give equal bytes."""
        paper, core = self.paper, self._deck.core_properties
        core.title, core.subject = _property(paper.title), _property(paper.audience)
        core.author = core.last_modified_by = _property(paper.manifest.made_by)
        core.created = core.modified = made_at(paper.manifest)
        core.comments, core.keywords, core.language = _property("；".join(paper.provenance)), "", "zh-CN"
        core.identifier, core.version = _property(paper.manifest.id), _property(paper.manifest.version)
        package = self._deck.part.package
        content = manifest_xml(paper.manifest)
        part = Part(PackURI("/customXml/item1.xml"), CONTENT_TYPE.XML, package, content)
        self._deck.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
        made = io.BytesIO()
        self._deck.save(made)
        return with_fixed_timestamps(made.getvalue())

    def _number(self, slide: Any) -> None:
        """The slide's number as a field, so that it stays right when slides are moved."""
        frame = Frame(WIDTH - EDGE - 0.7, _FOOT.top, 0.7, 0.3)
        text = str(len(self._deck.slides))
        box = write(slide, frame, (paragraph(text, 11, palette().grey),), align="right", name="页码")
        run = box.text_frame.paragraphs[0].runs[0]._r
        run.tag = qn("a:fld")
        run.set("id", "{C1FF6DA9-008F-8B48-92A6-B652298478BF}")
        run.set("type", "slidenum")


def set_title(slide: Any, frame: Frame, paragraphs: Sequence[TextParagraph]) -> None:
    """The slide's own title, which the outline and a screen reader find."""
    title = slide.shapes.title
    title.name = "标题"
    title.left, title.top, title.width, title.height = frame.emu()
    fill(title.text_frame, paragraphs, anchor="bottom")


def rule(slide: Any, left: float, top: float, width: float, colour: str, thick: float) -> None:
    """A horizontal line; hairlines instead of boxes."""
    drawn = slide.shapes.add_connector(1, Inches(left), Inches(top), Inches(left + width), Inches(top))
    drawn.name = "线"
    drawn.line.color.rgb = colour_of(colour)
    drawn.line.width = Pt(thick)
    _unstyled(drawn)


def tag(slide: Any, frame: Frame) -> None:
    """示例数据 in its frame: on every slide of a paper made of a sample."""
    colour = palette().doubtful
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *frame.emu())
    shape.name = SAMPLE
    shape.fill.background()
    shape.line.color.rgb = colour_of(colour)
    shape.line.width = Pt(1)
    _unstyled(shape)
    said = (paragraph(SAMPLE, 13, colour, bold=True),)
    fill(shape.text_frame, said, align="center", anchor="middle")


def _property(text: str) -> str:
    """Text as a property of the file holds it."""
    return printable(text)[:_LONGEST]


def _unstyled(shape: Any) -> None:
    """Without the effects of the theme: a shadow is no information."""
    style = shape._element.find(qn("p:style"))
    shape._element.remove(style)


def _chinese(deck: Any) -> None:
    """Master, layout and theme in Chinese and in the palette; layouts nobody uses are taken out."""
    for layout in list(deck.slide_layouts):
        if layout.name != _ONLY_TITLE:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    layout = deck.slide_layouts[0]
    layout._element.cSld.set("name", "标题")
    for holder in (master, layout):
        for shape in list(holder.placeholders):
            if shape.placeholder_format.type is not None and shape.name.split()[0] in (
                "Date",
                "Footer",
                "Slide",
            ):
                shape._element.getparent().remove(shape._element)
        for shape in holder.placeholders:
            shape.name = "标题" if shape.name.startswith("Title") else "文字"
        for text in holder._element.iter(qn("a:t")):
            text.text = _MASTER_WORDS.get(text.text, text.text)
        for properties in holder._element.iter(qn("a:rPr"), qn("a:endParaRPr"), qn("a:defRPr")):
            if properties.get("lang"):
                properties.set("lang", "zh-CN")
    for properties in deck.element.iter(qn("a:defRPr")):
        properties.set("lang", "zh-CN")
    for holder in (master, layout):
        title = next(shape for shape in holder.placeholders if shape.name == "标题")
        title.left, title.top, title.width, title.height = _TITLE.emu()
    _theme(master.part.part_related_by(RELATIONSHIP_TYPE.THEME))


def _theme(part: Any) -> None:
    """The palette and the face under the names by which a reader edits: new shapes and charts look like ours."""
    colours = palette()
    theme: Any = parse_xml(part.blob)
    theme.set("name", "简报")
    given = {
        "dk1": colours.ink,
        "lt1": colours.paper,
        "dk2": colours.ink,
        "lt2": colours.panel,
        "accent1": colours.ink,
        "accent2": colours.accent,
        "accent3": colours.grey,
        "accent4": colours.met,
        "accent5": colours.missed,
        "accent6": colours.doubtful,
        "hlink": colours.accent,
        "folHlink": colours.grey,
    }
    scheme = theme.find(f".//{qn('a:clrScheme')}")
    scheme.set("name", "简报")
    for name, colour in given.items():
        holder = scheme.find(qn(f"a:{name}"))
        for old in list(holder):
            holder.remove(old)
        holder.append(parse_xml(f'<a:srgbClr {nsdecls("a")} val="{colour_of(colour)}"/>'))
    fonts = theme.find(f".//{qn('a:fontScheme')}")
    fonts.set("name", "简报")
    for kind in fonts:
        for font in list(kind):
            if font.tag == qn("a:font"):
                kind.remove(font)
            else:
                font.set("typeface", FACE)
    part.blob = serialize_part_xml(theme)


def _forget(deck: Any) -> None:
    """The template's own picture, printer and program."""
    package = deck.part.package
    for holder, kind in (
        (package, RELATIONSHIP_TYPE.THUMBNAIL),
        (deck.part, RELATIONSHIP_TYPE.PRINTER_SETTINGS),
    ):
        for name, found in list(holder._rels.items()):
            if found.reltype == kind:
                holder._rels.pop(name)
    package.part_related_by(RELATIONSHIP_TYPE.EXTENDED_PROPERTIES).blob = _APP.encode()
