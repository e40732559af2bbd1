"""The annex: the very numbers as CSV and as a workbook, read back by other readers than those that wrote them."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from scorecard.assessment.number_format import half_up
from scorecard.briefing.paper import model as manifest
from scorecard.briefing.paper.model import IndicatorLine, Paper
from scorecard.briefing.xlsx import workbook as xlsx
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.office import READ_UTF8, SHOWN, converted
from tests.support.papers import HOSTILE, paper

HEAD = 3  # the row of the header: title and provenance stand above it


@pytest.fixture(scope="module")
def given(sample: DataDir, catalog: Catalog) -> Paper:
    return paper(sample, catalog)


@pytest.fixture(scope="module")
def book(given: Paper) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.write_xlsx(given)))


@pytest.fixture(scope="module")
def rows(given: Paper) -> list[dict[str, str]]:
    text = xlsx.write_csv_annex(given).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    return read[: len(given.lines)]


def cells(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows below the header by the header's names."""
    names = [str(cell.value) for cell in sheet[HEAD]]
    return [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=HEAD + 1)]


def shown(cell: Any) -> str:
    """A number as its format says it, by hand: thousands, decimals, the quoted unit."""
    form = re.fullmatch(r'#,##0(?:\.(0+))?"([^"]*)"', cell.number_format)
    assert form, cell.number_format
    return half_up(Fraction(str(cell.value)), len(form[1] or "")) + form[2]


# --- CSV ----------------------------------------------------------------------------------------------------------


def test_the_csv_opens_right_in_excel_and_wps(given: Paper) -> None:
    content = xlsx.write_csv_annex(given)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n") > len(given.lines)


def test_the_csv_has_a_row_for_each_indicator_with_the_words_and_numbers_of_the_paper(
    given: Paper, rows: list[dict[str, str]]
) -> None:
    for line, row in zip(given.lines, rows, strict=True):
        assert (row["数值"], row["评价"], row["单位"]) == (line.value, line.word, line.unit)
        assert row["指标"] == (f"'{line.name}" if line.name[0] in "=+-@" else line.name)
        assert row["目标"] == line.target
        assert (row["报告期"], row["所选报告期情况"]) == (line.period, line.so_far)
        assert Decimal(row["基数"]) == line.base
        for column, exact in (("精确值", line.exact), ("目标下限", line.lower), ("目标上限", line.upper)):
            assert (row[column] == "") == (exact is None)
            if exact is not None:
                assert float(row[column]) == pytest.approx(float(exact), rel=1e-14)
        for column, half in (("分子（原始计量）", line.numerator), ("分母（原始计量）", line.denominator)):
            assert (Decimal(row[column]) if row[column] else None) == half


def test_an_exact_number_has_no_more_than_the_digits_a_spreadsheet_keeps_and_no_power_of_ten(given: Paper) -> None:
    large, small = Fraction(10**17, 3), Fraction(1, 10**9)
    lines = [replace(given.lines[0], exact=exact) for exact in (large, small)]
    text = xlsx.write_csv_annex(replace(given, lines=tuple(lines))).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline="")))[:2]
    assert all(set(row["精确值"]) <= set("0123456789.") for row in read)
    assert float(read[0]["精确值"]) == pytest.approx(float(large), rel=1e-14)


def test_no_cell_of_the_csv_is_taken_for_a_date_a_number_in_powers_of_ten_or_a_formula(given: Paper) -> None:
    tricky = tuple(replace(given.lines[0], name=name, basis=name, halves="3 / 8", departments=name) for name in HOSTILE)
    version = replace(given.manifest, version="12345678901e4567")
    read = list(
        csv.reader(
            io.StringIO(
                xlsx.write_csv_annex(replace(given, lines=tricky, manifest=version)).decode("utf-8-sig"), newline=""
            )
        )
    )
    every = [cell for row in read for cell in row]
    assert [cell for cell in every if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))] == []
    assert [cell for cell in every if re.fullmatch(r"\s*\d+\s*/\s*\d+\s*", cell)] == []
    assert [cell for cell in every if re.fullmatch(r"\d+[eE]\d+", cell)] == []
    assert "分子/分母 3 / 8" in every
    assert "版本 12345678901e4567" in every


