"""The paper as a Word file: read back by python-docx, by its XML, and by LibreOffice as a PDF."""

import io
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx as word
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph as Read
from lxml import etree
from PIL import Image

from scorecard.assessment.verdict import WORDS
from scorecard.briefing.docx import document as docx
from scorecard.briefing.layout.column_widths import widths
from scorecard.briefing.paper.model import (
    Beside,
    Block,
    Figure,
    Heading,
    Paper,
    PaperColumn,
    PaperTable as Given,
    Paragraph,
)
from scorecard.catalog.definitions import Catalog
from scorecard.charts.theme import MASTHEAD, mark, palette
from scorecard.narrative.provenance import SAMPLE
from scorecard.storage.data_dir import DataDir
from tests.support.office import converted, words
from tests.support.papers import HOSTILE, composed, laid_out, paper

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FULL = "满" * 28 * 60  # a paragraph that fills two pages and a half


@pytest.fixture(scope="module")
def given(sample: DataDir, catalog: Catalog) -> Paper:
    return laid_out(paper(sample, catalog))


@pytest.fixture(scope="module")
def content(given: Paper) -> bytes:
    return docx.write_docx(given)


@pytest.fixture(scope="module")
def read(content: bytes) -> Document:
    return word.Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(table: Table) -> list[list[str]]:
    """The text of each row, read from the XML: python-docx's own way is slow on long tables."""
    return [
        ["\n".join(Read(one, table).text for one in cell.findall(qn("w:p"))) for cell in row.tc_lst]
        for row in table._tbl.tr_lst
    ]


def titled(read: Document, title: str) -> Table:
    """The table that follows the paragraph of this text."""
    body = list(read.element.body)
    at = next(n for n, one in enumerate(body) if one.tag == qn("w:p") and Read(one, read).text == title)
    assert body[at + 1].tag == qn("w:tbl"), title
    return Table(body[at + 1], read)


def everywhere(read: Document) -> list[Read]:
    """Every paragraph, those in cells too, in their order."""
    return [Read(one, read) for one in read.element.body.iter(qn("w:p"))]


def said(read: Document, style: str) -> list[str]:
    return [one.text for one in read.paragraphs if one.style.name == style]


def east_asian(style: Any) -> str:
    return style.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))


# --- page and faces ------------------------------------------------------------------------------------------------


def test_the_page_is_a4_with_the_margins_and_the_grid_of_the_standard(read: Document) -> None:
    section = read.sections[0]
    assert len(read.sections) == 1
    to_mm = [round(side.mm) for side in (section.page_width, section.page_height)]
    assert to_mm == [210, 297]
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(side.mm, 1) for side in margins] == [37.0, 28.0, 26.0, 35.0]
    grid = read.element.body.sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    lines = int(grid.get(qn("w:linePitch"))) / 20
    assert 22 * lines <= Mm(225).pt < 23 * lines
    body = read.styles["Body Text"]
    assert body.base_style.paragraph_format.line_spacing == Pt(lines)
    assert body.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_each_kind_of_text_has_the_face_and_the_size_of_the_standard(read: Document) -> None:
    wanted = {
        "Normal": ("仿宋_GB2312", 16),
        "Title": ("方正小标宋简体", 22),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16),
        "编者按": ("楷体_GB2312", 16),
        "表格文字": ("仿宋_GB2312", 10.5),
        "密表文字": ("仿宋_GB2312", 9),
        "Footer": ("宋体", 14),
    }
    found = {name: (east_asian(read.styles[name]), read.styles[name].font.size.pt) for name in wanted}
    assert found == wanted
    used = {run.get(f"{W}eastAsia") for run in read.element.iter(f"{W}rFonts")} - {None}
    assert used <= {"黑体"}, "a run names a face of its own only where two stand in one line"


def test_every_face_leads_to_others_where_it_is_not_installed(read: Document, parts: dict[str, bytes]) -> None:
    table = etree.fromstring(parts["word/fontTable.xml"])
    others = {
        font.get(f"{W}name"): font.find(f"{W}altName").get(f"{W}val").split(",")
        for font in table
        if font.find(f"{W}altName") is not None
    }
    named = {fonts.get(f"{W}eastAsia") for fonts in read.styles.element.iter(f"{W}rFonts")}
    assert named == set(others)
    assert {"仿宋", "FangSong", "Noto Serif SC"} <= set(others["仿宋_GB2312"])
    assert {"SimHei", "Noto Sans SC"} <= set(others["黑体"])


