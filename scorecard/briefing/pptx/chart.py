"""A trend as a chart of PowerPoint itself: its numbers can be read, edited and copied, and are the page's to the digit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Any
from xml.sax.saxutils import quoteattr

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.office_package import FACE, printable
from scorecard.briefing.pptx.chart_workbook import SHEET, embedded
from scorecard.briefing.pptx.series import Dot, Series, dots, series
from scorecard.briefing.pptx.text import Frame, colour_of, name_face
from scorecard.charts.axis_ticks import scale
from scorecard.charts.theme import mark, palette
from scorecard.narrative.trend import Trend, span_of

_TEXT, _VALUE = 12, 14  # points: axes and names, the values that are written out
_SHAPES = {
    "▲": XL_MARKER_STYLE.TRIANGLE,
    "▼": XL_MARKER_STYLE.SQUARE,  # the format has no triangle on its tip, and one on its base would say the opposite
    "◆": XL_MARKER_STYLE.DIAMOND,
    "○": XL_MARKER_STYLE.CIRCLE,
}
_SMALL, _LARGE = 5, 9
_APART = 0.3  # inches between two labels that stand beside each other, one above the other
_BESIDE = 1.6  # inches between two labels of periods
_DESCRIBED = 1_000  # characters of an alternative text


@dataclass(frozen=True)
class _Label:
    """A label at a point: its number in `form`, after the series' name or under the period where asked."""

    form: str
    colour: str
    size: float
    side: str
    name: bool = False
    period: bool = False


def draw(slide: Any, frame: Frame, trend: Trend, description: str, made: datetime) -> None:
    """The chart, with `description` for who cannot see it. The trend has at least one value."""
    rows, labels = series(trend), [printable(point.label) for point in trend.points]
    data = CategoryChartData()
    data.categories = labels
    for one in rows:
        form = next(digits.format for digits in one.digits if digits is not None)
        data.add_series(one.name, [digits.number if digits else None for digits in one.digits], form)
    drawn = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *frame.emu(), data)
    drawn.name = f"走势 {printable(trend.title)}"
    drawn._element.nvGraphicFramePr.cNvPr.set("descr", printable(description)[:_DESCRIBED])
    chart = drawn.chart
    _own_sheet(chart, labels, rows, made)
    _look(chart, rows)
    _axes(chart, trend, frame)
    wide, high = _place(chart, frame, rows, trend)
    for one, line in zip(rows, chart.plots[0].series, strict=True):
        _line(line, one)
    values, first = rows[0], chart.plots[0].series[0]
    _dots(first, dots(trend))
    ends = (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale)
    each = wide / len(trend.points)
    _label(first._element, _values(trend, values, each, high / (ends[1] - ends[0])))
    for one, line in list(zip(rows, chart.plots[0].series, strict=True))[1:]:
        at = one.last
        if one.kind == "target" and at is not None and (digits := one.digits[at]) is not None:
            _label(line._element, {at: _Label(digits.format, palette().accent, _TEXT, "r", name=True)})


def _own_sheet(chart: Any, labels: Sequence[str], rows: Sequence[Series], made: datetime) -> None:
    """Our sheet in place of the library's, which has an English name, the clock, and would run a formula."""
    chart.part.chart_workbook.update_from_xlsx_blob(embedded(labels, rows, made))
    for reference in chart._chartSpace.iter(qn("c:f")):
        reference.text = reference.text.replace("Sheet1!", f"{SHEET}!")


def _look(chart: Any, rows: Sequence[Series]) -> None:
    colours = palette()
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(_TEXT), colour_of(colours.grey)
    name_face(chart.font._element)
    for properties in chart._chartSpace.iter(qn("a:endParaRPr")):
        properties.set("lang", "zh-CN")
    corners = chart._chartSpace.makeelement(qn("c:roundedCorners"), {"val": "0"})
    chart._chartSpace.find(qn("c:date1904")).addnext(corners)
    limits = [at for at, one in enumerate(rows) if one.kind == "limit"]
    chart.has_legend = bool(limits)
    if limits:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        for at in reversed([at for at, one in enumerate(rows) if one.kind != "limit"]):
            entry = parse_xml(
                f'<c:legendEntry {nsdecls("c")}><c:idx val="{at}"/><c:delete val="1"/></c:legendEntry>'
            )
            chart.legend._element.find(qn("c:legendPos")).addnext(entry)