def test_the_csv_ends_with_its_provenance_and_its_number(given: Paper) -> None:
    text = xlsx.write_csv_annex(given).decode("utf-8-sig")
    tail = [row[0] for row in csv.reader(io.StringIO(text, newline="")) if len(row) == 1]
    assert tail[-len(given.provenance) :] == list(given.provenance)
    assert any("示例数据" in line for line in tail)


def test_the_same_paper_gives_the_same_bytes_of_both(given: Paper) -> None:
    assert xlsx.write_csv_annex(given) == xlsx.write_csv_annex(given)
    assert xlsx.write_xlsx(given) == xlsx.write_xlsx(given)


# --- workbook -----------------------------------------------------------------------------------------------------


def test_nothing_in_the_workbook_is_a_formula_or_a_link_and_hostile_names_are_text(
    given: Paper, book: openpyxl.Workbook
) -> None:
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in every} == {"s", "n"}
    assert [cell for cell in every if cell.hyperlink] == []
    hostile = replace(given.lines[0], name="=1+1", departments="http://x/y", measures="@SUM(A1)", basis="1e5")
    other = openpyxl.load_workbook(io.BytesIO(xlsx.write_xlsx(replace(given, lines=(hostile,)))))
    row = cells(other["指标"])[0]
    for column, text in (("指标", "=1+1"), ("责任部门", "http://x/y"), ("配套措施", "@SUM(A1)"), ("目标依据", "1e5")):
        assert (row[column].value, row[column].data_type, row[column].hyperlink) == (text, "s", None)


def test_every_number_of_the_workbook_shows_the_digits_of_the_page(given: Paper, book: openpyxl.Workbook) -> None:
    counted = 0
    for line, row in zip(given.lines, cells(book["指标"]), strict=True):
        assert row["数值"].value == line.value
        if line.exact is None:
            assert row["精确值"].value is None
        else:
            counted += 1
            assert row["精确值"].value == pytest.approx(float(line.exact), rel=1e-14)
            assert shown(row["精确值"]) == line.value
    assert counted >= 8


def test_a_value_that_may_not_be_shown_has_a_count_and_no_number(given: Paper, book: openpyxl.Workbook) -> None:
    withheld = {line.id: line for line in given.lines if line.exact is None}
    assert {line.word for line in withheld.values()} >= {"样本不足"}
    found = [row for row in cells(book["指标"]) if row["指标编号"].value in withheld]
    assert len(found) == len(withheld)
    assert all(row["精确值"].value is None for row in found)
    few = {name for name, line in withheld.items() if line.word == "样本不足"}
    for row in found:  # so many cases where there are too few, and nothing where there is no value
        name = str(row["指标编号"].value)
        assert row["数值"].value == (f"{withheld[name].base}件" if name in few else "—"), name


def test_the_trends_have_every_period_of_every_figure_with_the_digits_and_bounds_of_the_page(
    given: Paper, book: openpyxl.Workbook
) -> None:
    points = [(figure, point) for figure in given.figures for point in figure.trend.points]
    hidden = 0
    for (figure, point), row in zip(points, cells(book["走势"]), strict=True):
        assert (row["指标"].value, row["报告期"].value) == (figure.line.name, point.label)
        assert (row["数值"].value, row["目标"].value) == (point.text, point.target)
        assert str(row["评价"].value).endswith(f" {point.verdict.word}")
        if point.exact is None:
            hidden += 1
            assert row["精确值"].value is None
        else:
            assert shown(row["精确值"]) == point.text
        for column, limit in (("目标下限", point.lower), ("目标上限", point.upper)):
            assert row[column].value == (None if limit is None else pytest.approx(limit, abs=5e-5))
    assert hidden > 0


def test_the_definitions_are_those_of_the_catalogue(given: Paper, book: openpyxl.Workbook, catalog: Catalog) -> None:
    for entry, row in zip(given.definitions, cells(book["口径"]), strict=True):
        chosen = catalog.indicators[str(row["指标编号"].value)]
        assert row["定义"].value == chosen.definition
        assert str(row["口径"].value).split("\n") == list(entry.formula)


def test_the_manifest_inside_the_workbook_is_read_back_whole_and_no_sheet_shows_it(
    given: Paper, book: openpyxl.Workbook
) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx.write_xlsx(given))) as parts:
        inside = ElementTree.fromstring(parts.read("customXml/item1.xml"))
        assert b"customXml/item1.xml" in parts.read("xl/_rels/workbook.xml.rels")
    assert manifest.parse(inside.text or "") == given.manifest
    shown = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert sum(given.manifest.id in text for text in shown) == len(book.worksheets)
    assert not [text for text in shown if re.search(r"[0-9a-f]{64}", text)]
    assert book.properties.creator == given.manifest.made_by
    assert book.properties.created == datetime(2026, 11, 9, 1, 30)


