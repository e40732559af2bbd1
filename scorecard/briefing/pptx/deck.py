"""White 16:9 slides in the palette, in Chinese throughout, each with its title, provenance and number.

`template/` holds, unzipped, what all slides share: theme, faces, rules, the number of the slide, the look of a table.
tests/scorecard/briefing/pptx state what must hold.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Pt

from scorecard.briefing.layout.office_package import manifest_xml, packed, set_properties, with_fixed_timestamps
from scorecard.briefing.paper.model import Paper, Slide
from scorecard.briefing.pptx.text import (
    LINE_BREAK,
    STOPS,
    Frame,
    Run,
    TextParagraph,
    add_text,
    colour_of,
    fill,
    paragraph,
    shortened,
    title_lines,
)
from scorecard.charts import text_width
from scorecard.charts.theme import palette

WIDTH, EDGE = 13.333, 0.6
ROOM = WIDTH - 2 * EDGE
BODY = Frame(EDGE, 1.65, ROOM, 5.0)
LEAST = 16  # points: what is smaller is not read from the last row; only provenance is
SURE = 0.92  # of a width: where the court has another face, its digits are wider
SAMPLE = "示例数据"
_TITLE_WIDTH, _TITLE = ROOM - 1.5, 30
_SECTION, _FOOT = Frame(EDGE, 0.12, _TITLE_WIDTH, 0.32), Frame(EDGE, 6.86, ROOM - 0.8, 0.54)
_TAG_LEFT, _TAG_TOP = WIDTH - EDGE - 1.2, 0.56
_NOTE = 12
_TEMPLATE = Path(__file__).with_name("template")


class Deck:
    """The slides of one paper as they are made."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._presentation: Any = Presentation(packed(_TEMPLATE))

    def add_cover(self) -> Any:
        """The first slide; its title is left to the caller."""
        return self._add_slide("首页", self.paper.provenance)

    def add_slide(self, slide: Slide, provenance: Sequence[str]) -> Any:
        """A new slide with its title, its section above it and its notes."""
        made = self._add_slide("内页", provenance)
        whole = set_title(made, slide.title, _TITLE, _TITLE_WIDTH)
        if slide.section:
            section = shortened(slide.section, LEAST, _SECTION.width, 1)
            add_text(made, "章节", _SECTION, (paragraph(section, LEAST, palette().grey),))
        if self.paper.sample:
            add_tag(made, _TAG_TOP)
        add_notes(made, slide.notes if whole else (slide.title, *slide.notes))
        return made

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


def set_title(slide: Any, title: str, most: float, room: float) -> bool:
    """Write the slide's own title, which the outline and a screen reader find; whether the whole of it stands there."""
    room *= SURE

    def fits(size: float) -> bool:
        return all(text_width.width(line, size) <= room for line in title_lines(title, size, room))

    # In one line if it can be, then in two that part at a stop, both a little smaller if need be.
    ways: tuple[Callable[[list[str]], bool], ...] = (lambda lines: len(lines) == 1, lambda lines: lines[0][-1] in STOPS)
    fitting = [size for size in range(int(most), LEAST - 1, -2) if fits(size)]
    large = [size for size in fitting if size >= most * 0.8]
    best = [size for way in ways for size in large if way(title_lines(title, size, room))]
    size = next(iter([*best, *fitting]), LEAST)
    lines = title_lines(title if fits(size) else shortened(title, size, room, 2), size, room)
    runs = [run for line in lines for run in (Run(LINE_BREAK, size), Run(line, size, bold=True))]
    slide.shapes.title.name = "标题"
    fill(slide.shapes.title.text_frame, (TextParagraph(tuple(runs[1:]), leading=1.2),), anchor="bottom")
    return fits(size)


def add_notes(slide: Any, texts: Sequence[str]) -> None:
    """What the speaker reads, a paragraph each; nothing where there is nothing to say."""
    said = [paragraph(text, _NOTE, before=4) for text in texts if text]
    if said:
        notes = slide.notes_slide
        for shape, name in zip(notes.placeholders, ("幻灯片", "备注"), strict=True):
            shape.name = name
        fill(notes.notes_text_frame, said)


def add_tag(slide: Any, top: float) -> None:
    """示例数据 in its frame at the right edge: on every slide of a paper made of a sample."""
    colour = palette().doubtful
    text = (paragraph(SAMPLE, LEAST, colour, bold=True),)
    tag = add_text(slide, SAMPLE, Frame(_TAG_LEFT, top, 1.2, 0.36), text, align="center", anchor="middle")
    tag.text_frame.auto_size = MSO_AUTO_SIZE.NONE
    tag.line.color.rgb, tag.line.width = colour_of(colour), Pt(1)