def test_red_is_the_masthead_and_nothing_else(read: Document) -> None:
    red = "C9151E"
    colours = [one.get(f"{W}val") for one in read.element.iter(f"{W}color")]
    assert red not in {str(one).upper() for one in colours}
    styled = {
        style.name
        for style in read.styles
        for one in style.element.iter()
        if red in {str(one.get(f"{W}val")).upper(), str(one.get(f"{W}color")).upper()}
    }
    assert styled == {"版头名称", "版头署名"}


def test_the_template_has_the_colours_of_the_theme_and_no_others(read: Document) -> None:
    said = {
        str(value).upper()
        for one in read.styles.element.iter()
        for name, value in one.attrib.items()
        if name == f"{W}color" or (one.tag == f"{W}color" and name == f"{W}val")
    }
    assert said == {"AUTO", *(colour.removeprefix("#").upper() for colour in (MASTHEAD, palette().grey))}


def test_the_masthead_says_name_issue_issuer_date_and_that_the_data_are_a_sample(given: Paper, read: Document) -> None:
    top = [(one.style.name, one.text) for one in read.paragraphs[:6]]
    assert top == [
        ("版头名称", given.masthead),
        ("版头期号", given.issue),
        ("版头署名", f"{given.issuer}\t{given.date}"),
        ("Title", given.title),
        ("Subtitle", given.subtitle),
        ("编者按", f"编者按：{given.note}"),
    ]


def test_a_long_name_and_a_long_title_stay_in_one_line(given: Paper) -> None:
    long = replace(given, masthead="济南市钢城区人民法院营商环境工作简报", issuer="法" * 26, title="题" * 22, blocks=())
    first = word.Document(io.BytesIO(docx.write_docx(long))).paragraphs
    sizes = {one.style.name: one.runs[0].font.size.pt for one in first[:5] if one.runs[0].font.size}
    room = Mm(156).pt
    assert 24 <= sizes["版头名称"] <= room / 18
    assert sizes["Title"] <= room / 22
    assert sizes["版头署名"] <= room / (26 + 7 + 2)


def test_a_title_of_two_lines_ends_the_first_after_the_period(given: Paper) -> None:
    for title, shown in (
        (
            "济南市钢城区人民法院2026年1—10月法治化营商环境建设情况",
            "济南市钢城区人民法院2026年1—10月\n法治化营商环境建设情况",
        ),
        ("2026年三季度" + "题" * 18, "2026年三季度\n" + "题" * 18),
        ("题" * 24, "题" * 24),
        ("2026年" + "题" * 60, "2026年" + "题" * 60),
    ):
        read = word.Document(io.BytesIO(docx.write_docx(replace(given, title=title, blocks=()))))
        assert said(read, "Title") == [shown]


def test_real_data_carry_no_word_of_a_sample(given: Paper) -> None:
    real = replace(given, sample=False, provenance=given.provenance[:1], blocks=(), lines=())
    read = word.Document(io.BytesIO(docx.write_docx(real)))
    assert SAMPLE not in [one.text for one in read.paragraphs]
    assert [one.text for one in read.sections[0].header.paragraphs] == [""]


def test_every_page_has_its_number_outside_its_provenance_and_the_mark_of_a_sample(
    given: Paper, read: Document, parts: dict[str, bytes]
) -> None:
    assert read.settings.odd_and_even_pages_header_footer
    section = read.sections[0]
    for head in (section.header, section.even_page_header):
        assert [one.text for one in head.paragraphs] == [SAMPLE]
    sides = {}
    for name, foot in (("odd", section.footer), ("even", section.even_page_footer)):
        number, *below = foot.paragraphs
        sides[name] = number.alignment
        assert [one.get(f"{W}instr").strip() for one in number._p.iter(f"{W}fldSimple")] == ["PAGE"]
        assert "".join(one.text for one in number._p.iter(f"{W}t")) == "— 1 —"
        assert tuple(one.text for one in below) == given.provenance
    assert sides == {"odd": WD_ALIGN_PARAGRAPH.RIGHT, "even": WD_ALIGN_PARAGRAPH.LEFT}