def test_the_summary_stands_first_with_every_miss_and_counts_that_add_up(given: Paper, book: openpyxl.Workbook) -> None:
    rows = [[cell.value for cell in row] for row in book["概览"].iter_rows()]
    heads = [row[0] for row in rows]
    (total,) = (row for row in rows if row[0] == "合计")
    assert [number for number in total if isinstance(number, int)][-1] == len(given.lines)
    missed = [line for line in given.lines if line.word == "未达标"]
    assert missed
    assert {line.name for line in missed} <= set(heads)
    counted = next(row for row in rows if row[0] == "▼ 未达标")
    assert [number for number in counted if isinstance(number, int)][-1] == len(missed)


def test_every_sheet_says_where_it_comes_from_stays_readable_when_moved_and_prints_on_a4(
    given: Paper, book: openpyxl.Workbook
) -> None:
    assert book.sheetnames == ["概览", "指标", "走势", "口径"]
    for sheet in book:
        assert given.title in str(sheet["A1"].value)
        assert "示例数据" in str(sheet["A2"].value)
        assert sheet.print_area
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize or 0)) == ("landscape", 9)
        assert sheet.page_setup.fitToHeight == 0
        assert "示例数据" in str(sheet.oddFooter.left.text)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == f"B{HEAD + 1}"
        assert f"${HEAD}:${HEAD}" in str(sheet.print_title_rows)
        names = [str(cell.value) for cell in sheet[HEAD]]
        assert names[0] == "指标"
        assert "指标编号" in names[-2:]


def test_a_text_longer_than_a_cell_is_cut_where_a_reader_sees_it_and_control_characters_do_no_harm(
    given: Paper,
) -> None:
    line = replace(given.lines[0], reason="长" * 40_000, departments="立案\x00庭\x1b\ud800")
    row = cells(openpyxl.load_workbook(io.BytesIO(xlsx.write_xlsx(replace(given, lines=(line,)))))["指标"])[0]
    assert str(row["评价说明"].value).endswith("（超出单元格容量，全文见其他格式）")
    assert len(str(row["评价说明"].value)) == 32_767
    assert row["责任部门"].value == "立案庭"


@pytest.mark.browser
def test_another_office_program_shows_the_digits_of_the_page_in_every_sheet(given: Paper, tmp_path: Path) -> None:
    found = {file.stem.split("-")[-1]: file for file in converted(tmp_path, "p.xlsx", xlsx.write_xlsx(given), SHOWN)}
    assert set(found) == {"概览", "指标", "走势", "口径"}

    def read(name: str) -> list[Mapping[str, str]]:
        lines = list(csv.reader(io.StringIO(found[name].read_text(encoding="utf-8"), newline="")))
        return [dict(zip(lines[HEAD - 1], line, strict=True)) for line in lines[HEAD:]]

    def agree(line: IndicatorLine | None, row: Mapping[str, str]) -> bool:
        return row["精确值"] in (row["数值"], "") and (line is None or row["数值"] == line.value)

    assert all(agree(line, row) for line, row in zip(given.lines, read("指标"), strict=True))
    trends = read("走势")
    assert all(agree(None, row) for row in trends)
    assert sum(row["精确值"] != "" for row in trends) > len(trends) / 2


@pytest.mark.browser
def test_another_office_program_opens_the_csv_with_every_value_as_the_page_has_it(given: Paper, tmp_path: Path) -> None:
    (sheet,) = converted(tmp_path, "annex.csv", xlsx.write_csv_annex(given), "xlsx", READ_UTF8)
    rows = list(openpyxl.load_workbook(sheet).active.iter_rows(values_only=True))
    names = [str(name) for name in rows[0]]
    for line, row in zip(given.lines, rows[1:], strict=False):
        read = dict(zip(names, row, strict=True))
        assert read["指标编号"] == line.id
        if line.exact is not None:
            assert float(str(read["精确值"])) == pytest.approx(float(line.exact), rel=1e-12)
        assert isinstance(read["分子/分母"], str | None)
