"""White 16:9 slides in the palette, in Chinese throughout, each with its title, provenance and number.

`template/` holds, unzipped, what all slides share: theme, faces, rules, the number of the slide, the look of a table.
tests/scorecard/briefing/pptx state what must hold.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Pt

from scorecard.briefing.layout.office_package import manifest_xml, packed, set_properties, with_fixed_timestamps
from scorecard.briefing.paper.model import Paper
from scorecard.briefing.pptx.text import Frame, Run, TextParagraph, add_text, colour_of, fill, paragraph
from scorecard.charts import text_width
from scorecard.charts.theme import palette

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.6
ROOM = WIDTH - 2 * EDGE
BODY = Frame(EDGE, 1.3, ROOM, 5.35)
SAMPLE = "示例数据"
_TITLE_WIDTH = ROOM - 1.5
_SECTION, _FOOT = Frame(EDGE, 0.2, _TITLE_WIDTH, 0.22), Frame(EDGE, 6.86, ROOM - 0.8, 0.54)
_TAG_LEFT, _TAG_TOP = WIDTH - EDGE - 1.2, 0.56
_TEMPLATE = Path(__file__).with_name("template")


class Deck:
    """The slides of one paper as they are made."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._presentation: Any = Presentation(packed(_TEMPLATE))

    def add_cover(self) -> Any:
        """The first slide; its title is left to the caller."""
        return self._add_slide("首页", self.paper.provenance)

    def add_slide(self, title: str, provenance: Sequence[str], *, section: str = "") -> Any:
        """A new slide of this title, with its section above it."""
        slide = self._add_slide("内页", provenance)
        size: float = 26
        if text_width.lines(title, size, _TITLE_WIDTH) > 1:
            size = text_width.largest(title, _TITLE_WIDTH, 20, 9, rows=2)
        set_title(slide, title, size, leading=1.2)
        if section:
            size = text_width.largest(section, _SECTION.width, 11, 7)
            add_text(slide, "章节", _SECTION, (paragraph(section, size, palette().grey),))
        if self.paper.sample:
            add_tag(slide, _TAG_TOP)
        return slide

    def _add_slide(self, layout: str, provenance: Sequence[str]) -> Any:
        slide = self._presentation.slides.add_slide(self._presentation.slide_layouts.get_by_name(layout))
        text = "　".join(line for line in provenance if line)
        size = text_width.largest(text, _FOOT.width, 10, 7, rows=3)
        source = TextParagraph((Run(text, size, palette().grey),), leading=1.25)
        add_text(slide, "数据来源", _FOOT, (source,))
        return slide

    def bytes(self) -> bytes:
        """The file, with the manifest inside; equal slides give equal bytes."""
        paper = self.paper
        set_properties(self._presentation.core_properties, paper, paper.audience, "；".join(paper.provenance))
        main = self._presentation.part
        content = manifest_xml(paper.manifest)
        part = Part(PackURI("/customXml/item1.xml"), CONTENT_TYPE.XML, main.package, content)
        main.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
        file = io.BytesIO()
        self._presentation.save(file)
        return with_fixed_timestamps(file.getvalue())


def set_title(slide: Any, title: str, size: float, *, leading: float) -> None:
    """Write the slide's own title, which the outline and a screen reader find."""
    slide.shapes.title.name = "标题"
    line = TextParagraph((Run(title, size, bold=True),), leading=leading)
    fill(slide.shapes.title.text_frame, (line,), anchor="bottom")


def add_tag(slide: Any, top: float) -> None:
    """示例数据 in its frame at the right edge: on every slide of a paper made of a sample."""
    colour = palette().doubtful
    text = (paragraph(SAMPLE, 13, colour, bold=True),)
    tag = add_text(slide, SAMPLE, Frame(_TAG_LEFT, top, 1.2, 0.36), text, align="center", anchor="middle")
    tag.text_frame.auto_size = MSO_AUTO_SIZE.NONE
    tag.line.color.rgb, tag.line.width = colour_of(colour), Pt(1)