def test_the_number_of_a_page_stands_7_mm_under_the_text_however_long_its_provenance_is(given: Paper) -> None:
    for provenance, height in ((given.provenance, 18 + 2 * 12), (("数据截至" * 20, "法院"), 18 + 3 * 12)):
        made = replace(given, provenance=provenance, blocks=(), lines=(), definitions=())
        section = word.Document(io.BytesIO(docx.write_docx(made))).sections[0]
        assert abs(35 - section.footer_distance.mm - Pt(height).mm - 7) < 0.1


# --- text, tables, figures -----------------------------------------------------------------------------------------


def test_headings_are_headings_and_paragraphs_are_text(given: Paper, read: Document) -> None:
    for level in (1, 2):
        wanted = [block.text for block in given.blocks if isinstance(block, Heading) and block.level == level]
        assert said(read, f"Heading {level}") == wanted
        style = read.styles[f"Heading {level}"]
        assert style.element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == str(level - 1)
        assert style.paragraph_format.keep_with_next
    assert said(read, "Body Text") == [block.text for block in given.blocks if isinstance(block, Paragraph)]
    (beside,) = (block for block in given.blocks if isinstance(block, Beside))
    lead = next(one for one in everywhere(read) if one.text == f"三、当月。{beside.texts[0].text}")
    assert [one.text for one in lead.runs if one._r.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"] == ["三、当月。"]


def test_the_colophon_is_a_frame_at_the_foot_of_the_last_page_and_the_export_one_line(
    given: Paper, read: Document
) -> None:
    *_, audience, issuer, last = read.paragraphs
    assert (audience.text, issuer.text) == (f"主送：{given.audience}", f"{given.issuer}\t{given.date}印发")
    for one in (audience, issuer):
        frame = one._p.pPr.find(qn("w:framePr"))
        assert (frame.get(qn("w:vAnchor")), frame.get(qn("w:yAlign"))) == ("margin", "bottom")
    assert last.text == ""
    feet = [foot.text for section in read.sections for foot in section.footer.paragraphs]
    assert feet[-len(given.provenance) :] == list(given.provenance)
    for bare in (replace(given, brief=True), replace(given, masthead="", issue="附件1")):
        texts = [one.text for one in word.Document(io.BytesIO(docx.write_docx(bare))).paragraphs]
        assert not [text for text in texts if text.startswith("主送")]


def test_numbers_of_captions_are_words_own_fields_and_say_the_paper_s_numbers(given: Paper, read: Document) -> None:
    captions = [one for one in everywhere(read) if one.style.name in ("caption", "Caption", "图题")]
    assert len(captions) == len(given.figures) + sum(isinstance(block, Given) for block in given.blocks)
    for one in captions:
        (asked,) = one._p.iter(f"{W}instrText")
        kind, number = re.match(r"(图|表)(\d+)", one.text).groups()
        assert asked.text.split() == ["SEQ", kind, "\\*", "ARABIC"]
        kinds = [field.get(f"{W}fldCharType") for field in one._p.iter(f"{W}fldChar")]
        assert kinds == ["begin", "separate", "end"]
        assert [run.text for run in one.runs if run.text == number] == [number], "shown until Word counts"


def test_a_sheet_may_be_turned_and_a_brief_paper_is_set_closer(given: Paper, read: Document) -> None:
    turned = word.Document(io.BytesIO(docx.write_docx(replace(given, landscape=True, mark="内部资料"))))
    section = turned.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [297, 210]
    sides = (section.page_width, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side] == [297, 37, 35]
    assert [sum(int(one.get(f"{W}w")) for one in table._tbl.tblGrid) for table in turned.tables] == [12758] * len(
        turned.tables
    )
    assert [one.text for one in section.header.paragraphs] == [f"内部资料　{SAMPLE}"]
    brief = word.Document(io.BytesIO(docx.write_docx(replace(given, brief=True))))
    for name in ("Body Text", "Title", "表格文字"):
        assert brief.styles[name].font.size < read.styles[name].font.size


def in_order(block: Block) -> list[str]:
    """The paragraphs a block becomes, each its text; a table stands between its title and its note."""
    match block:
        case Heading(text, _):
            return [text]
        case Paragraph(text):
            return [part for part in f"{block.lead}{text}".splitlines() if part.strip()]
        case Given():
            return [block.title, block.note]
        case Figure():
            return [block.caption, block.trend.reading, *block.trend.notes]
        case _:
            return []


@pytest.mark.parametrize("template", ["information", "department", "meeting"])
def test_a_paper_of_a_template_says_all_its_blocks_in_their_order(sample: DataDir, template: str) -> None:
    made = composed(sample, template)
    read = word.Document(io.BytesIO(docx.write_docx(made)))
    texts = [one.text.replace("\n（", "（") for one in read.paragraphs if one.text and one.style.name != "图"]
    wanted = [text for block in made.blocks for text in in_order(block) if text]
    start = texts.index(wanted[0])
    assert texts[start : start + len(wanted)] == wanted
    held = [cells(table) for table in read.tables if table.style.name == "表格"]
    given = [block for block in made.blocks if isinstance(block, Given)]
    for block, rows in zip(given, held, strict=True):
        plain = [[re.sub("^[▲▼◆○] ", "", cell.replace("\n（", "（")) for cell in row] for row in rows[1:]]
        assert plain == [[cell.replace("\n（", "（") for cell in row] for row in block.rows], block.title


def test_a_paragraph_of_several_lines_becomes_paragraphs(given: Paper) -> None:
    text = "第一段。\n第二段。\n\n第三段。"
    read = word.Document(io.BytesIO(docx.write_docx(replace(given, blocks=(Paragraph(text),), note=text))))
    assert said(read, "Body Text") == ["第一段。", "第二段。", "第三段。"]
    assert said(read, "编者按") == ["编者按：第一段。", "第二段。", "第三段。"]


def test_tables_hold_every_cell_to_the_digit_with_a_sign_before_each_verdict(given: Paper, read: Document) -> None:
    tables = [block for block in given.blocks if isinstance(block, Given)]
    assert max(len(table.rows) for table in tables) >= 60
    for wanted in tables:
        head, *rows = cells(titled(read, wanted.title))
        assert head == [column.name for column in wanted.columns]
        drawn = {at for at, column in enumerate(wanted.columns) if column.drawn}
        shown = [
            [
                f"{mark(cell).symbol} {cell}" if cell in WORDS else cell * (at not in drawn)
                for at, cell in enumerate(row)
            ]
            for row in wanted.rows
            if not drawn or row is not wanted.rows[-1]
        ]
        rows = [[cell.replace("\n（", "（") for cell in row] for row in rows][: len(shown)]
        assert rows == shown
        assert wanted.note in said(read, "表注")


def test_a_verdict_has_its_colour_and_numbers_stand_to_the_right(given: Paper, read: Document) -> None:
    wanted = next(block for block in given.blocks if isinstance(block, Given) and len(block.rows) >= 60)
    table = titled(read, wanted.title)
    word_at = next(n for n, cell in enumerate(wanted.rows[0]) if cell in WORDS)
    colours = {palette().met, palette().missed, palette().doubtful, palette().grey}
    found = set()
    for row, shown in zip(wanted.rows, table._tbl.tr_lst[1:], strict=True):
        read_cells = [Read(cell.find(qn("w:p")), table) for cell in shown.tc_lst]
        colour = f"#{read_cells[word_at].runs[0].font.color.rgb}".lower()
        assert colour == mark(row[word_at]).colour
        found.add(colour)
        for column, one in zip(wanted.columns, read_cells, strict=True):
            assert (one.alignment == WD_ALIGN_PARAGRAPH.RIGHT) == column.number, column.name
    assert found == colours


def test_every_table_repeats_its_head_keeps_rows_whole_and_is_as_wide_as_the_text(read: Document) -> None:
    tables = [table for table in read.tables if table.style.name == "表格"]
    assert len(tables) == 3
    for table in tables:
        first, *others = table._tbl.tr_lst
        assert first.find(f".//{W}tblHeader") is not None
        assert [row for row in others if row.find(f".//{W}tblHeader") is not None] == []
        assert all(row.find(f".//{W}cantSplit") is not None for row in (first, *others))
        wide = [int(one.get(f"{W}w")) for one in table._tbl.tblGrid]
        assert sum(wide) == 8844, "156 mm"
        assert min(wide) > 400


def test_the_definitions_stand_at_the_end(given: Paper, read: Document) -> None:
    assert said(read, "附件小标题") == [one.indicator.name for one in given.definitions]
    texts = "\n".join(said(read, "附件文字"))
    for one in given.definitions:
        assert f"定义\t{one.indicator.definition}" in texts
        assert all(line in texts for line in one.formula)
        assert all(source.url in texts for source in one.sources)


def test_pictures_are_300_dpi_at_most_95_mm_high_and_say_in_words_what_they_show(
    given: Paper, read: Document, parts: dict[str, bytes]
) -> None:
    shapes = list(read.inline_shapes)
    sizes = [(round(shape.width.mm), round(shape.height.mm)) for shape in shapes]
    assert sizes == [(156, 62), *[(75, 42)] * 3, *[(22, 6)] * 2]
    for figure, shape in zip(given.figures, shapes, strict=False):
        described = shape._inline.docPr.get("descr")
        for text in (figure.caption, figure.trend.reading, figure.sentence, *figure.trend.provenance):
            assert text in described
    assert [shape._inline.docPr.get("descr") for shape in shapes[4:]] == ["升至目标以上"] * 2
    assert [shape._inline.docPr.get("id") for shape in shapes] == ["1", "2", "3", "4", "5", "6"]
    assert all(shape._inline.get(f"dist{side}") == "0" for shape in shapes for side in "TBLR")
    pixels = {Image.open(io.BytesIO(part)).size for name, part in parts.items() if name.endswith(".png")}
    assert {size[0] for size in pixels} == {round(wide / 25.4 * 300) for wide in (156, 75, 22)}
    assert sum(map(len, parts.values())) < 600_000


def test_a_caption_never_parts_from_its_picture(given: Paper, read: Document) -> None:
    every = everywhere(read)
    drawn = [n for n, one in enumerate(every) if one.style.name == "图"]
    assert read.styles["图"].paragraph_format.keep_with_next
    assert [every[n + 1].text.replace("\n", "") for n in drawn] == [one.caption for one in given.figures]
    for table in (table for table in read.tables if table.style.name != "表格"):
        assert table._tbl.find(f".//{W}cantSplit") is not None


def test_no_line_ends_between_the_sign_of_a_number_and_the_number(given: Paper) -> None:
    text = "（-2.33个百分点），-5件；2026-10-31，A-1"
    read = word.Document(io.BytesIO(docx.write_docx(replace(given, blocks=(Paragraph(text),)))))
    found = next(one for one in read.paragraphs if one.style.name == "Body Text")
    assert found.text == text
    plain = "".join(one.text for one in found._p.iter(f"{W}t"))
    assert plain == text.replace("（-", "（").replace("，-", "，")
    assert len(list(found._p.iter(f"{W}noBreakHyphen"))) == 2


def test_columns_fill_the_width_and_break_no_number(given: Paper) -> None:
    wanted = next(block for block in given.blocks if isinstance(block, Given) and len(block.rows) >= 60)
    wide = widths(wanted.columns, wanted.rows, 9)
    assert sum(wide) == 8844
    for at, column in enumerate(wanted.columns):
        if column.number:
            longest = max(len(row[at]) for row in wanted.rows)
            assert wide[at] >= longest * 0.5 * 9 * 20, column.name
    dated = widths(
        (PaperColumn("期限"), PaperColumn("事项"), PaperColumn("案由")), [("2026-11-03", "长" * 60, "短" * 40)], 10.5
    )
    assert dated[0] >= 10 * 0.5 * 10.5 * 20, "a date stays in one line whatever stands beside it"
    assert sum(dated) == 8844
    skewed = (PaperColumn("甲", 1), PaperColumn("乙", 1))
    rows = (("短", "长" * 80), ("短", "长" * 80))
    left, right = widths(skewed, rows, 10.5)
    assert left < right
    assert left + right == 8844
    assert sum(widths([PaperColumn(str(n), 1, number=True) for n in range(40)], [], 9)) == 8844


# --- what may not be in it -----------------------------------------------------------------------------------------


def test_payloads_in_names_are_text_and_nothing_leads_out_of_the_file(
    given: Paper, read: Document, parts: dict[str, bytes]
) -> None:
    texts = [one.text for one in read.paragraphs]
    hostile = [row[0] for row in cells(titled(read, "表2　名称如实照录"))[1:]]
    assert hostile == list(HOSTILE)
    assert set(HOSTILE) <= set(texts)
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            found = etree.fromstring(part)
            tags = {etree.QName(one).localname for one in found.iter() if isinstance(one.tag, str)}
            assert tags & {"hyperlink", "object", "control", "altChunk", "subDoc"} == set(), name
            assert [one for one in found.iter() if one.get("TargetMode") == "External"] == []
    fields = re.findall(rb'instr="([^"]*)"', b"".join(parts.values()))
    assert {field.strip() for field in fields} == {b"PAGE"}
    asked = re.findall(rb"<w:instrText[^>]*>([^<]*)<", b"".join(parts.values()))
    assert {field.split()[0] for field in asked} == {b"SEQ"}
    assert [name for name in parts if "vba" in name.lower() or name.endswith(".bin")] == []


def test_what_xml_cannot_carry_breaks_no_file(given: Paper) -> None:
    strange = "甲\x00乙\x0b丙\ud800丁\ufffe戊"
    made = replace(given, blocks=(Paragraph(strange), Heading(strange)), title=strange, note=strange)
    read = word.Document(io.BytesIO(docx.write_docx(made)))
    assert "甲乙" in said(read, "Title")[0]


def test_nothing_of_the_library_is_left_and_the_properties_are_the_papers(
    given: Paper, read: Document, parts: dict[str, bytes]
) -> None:
    core = read.core_properties
    made_at = datetime.fromisoformat(given.manifest.made_at).astimezone(UTC)
    assert (core.title, core.author, core.language) == (given.title, given.manifest.made_by, "zh-CN")
    assert core.created.replace(tzinfo=UTC) == core.modified.replace(tzinfo=UTC) == made_at
    assert core.identifier == given.manifest.id
    assert b"python-docx" not in b"".join(parts.values())
    assert [name for name in parts if "thumbnail" in name or "stylesWithEffects" in name] == []
    assert b"en-US" not in parts["word/document.xml"]


def test_the_manifest_lies_in_the_file(given: Paper, parts: dict[str, bytes]) -> None:
    related = etree.fromstring(parts["word/_rels/document.xml.rels"])
    target = next(one.get("Target") for one in related if one.get("Type").endswith("/customXml"))
    kept = etree.fromstring(parts[str(Path("word", target)).replace("word/../", "")])
    assert kept.text == given.manifest.text()
    assert json.loads(kept.text)["version"] == given.manifest.version
    assert not any(digest.encode() in parts["word/document.xml"] for digest in given.manifest.definitions.values())


def test_the_same_paper_gives_the_same_bytes(given: Paper, content: bytes) -> None:
    assert docx.write_docx(given) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# Word repairs or refuses a file whose elements stand in another order than its schema has them.
ORDER = {
    "pPr": "pStyle keepNext keepLines framePr widowControl pBdr tabs snapToGrid spacing ind jc outlineLvl",
    "rPr": "rFonts b color spacing sz szCs lang",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook",
    "tblBorders": "top left bottom right insideH insideV",
    "pBdr": "top left bottom right",
    "tcPr": "tcW vAlign",
    "style": "name basedOn uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
    "font": "altName charset family pitch",
    "settings": "zoom defaultTabStop evenAndOddHeaders characterSpacingControl compat themeFontLang decimalSymbol listSeparator",
    "sectPr": "headerReference footerReference pgSz pgMar cols docGrid",
    "tbl": "tblPr tblGrid tr",
}


def test_elements_stand_in_the_order_of_the_schema(parts: dict[str, bytes]) -> None:
    seen = set()
    for name, part in parts.items():
        if not name.endswith(".xml"):
            continue
        for one in etree.fromstring(part).iter():
            kind = etree.QName(one).localname
            if kind in ORDER and one.tag.startswith(W):
                seen.add(kind)
                order = ORDER[kind].split()
                children = [etree.QName(child).localname for child in one]
                if kind == "sectPr":  # heads and feet may stand in any order among themselves
                    children = [child for child in children if not child.endswith("Reference")]
                places = [order.index(child) for child in children]
                assert places == sorted(places), (name, kind, children)
                assert kind == "tbl" or len(set(children)) == len(children), (name, kind, children)
    assert seen == set(ORDER)


# --- as another program prints it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed(given: Paper, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper with a full paragraph before its figures, as LibreOffice makes a PDF of it."""
    made = replace(given, blocks=(Paragraph(FULL), *given.blocks))
    folder = tmp_path_factory.mktemp("docx")
    return converted(folder, "paper.docx", docx.write_docx(made), "pdf")[0]


def told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()


@pytest.fixture(scope="module")
def pages(printed: Path) -> list[str]:
    """The text of each page in the order it was written, cell by cell, without spaces and breaks."""
    return [re.sub(r"\s", "", page) for page in told("pdftotext", "-raw", str(printed), "-").split("\f")[:-1]]


@pytest.mark.browser
def test_printed_it_is_a4_with_every_value_and_nothing_garbled(given: Paper, printed: Path, pages: list[str]) -> None:
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)", told("pdfinfo", str(printed)))
    whole = "".join(pages)
    for one in given.lines:
        for text in (one.name, one.value):
            assert re.sub(r"\s", "", text) in whole, (one.id, text)
    assert whole.count("<imgsrc=xonerror=1>") == 2  # in a table and as a paragraph
    assert "\ufffd" not in whole
    fonts = told("pdffonts", str(printed)).splitlines()[2:]
    assert fonts
    assert [font for font in fonts if not re.search(r"\byes yes yes\b", font)] == []


