"""The paper's slides: native charts with the store's numbers to the digit, read from the last row, nothing of a template left."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Inches

from scorecard.assessment import cards
from scorecard.assessment.number_format import figure_text, prose
from scorecard.briefing.layout.number_formats import bound_digits, rounded, unrounded
from scorecard.briefing.layout.office_package import FACE, packed
from scorecard.briefing.paper import model as manifest
from scorecard.briefing.paper.model import Figure, Paper, PaperColumn, PaperTable, Slide
from scorecard.briefing.pptx import deck as deck_of, presentation as pptx
from scorecard.briefing.pptx.chart import chart_series
from scorecard.briefing.pptx.text import title_lines
from scorecard.calendar import period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.charts.theme import MASTHEAD, palette
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import sentences
from scorecard.narrative.time_axis_notes import AxisNote
from scorecard.records.targets import bounds, effective
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version
from tests.support.office import converted, text_of, words
from tests.support.papers import HOSTILE, line, paper

NAMES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}
MONTHLY = (
    "pre_mediation_success_rate",  # a target and control limits
    "first_enforcement_mean_days",
    "pre_mediation_overdue_rate",  # the last months are under observation
    "arrears_recovered_amount",
    "arrears_total_median_days",  # months without a value
)


@pytest.fixture(scope="module")
def given(sample: DataDir, catalog: Catalog) -> Paper:
    return paper(sample, catalog)


@pytest.fixture(scope="module")
def content(given: Paper) -> bytes:
    return pptx.write_pptx(given)


@pytest.fixture(scope="module")
def deck(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


@pytest.fixture(scope="module")
def monthly(sample: DataDir, catalog: Catalog, given: Paper) -> Paper:
    """Figures at monthly grain: limits, signals, periods that may still move, periods without a value."""
    version = open_version.open_published(sample)
    read = period.parse("month", "2026-10")
    assert read is not None
    found = open_version.card_inputs(version, "month", ALL_DEPARTMENTS, "all", open_version.judged_on(version))
    drawn: list[Figure] = []
    for number, name in enumerate(MONTHLY, 1):
        card = cards.card(found, catalog.indicators[name], read)
        trend = trend_of(version, found, card)
        drawn.append(Figure(number, line(version, found, card, read), trend, sentences.of_indicator(card)))
    return with_slides(given, *(Slide(one.line.name, one, "领域", (one.sentence,)) for one in drawn))


@pytest.fixture(scope="module")
def months(monthly: Paper) -> Any:
    return Presentation(io.BytesIO(pptx.write_pptx(monthly)))


def with_slides(given: Paper, *slides: Slide) -> Paper:
    """The paper with these after its cover."""
    return replace(given, slides=(given.slides[0], *slides))


def made(given: Paper, *slides: Slide) -> Any:
    """The deck of these after the cover."""
    return Presentation(io.BytesIO(pptx.write_pptx(with_slides(given, *slides))))


def figures(given: Paper) -> list[Figure]:
    return [one.body for one in given.slides if isinstance(one.body, Figure)]


def charts(deck: Any) -> list[Any]:
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def numbers(chart: Any) -> dict[str, list[float | None]]:
    """The numbers of each series as its XML holds them."""
    root = ElementTree.fromstring(chart.part.blob)
    found: dict[str, list[float | None]] = {}
    for row in root.iterfind(".//c:ser", NAMES):
        count = int(str(row.find("c:val//c:ptCount", NAMES).get("val")))
        values: list[float | None] = [None] * count
        for point in row.iterfind("c:val//c:pt", NAMES):
            values[int(str(point.get("idx")))] = float(str(point.findtext("c:v", namespaces=NAMES)))
        found[str(row.findtext("c:tx//c:v", namespaces=NAMES))] = values
    return found


def labels(chart: Any) -> list[str]:
    root = ElementTree.fromstring(chart.part.blob)
    return [str(one.text) for one in root.find(".//c:ser", NAMES).iterfind("c:cat//c:v", NAMES)]


def texts(slide: Any) -> list[str]:
    """Every paragraph of a slide, also those in tables."""
    found: list[str] = []
    for shape in slide.shapes:
        frames = [shape.text_frame] if shape.has_text_frame else []
        if shape.has_table:
            frames += [cell.text_frame for row in shape.table.rows for cell in row.cells]
        found += [paragraph.text for frame in frames for paragraph in frame.paragraphs]
    return found


def said(deck: Any) -> str:
    return "\n".join(text.replace("\v", "") for slide in deck.slides for text in texts(slide))


def title(slide: Any) -> str:
    """The title without the break between its lines."""
    return str(slide.shapes.title.text_frame.text).replace("\v", "")


def notes(slide: Any) -> list[str]:
    return [one.text for one in slide.notes_slide.notes_text_frame.paragraphs] if slide.has_notes_slide else []


def on_axis(label: str, grain: str) -> str:
    """The year that all periods of the axis share stands above the chart."""
    return label.partition("年")[2] if grain == "ytd" else label


# --- numbers ------------------------------------------------------------------------------------------------------


def test_a_number_for_a_chart_is_rounded_half_up_to_the_digits_of_the_page() -> None:
    assert rounded(Fraction(108645, 2), "件") == rounded(Fraction(54323), "件")  # 54322.5
    assert (rounded(Fraction(62075, 1000), "%").number, rounded(Fraction(62075, 1000), "%").format) == (
        62.08,
        '#,##0.00"%"',
    )
    assert rounded(Fraction(45), "天").format == '#,##0"天"'
    assert rounded(Fraction(91, 2), "天").format == '#,##0.0"天"'
    assert unrounded(Fraction(200, 3), "%").number == 200 / 3
    assert (bound_digits(Fraction(700, 12), "家").number, bound_digits(Fraction(60), "%").number) == (58.3333, 60.0)


@pytest.mark.parametrize("grain", ["ytd", "month"])
def test_a_chart_holds_the_numbers_of_the_store_to_the_digit_and_a_gap_where_there_is_none(
    sample: DataDir, given: Paper, monthly: Paper, deck: Any, months: Any, grain: Any
) -> None:
    version = open_version.open_published(sample)
    found = open_version.card_inputs(version, grain, ALL_DEPARTMENTS, "all", open_version.judged_on(version))
    shown, source = (deck, given) if grain == "ytd" else (months, monthly)
    drawable = [one for one in figures(source) if any(point.value is not None for point in one.trend.points)]
    assert len(charts(shown)) == len(drawable) > 2
    gaps = 0
    for figure, chart in zip(drawable, charts(shown), strict=True):
        indicator = version.catalog.indicators[figure.line.id]
        readings = found.series[indicator.id]
        if grain == "ytd":  # this year's line, beside the whole of last year's
            readings, before = (
                [one for one in readings if one.period.key.startswith(year)] for year in ("2026", "2025")
            )
            assert len(labels(chart)) == 12 if before else len(readings)
            for reading, number in zip(before, numbers(chart).get("2025年", ()), strict=False):
                assert number is None or Decimal(repr(number)) == Decimal(
                    figure_text(reading.exact, indicator.unit).replace(",", "")
                )
        drawn = numbers(chart)["数值"][: len(readings)]
        assert labels(chart)[: len(readings)] == [on_axis(one.period.label, grain) for one in readings]
        for reading, number in zip(readings, drawn, strict=True):
            needed = 0 if indicator.formula.kind in ("count", "sum") else version.catalog.court.minimum_base
            if reading.exact is None or reading.base < needed:
                gaps += 1
                assert number is None
            else:
                text = figure_text(reading.exact, indicator.unit).replace(",", "")
                assert Decimal(repr(number)) == Decimal(text)
    assert gaps > 0


@pytest.mark.parametrize("grain", ["ytd", "month"])
def test_the_target_lines_are_the_bounds_in_force_in_each_period(
    sample: DataDir, given: Paper, monthly: Paper, deck: Any, months: Any, grain: Any
) -> None:
    version = open_version.open_published(sample)
    shown, source = (deck, given) if grain == "ytd" else (months, monthly)
    drawable = [one for one in figures(source) if any(point.value is not None for point in one.trend.points)]
    seen = 0
    for figure, chart in zip(drawable, charts(shown), strict=True):
        drawn = numbers(chart)
        spans = [period.parse(grain, point.key) for point in figure.trend.points]
        for name, side in (("目标下限", "lower"), ("目标上限", "upper")):
            expected = []
            for span in spans:
                target = effective(version.targets, figure.line.id, span)
                limits = bounds(target, span) if target else None
                limit = getattr(limits, side) if limits else None
                expected.append(None if limit is None else pytest.approx(float(limit), abs=5e-5))
            assert drawn.get(name, [None] * len(spans))[: len(spans)] == expected
            seen += name in drawn
    assert seen >= 3


def test_the_sheet_inside_a_chart_has_the_same_numbers_in_chinese_and_no_formula(deck: Any) -> None:
    for chart in charts(deck):
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        (sheet,) = book.worksheets
        assert sheet.title == "数据"
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s", "n"}
        assert [cell.value for cell in sheet["A"][1:]] == labels(chart)
        for column, (name, values) in zip(list(sheet.iter_cols(min_col=2)), numbers(chart).items(), strict=True):
            assert column[0].value == name
            assert [cell.value for cell in column[1:]] == values
        references = [one.text for one in ElementTree.fromstring(chart.part.blob).iterfind(".//c:f", NAMES)]
        assert references and all(str(one).startswith("数据!$") for one in references)


def test_a_period_that_may_still_move_is_hollow_dotted_and_named_on_its_slide(monthly: Paper, months: Any) -> None:
    figure = next(one for one in figures(monthly) if one.line.id == "pre_mediation_overdue_rate")
    open_ones = [point for point in figure.trend.points if not point.settled and point.exact is not None]
    assert open_ones
    slide = next(one for one in months.slides if one.shapes.title.text_frame.text == figure.line.name)
    (chart,) = [shape.chart for shape in slide.shapes if shape.has_chart]
    root = ElementTree.fromstring(chart.part.blob)
    styled = {
        int(str(point.find("c:idx", NAMES).get("val"))): point
        for point in root.find(".//c:ser", NAMES).iterfind("c:dPt", NAMES)
    }
    for at, point in enumerate(figure.trend.points):
        if point in open_ones:
            inside = styled[at].find("c:marker/c:spPr/a:solidFill/a:srgbClr", NAMES).get("val")
            assert f"#{inside.lower()}" == palette().paper
            assert styled[at].find("c:spPr/a:ln/a:prstDash", NAMES).get("val") == "sysDot"
    assert any("空心点、虚线段的数值还会变化" in text for text in texts(slide))


def test_every_missed_point_has_its_sign_as_a_row_of_the_chart(monthly: Paper, months: Any) -> None:
    figure = next(one for one in figures(monthly) if any(point.word == "未达标" for point in one.trend.points))
    plain = replace(figure, trend=replace(figure.trend, control=None))
    (chart,) = charts(made(monthly, Slide("未达标", plain)))
    expected = [
        float(figure_text(point.exact, figure.line.unit).replace(",", ""))
        if point.exact is not None and point.word == "未达标"
        else None
        for point in figure.trend.points
    ]
    assert numbers(chart)["未达标"] == expected
    row = ElementTree.fromstring(chart.part.blob).findall(".//c:ser", NAMES)[-1]
    (format_of,) = row.iterfind("c:dLbls/c:numFmt", NAMES)
    assert format_of.get("formatCode") == '"▼"'


def test_mean_and_limits_of_a_monthly_figure_are_lines_of_the_chart_named_with_their_values(
    monthly: Paper, months: Any
) -> None:
    figure = next(one for one in figures(monthly) if one.line.id == "pre_mediation_success_rate")
    control = figure.trend.control
    assert control is not None and control.limits is not None
    (mean,) = [(name, values) for name, values in numbers(charts(months)[0]).items() if name.startswith("均值")]
    assert mean[0] == f"均值 {figure_text(control.limits.mean, '%')}%"
    drawn = [value for value in mean[1] if value is not None]
    assert drawn == pytest.approx([float(control.limits.mean)] * len(drawn), abs=5e-5)


def test_what_is_drawn_of_a_yearly_target_is_named_as_the_part_that_is_due(given: Paper) -> None:
    trend = figures(given)[0].trend
    yearly = replace(trend, points=tuple(replace(point, target="全年≥120家（上级）") for point in trend.points))
    assert [one.name for one in chart_series(trend)] == ["数值", "目标下限", "2025年"]
    assert [one.name for one in chart_series(yearly)] == ["数值", "进度目标下限", "2025年"]


def test_a_line_stops_where_the_definition_or_the_target_changed_and_the_slide_says_why(given: Paper) -> None:
    figure = figures(given)[0]
    points = [
        replace(point, target="≥50%（上级）") if at < 8 else point for at, point in enumerate(figure.trend.points)
    ]
    mark = AxisNote("①", 5, before=True, breaks=True, note="口径调整，前后不可直接相比")
    trend = replace(figure.trend, points=tuple(points), marks=(mark,))
    shown = made(given, Slide("断开", replace(figure, trend=trend), notes=("① 口径调整，前后不可直接相比",)))
    (chart,) = charts(shown)
    cut = {
        str(row.findtext("c:tx//c:v", namespaces=NAMES)): [
            int(str(point.find("c:idx", NAMES).get("val")))
            for point in row.iterfind("c:dPt", NAMES)
            if point.find("c:spPr/a:ln/a:noFill", NAMES) is not None
        ]
        for row in ElementTree.fromstring(chart.part.blob).iterfind(".//c:ser", NAMES)
    }
    assert cut == {"数值": [5], "目标下限": [8], "2025年": []}
    assert "断线处口径、目标或基准有变，见备注" in said(shown)
    assert notes(shown.slides[1]) == ["① 口径调整，前后不可直接相比"]


def test_the_axis_holds_every_settled_number_and_begins_and_ends_on_a_mark(
    given: Paper, monthly: Paper, deck: Any, months: Any
) -> None:
    for source, shown in ((given, deck), (monthly, months)):
        for figure, chart in zip(figures(source), charts(shown), strict=True):
            axis = chart.value_axis
            drawn = [
                number
                for point in figure.trend.points
                for number in (point.value if point.settled else None, point.lower, point.upper)
                if number is not None
            ]
            assert axis.minimum_scale <= min(drawn)
            assert axis.maximum_scale >= max(drawn)
            for end in (axis.minimum_scale, axis.maximum_scale):
                assert end / axis.major_unit == pytest.approx(round(end / axis.major_unit), abs=1e-9)


# --- what stands on the slides ------------------------------------------------------------------------------------


def test_every_slide_has_a_title_its_provenance_its_number_and_says_that_it_is_a_sample(
    given: Paper, deck: Any
) -> None:
    """The version stands below a chart as people read it out, and whole on every other slide."""
    version = given.manifest.version
    drawn = 0
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text.strip()
        said_here = texts(slide)
        chart = any(shape.has_chart for shape in slide.shapes)
        named = {word for text in said_here if "数据截至" in text for word in re.findall(r"版本 (\w+)", text)}
        assert named == {version[:8] if chart else version}
        drawn += chart
        assert "示例数据" in said_here
        (field,) = slide.slide_layout.shapes._spTree.findall(f".//{{{NAMES['a']}}}fld")
        assert field.get("type") == "slidenum"
    assert 0 < drawn < len(deck.slides)


def test_a_paper_of_real_data_has_no_sample_tag(given: Paper) -> None:
    shown = made(replace(given, sample=False, provenance=("数据版本 1",)), Slide("一", ("甲",)))
    assert all(shape.name != "示例数据" for slide in shown.slides for shape in slide.shapes)


def test_titles_bodies_and_notes_stand_on_their_slides_in_the_order_of_the_paper(given: Paper, deck: Any) -> None:
    cover, *rest = deck.slides
    assert (title(cover), len(rest)) == (given.title, len(given.slides) - 1)
    assert given.slides[0].title in texts(cover)
    for slide, shown in zip(given.slides[1:], rest, strict=True):
        assert title(shown) == slide.title
        assert [*slide.notes] == notes(shown)
        match slide.body:
            case Figure(line=line):
                here = "\n".join(texts(shown))
                for text in (line.word, line.period, line.value, line.halves, line.target, line.departments):
                    assert text in here
                (chart,) = [shape for shape in shown.shapes if shape.has_chart]
                described = chart._element.nvGraphicFramePr.cNvPr.get("descr")
                assert slide.body.caption in described and prose(line.value) in described
            case PaperTable() as table:
                (shape,) = [shape for shape in shown.shapes if shape.has_table]
                cells = [
                    tuple(cell.text_frame.text.removeprefix("▲ ") for cell in row.cells) for row in shape.table.rows
                ]
                assert cells == [tuple(column.name for column in table.columns), *table.rows]
            case lines:
                (body,) = [shape for shape in shown.shapes if shape.name == "正文"]
                assert [one.text for one in body.text_frame.paragraphs] == [*lines]


def test_nothing_is_smaller_than_sixteen_points_but_where_it_comes_from(deck: Any, months: Any) -> None:
    for shown in (deck, months):
        for slide in shown.slides:
            for shape in slide.shapes:
                if shape.name == "数据来源":
                    continue
                xml = shape.chart.part.blob.decode() if shape.has_chart else shape._element.xml
                sizes = [int(size) for size in re.findall(r'sz="(\d+)"', xml)]
                assert min(sizes, default=1600) >= 1600, (title(slide), shape.name)


def test_a_title_breaks_after_a_stop_and_never_inside_a_number_or_a_date() -> None:
    said_of = (
        "2026年1—11月，能评价的18项指标中，11项达标、7项未达标，其中办理破产3项",
        "紧急保全48小时裁定率99.69%，321件中再多1件即达标，2026年4月1件超过四十八小时",
        "第一审案件平均审理天数1,234.56天比上年同期多12.5天而法定期限为180天",
        "2026年1—11月法治化营商环境指标运行情况和需要领导小组过问的若干事项",
    )
    whole = re.compile(r"\d[\d,.]*(?:%|年|月|天|项|件)?(?:[—]?\d+月)?")
    for text in said_of:
        for size in (30, 26, 22):
            lines = title_lines(text, size, 9.8)
            assert "".join(lines) == text
            assert all(any(found in line for line in lines) for found in whole.findall(text)), lines
    assert title_lines(said_of[0], 28, 9.8)[0].endswith("，")


def test_what_is_too_long_ends_in_dots_without_half_a_number_and_stands_whole_in_the_notes(given: Paper) -> None:
    long = "、".join(f"第{number}件说明1,234.56万元" for number in range(60))
    table = PaperTable(
        "表", (PaperColumn("名称", 1), PaperColumn("说明", 4)), tuple((f"甲{at}", long) for at in range(7))
    )
    shown = made(given, Slide(long, table), Slide("行", (long,) * 8))
    for slide in list(shown.slides)[1:]:
        assert all(long in "\n".join(notes(slide)) for _ in range(2))
        cut = [text for text in texts(slide) if text.endswith("…")]
        assert cut and not [text for text in cut if re.search(r"[\d,.]…$", text)]
    assert title(shown.slides[1]).endswith("…")
    (shape,) = [shape for shape in shown.slides[1].shapes if shape.has_table]
    assert shape.top + shape.height <= Inches(6.7)


def test_the_editors_note_stands_on_the_cover_and_whole_in_its_notes(given: Paper) -> None:
    note = "编者按：请各部门核对。" * 40
    (short,) = made(replace(given, note="编者按：请核对。")).slides
    assert "编者按：请核对。" in texts(short)
    (long,) = made(replace(given, note=note)).slides
    assert note in notes(long)


def test_nothing_stands_outside_a_slide_and_no_text_is_higher_than_its_place(deck: Any, months: Any) -> None:
    for shown in (deck, months):
        for slide in shown.slides:
            bottom = 0
            for shape in slide.shapes:
                assert shape.left >= 0 and shape.top >= 0
                assert shape.left + shape.width <= shown.slide_width
                assert shape.top + shape.height <= shown.slide_height
                if shape.name not in ("数据来源", "页码", "线"):
                    bottom = max(bottom, shape.top + shape.height)
            assert bottom <= Inches(6.8)  # the rule above the provenance


def test_a_verdict_has_symbol_word_and_colour_and_no_colour_is_outside_the_palette(deck: Any, content: bytes) -> None:
    runs = [
        run
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if run.text in ("▼ 未达标", "▲ 达标")
    ]
    assert {f"#{run.font.color.rgb}".lower() for run in runs} == {palette().missed, palette().met}
    colours = palette()
    allowed = {
        *(getattr(colours, name) for name in ("paper", "panel", "ink", "accent", "hairline", "grey")),
        *(colours.met, colours.missed, colours.doubtful),
    }
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if re.match(r"ppt/(slides|charts)/\w+\.xml", name)]
        used = {
            f"#{found.lower()}"
            for name in parts
            for found in re.findall(r'srgbClr val="(\w+)"', archive.read(name).decode())
        }
    assert len(used - allowed) == 1  # the masthead's red, on the first slide alone


def test_a_figure_without_any_value_says_so_and_draws_nothing(given: Paper) -> None:
    figure = figures(given)[0]
    hidden = tuple(replace(point, exact=None, figure="2件", unit="", bounds=None) for point in figure.trend.points)
    empty = replace(figure, trend=replace(figure.trend, points=hidden))
    shown = made(given, Slide("无数据", empty))
    assert charts(shown) == []
    assert "不画线" in said(shown)


# --- the file -----------------------------------------------------------------------------------------------------


def test_hostile_names_are_text_and_nothing_in_the_file_leads_outside(given: Paper, deck: Any, content: bytes) -> None:
    everything = said(deck) + "".join(text for slide in deck.slides for text in notes(slide))
    assert all(text in everything for text in HOSTILE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name).decode("utf-8", errors="replace")
            assert 'TargetMode="External"' not in part
            assert "hlinkClick" not in part
            assert "<script" not in part
        assert not [name for name in archive.namelist() if name.endswith((".bin", ".jpeg", ".vml"))]


def test_control_characters_and_broken_letters_do_no_harm(given: Paper) -> None:
    named = replace(figures(given)[0].line, name="名\x00称\x1b\ud800")
    drawn = replace(figures(given)[0], line=named, sentence="一\x0b二\r\n三")
    shown = made(replace(given, title="题\x01目"), Slide("名\x00称\x1b\ud800", drawn))
    assert [title(slide) for slide in shown.slides] == ["题目", "名称"]


def test_nothing_of_the_librarys_template_can_be_seen_or_read(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()}
    for english in ("Click to", "level<", "Office Theme", "Steve Canny", "python-pptx", "Macintosh", "Calibri", "宋体"):
        assert [name for name, text in parts.items() if english in text] == []
    assert sum(name.startswith("ppt/slideLayouts/slideLayout") for name in parts) == 2
    assert not any('lang="en-US"' in text for name, text in parts.items() if "rels" not in name)


def test_every_text_has_the_chinese_face_of_the_theme(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.startswith("ppt/")}
    theme = ElementTree.fromstring(parts["ppt/theme/theme1.xml"])
    assert {one.get("typeface") for kind in theme.iterfind(".//a:fontScheme/*", NAMES) for one in kind} == {FACE}
    drawn = [part for name, part in parts.items() if re.match(r"ppt/(slides|charts)/\w+\.xml", name)]
    assert len(drawn) == 9  # six slides, three charts
    assert [part for part in drawn if b"typeface" in part] == []


def test_the_colours_of_the_template_are_those_of_the_palette() -> None:
    colours = palette()
    with zipfile.ZipFile(packed(Path(deck_of.__file__).with_name("template"))) as archive:
        theme = ElementTree.fromstring(archive.read("ppt/theme/theme1.xml"))
        (scheme,) = theme.iterfind(".//a:clrScheme", NAMES)
        named = [f"#{one.get('val')}".lower() for one in scheme.iterfind("*/a:srgbClr", NAMES)]
        said = set()
        for name in archive.namelist():
            if re.match(r"ppt/(slideLayouts|slideMasters)/\w+\.xml|ppt/tableStyles.xml", name):
                said |= set(re.findall(r'srgbClr val="(\w+)"', archive.read(name).decode()))
    ink, accent, grey = colours.ink, colours.accent, colours.grey
    assert named == [
        *(ink, colours.paper, ink, colours.panel, ink, accent, grey),
        *(colours.met, colours.missed, colours.doubtful, accent, grey),
    ]
    assert {f"#{colour}".lower() for colour in said} == {
        one.lower() for one in (ink, grey, colours.hairline, colours.panel, MASTHEAD)
    }


def test_the_manifest_inside_the_file_is_read_back_whole(given: Paper, deck: Any, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = ElementTree.fromstring(archive.read("customXml/item1.xml"))
    assert manifest.parse(str(inside.text)) == given.manifest
    core = deck.core_properties
    assert (core.title, core.author, core.language) == (given.title, given.manifest.made_by, "zh-CN")
    assert core.created == core.modified == datetime(2026, 11, 9, 1, 30)


def test_the_same_paper_gives_the_same_bytes(given: Paper, content: bytes) -> None:
    assert pptx.write_pptx(given) == content


@pytest.mark.browser
def test_another_office_program_shows_every_value_on_as_many_slides_and_no_word_covers_another(
    given: Paper, monthly: Paper, tmp_path: Path
) -> None:
    both = with_slides(given, *given.slides[1:], *monthly.slides[1:])
    content = pptx.write_pptx(both)
    (pdf,) = converted(tmp_path, "p.pptx", content, "pdf")
    read, found = text_of(pdf), words(pdf)
    assert found[-1].page == len(Presentation(io.BytesIO(content)).slides)
    for one in figures(both):
        assert one.line.value.replace(" ", "") in read
        assert one.line.name.replace(" ", "") in read
    assert "目标下限60%" in read  # written by the chart itself
    rule = 6.8 * 72
    assert [word for word in found if word.top < rule - 1 and word.bottom > rule + 2] == []
    assert [word for word in found if word.right > 13.333 * 72 or word.bottom > 7.5 * 72] == []
    covered = [
        (word.page, word.text, other.text)
        for at, word in enumerate(found)
        for other in found[at + 1 : at + 400]
        if word.covers(other)
    ]
    assert covered == []