def _axes(chart: Any, trend: Trend, frame: Frame) -> None:
    """Both axes: numbers from mark to mark in their unit, periods so many that none overlap."""
    colours, (low, high) = palette(), span_of(trend)
    marks = scale(low, high, trend.unit).values
    numbers = chart.value_axis
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    numbers.minimum_scale, numbers.maximum_scale = _ends(trend, step, low, high)
    numbers.major_unit = step
    numbers.has_major_gridlines = True
    numbers.major_gridlines.format.line.color.rgb = colour_of(colours.hairline)
    numbers.major_gridlines.format.line.width = Pt(0.5)
    numbers.format.line.fill.background()
    numbers.major_tick_mark = XL_TICK_MARK.NONE
    decimals = len(f"{step:.10f}".rstrip("0").partition(".")[2])
    form = f'#,##0{"." if decimals else ""}{"0" * decimals}"{trend.unit}"'
    numbers.tick_labels.number_format, numbers.tick_labels.number_format_is_linked = form, False
    periods = chart.category_axis
    periods.format.line.color.rgb, periods.format.line.width = colour_of(colours.grey), Pt(0.75)
    periods.major_tick_mark = XL_TICK_MARK.OUTSIDE
    periods.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    periods.tick_labels.font.size = Pt(_TEXT)
    periods._element.find(f".//{qn('a:bodyPr')}").set(
        "rot", "1"
    )  # as good as 0: at 0 some fold them, without it turn them
    widest = max(text_width.width(point.label, _TEXT) for point in trend.points) + 0.25
    skip = _skip(len(trend.points), int((frame.width * 0.78) // widest))
    before = periods._element.find(qn("c:noMultiLvlLbl"))
    for tag in ("c:tickLblSkip", "c:tickMarkSkip"):
        before.addprevious(before.makeelement(qn(tag), {"val": str(skip)}))


def _ends(trend: Trend, step: float, low: float, high: float) -> tuple[float, float]:
    """The axis from mark to mark, so that the first and the last line are marked; nothing lies outside it."""
    first, last = floor(low / step + 0.2) * step, ceil(high / step - 0.2) * step
    drawn = [
        number
        for point in trend.points
        for number in (point.value, point.lower, point.upper)
        if number is not None
    ]
    while first > min(drawn):
        first -= step
    while last < max(drawn):
        last += step
    if trend.share and max(drawn) <= 100:
        last = min(last, 100.0)
    return round(first, 10), round(last, 10)


def _skip(count: int, most: int) -> int:
    """Every n-th period is written out: by quarters, half-years or years where it can be."""
    needed = ceil(count / max(most, 1))
    return next((step for step in (1, 2, 3, 6, 12, 24, 36, 60, 120) if step >= needed), needed)


def _place(chart: Any, frame: Frame, rows: Sequence[Series], trend: Trend) -> tuple[float, float]:
    """Room on both sides of the plot for what is written there; the plot's width and height in inches.

    Left to itself a program would fill the frame and cut the labels at its edge.
    """
    unit = trend.unit
    ends = (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale)
    left = max(text_width.width(f"{end:,.10g}{unit}", _TEXT) for end in ends) + 0.2
    names = [
        f"{one.name} {digits.number:,.10g}{unit}"
        for one in rows
        if one.kind == "target" and one.last is not None and (digits := one.digits[one.last])
    ]
    last = next(point for point in reversed(trend.points) if point.exact is not None)
    said = text_width.width(last.text, _VALUE), *(text_width.width(text, _TEXT) for text in names)
    if last.key != trend.chosen:
        said = (*said, text_width.width(last.label, _VALUE))
    right = max(said) + 0.25
    legend = 0.4 if chart.has_legend else 0.0
    x, width = left / frame.width, (frame.width - left - right) / frame.width
    y, height = 0.25 / frame.height, (frame.height - 0.25 - 0.45 - legend) / frame.height
    layout = parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/>'
        '<c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{x:.4f}"/><c:y val="{y:.4f}"/><c:w val="{width:.4f}"/><c:h val="{height:.4f}"/>'
        "</c:manualLayout></c:layout>"
    )
    area = chart._chartSpace.find(f".//{qn('c:plotArea')}")
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(0, layout)
    return frame.width * width, frame.height * height


def _line(line: Any, given: Series) -> None:
    colours, drawn = palette(), line.format.line
    line.smooth = False
    if given.kind == "value":
        drawn.color.rgb, drawn.width = colour_of(colours.ink), Pt(2.25)
        line.marker.style, line.marker.size = XL_MARKER_STYLE.CIRCLE, _SMALL
        line.marker.format.fill.solid()
        line.marker.format.fill.fore_color.rgb = colour_of(colours.ink)
        line.marker.format.line.color.rgb = colour_of(colours.ink)
    else:
        line.marker.style = XL_MARKER_STYLE.NONE
        target = given.kind == "target"
        drawn.color.rgb = colour_of(colours.accent if target else colours.grey)
        drawn.width, drawn.dash_style = (Pt(1.5), MSO_LINE.DASH) if target else (Pt(1), MSO_LINE.ROUND_DOT)
    for at in sorted(given.breaks):
        if given.digits[at] is not None:
            line.points[at].format.line.fill.background()


def _dots(line: Any, given: Mapping[int, Dot]) -> None:
    """Hollow and dotted where a value may still move; another shape and colour where a point says something."""
    colours = palette()
    for at, dot in given.items():
        point, colour = line.points[at], dot.colour or colours.ink
        point.marker.style = _SHAPES[dot.symbol]
        point.marker.size = _LARGE if dot.word or dot.hollow else _SMALL
        point.marker.format.fill.solid()
        point.marker.format.fill.fore_color.rgb = colour_of(colours.paper if dot.hollow else colour)
        point.marker.format.line.color.rgb, point.marker.format.line.width = colour_of(colour), Pt(1.5)
        if dot.hollow:
            point.format.line.color.rgb = colour_of(colours.ink)
            point.format.line.width, point.format.line.dash_style = Pt(1.5), MSO_LINE.ROUND_DOT


def _values(trend: Trend, values: Series, each: float, inches: float) -> dict[int, _Label]:
    """The value of the period that is read, and the last one where it is not too near; with their periods if there are two.

    The last stands beside its point, unless its target is named there. `each` is how far a period is from the next,
    `inches` how high one of the unit is drawn.
    """
    last = values.last
    read = [
        at
        for at, point in enumerate(trend.points)
        if point.key == trend.chosen and values.digits[at] is not None
    ]
    both = {at for at in (last, *read) if at is not None}
    if last is not None and read and 0 < (last - read[0]) * each < _BESIDE:
        both = set(read)
    found: dict[int, _Label] = {}
    for at in both:
        point, digits = trend.points[at], values.digits[at]
        assert digits is not None
        number = digits.number
        tone = mark(point.verdict.word).colour if point.settled else palette().grey
        bounds = [given for given in (point.lower, point.upper) if given is not None]
        nearest = min(bounds, key=lambda given: abs(given - number), default=None)
        beside = nearest is None or abs(nearest - number) * inches > _APART
        below = nearest is not None and number < nearest
        side = "r" if at == values.last and beside else "b" if below else "t"
        found[at] = _Label(digits.format, tone, _VALUE, side, period=both != {last})
    return found


def _label(line: Any, given: Mapping[int, _Label]) -> None:
    """The labels of a series; its other points have none."""
    labels = "".join(_label_xml(at, one) for at, one in sorted(given.items()))
    switches = "".join(
        f'<c:show{name} val="0"/>'
        for name in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    )
    line._insert_dLbls(parse_xml(f"<c:dLbls {nsdecls('c', 'a')}>{labels}{switches}</c:dLbls>"))


def _label_xml(at: int, one: _Label) -> str:
    bold = 0 if one.name else 1
    return (
        f'<c:dLbl><c:idx val="{at}"/><c:numFmt formatCode={quoteattr(one.form)} sourceLinked="0"/>'
        "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
        '<c:txPr><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:pPr>'
        f'<a:defRPr sz="{round(one.size * 100)}" b="{bold}">'
        f'<a:solidFill><a:srgbClr val="{colour_of(one.colour)}"/></a:solidFill>'
        f'<a:latin typeface="{FACE}"/><a:ea typeface="{FACE}"/><a:cs typeface="{FACE}"/></a:defRPr>'
        '</a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        f'<c:dLblPos val="{one.side}"/><c:showLegendKey val="0"/><c:showVal val="1"/>'
        f'<c:showCatName val="{int(one.period)}"/><c:showSerName val="{int(one.name)}"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
        f"<c:separator>{chr(10) if one.period else ' '}</c:separator></c:dLbl>"
    )