@pytest.mark.browser
def test_printed_a_page_has_22_lines_of_28_characters(printed: Path) -> None:
    text = told("pdftotext", "-layout", str(printed), "-").split("\f")
    lines = [[line.strip() for line in page.splitlines() if line.strip(" 满") == "" and line] for page in text]
    full = [[line for line in page if line] for page in lines]
    assert max(len(page) for page in full) == 22
    assert [len(line) for page in full for line in page][:3] == [26, 28, 28]


@pytest.mark.browser
def test_printed_every_page_has_its_number_its_provenance_and_the_mark_of_a_sample(
    given: Paper, pages: list[str]
) -> None:
    for number, page in enumerate(pages, start=1):
        assert f"—{number}—" in page
        assert SAMPLE in page
        for text in given.provenance:
            assert re.sub(r"\s", "", text) in page


@pytest.mark.browser
def test_printed_the_head_of_a_long_table_stands_on_each_of_its_pages(given: Paper, pages: list[str]) -> None:
    wanted = next(block for block in given.blocks if isinstance(block, Given) and len(block.rows) >= 60)
    head = "".join(column.name for column in wanted.columns)
    first = next(n for n, page in enumerate(pages) if re.sub(r"\s", "", wanted.title) in page)
    last = next(n for n, page in enumerate(pages) if re.sub(r"\s", "", wanted.note) in page)
    assert last - first >= 2
    assert [n for n in range(first, last + 1) if head not in pages[n]] == []
    on_them = "".join(pages[first : last + 1])
    assert [row[1] for row in wanted.rows if re.sub(r"\s", "", row[1]) not in on_them] == []


@pytest.mark.browser
def test_printed_each_picture_is_whole_and_its_caption_stands_on_its_page(
    given: Paper, printed: Path, pages: list[str]
) -> None:
    listed = [line.split() for line in told("pdfimages", "-list", str(printed)).splitlines()[2:]]
    drawn = [(int(row[0]), int(row[3]), int(row[12])) for row in listed if row[2] == "image" and int(row[3]) > 500]
    assert {dpi for _, _, dpi in drawn} == {300}
    for (page, _, _), figure in zip(drawn, given.figures, strict=True):
        assert re.sub(r"\s", "", figure.caption) in pages[page - 1]


@pytest.mark.browser
def test_printed_the_colophon_stands_at_the_foot_of_the_last_page(printed: Path) -> None:
    placed = words(printed)
    (at,) = (one for one in placed if one.text.startswith("主送"))
    assert at.page == max(one.page for one in placed)
    assert 297 - 35 - 25 < at.top * 25.4 / 72 < 297 - 35
