"""A trend as a chart of PowerPoint itself: its numbers can be read, edited and copied, and are the page's to the digit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
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
from scorecard.briefing.layout.number_formats import Digits
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.pptx.chart_workbook import SHEET, workbook_of_chart
from scorecard.briefing.pptx.series import Dot, Series, chart_series, dots
from scorecard.briefing.pptx.text import Frame, colour_of
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
_APART = 0.3  # inches between two labels, one above the other
_BESIDE = 1.6  # inches between two labels side by side
_DESCRIBED = 1_000  # characters of an alternative text


@dataclass(frozen=True)
class _Label:
    """A label at a point: its number, after the name of its series or below its period where asked."""

    digits: Digits
    colour: str
    side: Any = XL_LABEL_POSITION.RIGHT
    series: str = ""
    period: str = ""

    def width(self, unit: str) -> float:
        """Inches it takes."""
        number = f"{self.series} {self.digits.number:,.10g}{unit}"
        size = _TEXT if self.series else _VALUE
        return max(text_width.width(text, size) for text in (number, self.period))


def add_chart(slide: Any, frame: Frame, trend: Trend, description: str, made_at: datetime) -> None:
    """The chart, with `description` as its alternative text. The trend has at least one value."""
    rows, periods = chart_series(trend), [printable(point.label) for point in trend.points]
    data = CategoryChartData()
    data.categories = periods
    for row in rows:
        form = next(digits.format for digits in row.digits if digits is not None)
        data.add_series(row.name, [digits.number if digits else None for digits in row.digits], form)
    shape = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *frame.emu(), data)
    shape.name = f"走势 {printable(trend.title)}"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", printable(description)[:_DESCRIBED])
    chart = shape.chart
    _replace_workbook(chart, periods, rows, made_at)
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(_TEXT), colour_of(palette().grey)
    _set_legend(chart, rows)
    _set_axes(chart, trend)
    step, inch = _distances(chart, frame, trend)
    labels = [_value_labels(trend, rows[0], step, inch), *(_target_label(row) for row in rows[1:])]
    _set_plot_area(chart, frame, max(label.width(trend.unit) for each in labels for label in each.values()))
    for row, line, labels_of_line in zip(rows, chart.plots[0].series, labels, strict=True):
        _set_line(line, row)
        if row.kind == "value":
            _set_dots(line, dots(trend))
        for at, label in sorted(labels_of_line.items()):
            _add_label(line.points[at].data_label, label)
    for properties in chart._chartSpace.iter(qn("a:endParaRPr")):
        properties.set("lang", "zh-CN")


def _replace_workbook(chart: Any, periods: Sequence[str], rows: Sequence[Series], made_at: datetime) -> None:
    """Put our sheet in place of the library's, which has an English name and the time it was made."""
    chart.part.chart_workbook.update_from_xlsx_blob(workbook_of_chart(periods, rows, made_at))
    for reference in chart._chartSpace.iter(qn("c:f")):
        reference.text = reference.text.replace("Sheet1!", f"{SHEET}!")


def _set_legend(chart: Any, rows: Sequence[Series]) -> None:
    """Name mean and limits below the chart; values and targets are named at their lines."""
    chart.has_legend = any(row.kind == "limit" for row in rows)
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        for at, row in reversed(list(enumerate(rows))):
            if row.kind != "limit":
                xml = f'<c:legendEntry {nsdecls("c")}><c:idx val="{at}"/><c:delete val="1"/></c:legendEntry>'
                chart.legend._element.find(qn("c:legendPos")).addnext(parse_xml(xml))


def _set_axes(chart: Any, trend: Trend) -> None:
    """Both axes: numbers from mark to mark in their unit, periods level, as many as fit."""
    colours, (low, high) = palette(), span_of(trend)
    marks = scale(low, high, trend.unit).values
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    bounds = [
        number for point in trend.points for number in (point.value, point.lower, point.upper) if number is not None
    ]
    first, last = min(marks), max(marks)
    if first > min(bounds):
        first -= step
    if last < max(bounds) or (last == max(bounds) and not trend.share):
        last += step
    numbers = chart.value_axis
    numbers.minimum_scale, numbers.maximum_scale = round(first, 10), round(last, 10)
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
    # As good as 0: at 0 some programs fold the periods, without it they turn them.
    periods._element.find(f".//{qn('a:bodyPr')}").set("rot", "1")


def _distances(chart: Any, frame: Frame, trend: Trend) -> tuple[float, float]:
    """Inches from one period to the next, and inches for one of the unit, as far as they can be known before the labels."""
    axis = chart.value_axis
    return frame.width * 0.75 / len(trend.points), frame.height * 0.8 / (axis.maximum_scale - axis.minimum_scale)


def _set_plot_area(chart: Any, frame: Frame, labels: float) -> None:
    """Leave room on both sides of the plot: left to itself a program fills the frame and cuts the labels at its edge."""
    axis = chart.value_axis
    form = axis.tick_labels.number_format
    unit = form.partition('"')[2].rstrip('"')
    ends = (f"{end:,.10g}{unit}" for end in (axis.minimum_scale, axis.maximum_scale))
    left = max(text_width.width(end, _TEXT) for end in ends) + 0.2
    below = 0.85 if chart.has_legend else 0.45
    x, width = left / frame.width, 1 - (left + labels + 0.25) / frame.width
    y, height = 0.25 / frame.height, 1 - (0.25 + below) / frame.height
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


def _set_line(line: Any, row: Series) -> None:
    colours, drawn = palette(), line.format.line
    line.smooth = False
    if row.kind == "value":
        drawn.color.rgb, drawn.width = colour_of(colours.ink), Pt(2.25)
        line.marker.style, line.marker.size = XL_MARKER_STYLE.CIRCLE, _SMALL
        line.marker.format.fill.solid()
        line.marker.format.fill.fore_color.rgb = colour_of(colours.ink)
        line.marker.format.line.color.rgb = colour_of(colours.ink)
    else:
        line.marker.style = XL_MARKER_STYLE.NONE
        target = row.kind == "target"
        drawn.color.rgb = colour_of(colours.accent if target else colours.grey)
        drawn.width, drawn.dash_style = (Pt(1.5), MSO_LINE.DASH) if target else (Pt(1), MSO_LINE.ROUND_DOT)
    for at in sorted(row.breaks):
        if row.digits[at] is not None:
            line.points[at].format.line.fill.background()


def _set_dots(line: Any, by_position: Mapping[int, Dot]) -> None:
    """Hollow and dotted where a value may still move; another shape and colour where a point says something."""
    colours = palette()
    for at, dot in by_position.items():
        point, colour = line.points[at], dot.colour or colours.ink
        point.marker.style = _SHAPES[dot.symbol]
        point.marker.size = _LARGE if dot.word or dot.hollow else _SMALL
        point.marker.format.fill.solid()
        point.marker.format.fill.fore_color.rgb = colour_of(colours.paper if dot.hollow else colour)
        point.marker.format.line.color.rgb, point.marker.format.line.width = colour_of(colour), Pt(1.5)
        if dot.hollow:
            point.format.line.color.rgb = colour_of(colours.ink)
            point.format.line.width, point.format.line.dash_style = Pt(1.5), MSO_LINE.ROUND_DOT


def _value_labels(trend: Trend, values: Series, step: float, inch: float) -> dict[int, _Label]:
    """The value of the chosen period, and the last one where it is not too near; with their periods if they differ.

    The last stands beside its point, unless its target is named there.
    """
    assert values.last is not None
    chosen = next(
        (at for at, point in enumerate(trend.points) if point.key == trend.chosen and values.digits[at]), values.last
    )
    labelled = {chosen} if (values.last - chosen) * step < _BESIDE else {chosen, values.last}
    labels: dict[int, _Label] = {}
    for at in labelled:
        point, digits = trend.points[at], values.digits[at]
        assert digits is not None
        number = digits.number
        bounds = [bound for bound in (point.lower, point.upper) if bound is not None]
        nearest = min(bounds, key=lambda bound: abs(bound - number), default=None)
        side = XL_LABEL_POSITION.ABOVE
        if at == values.last and (nearest is None or abs(nearest - number) * inch > _APART):
            side = XL_LABEL_POSITION.RIGHT
        elif nearest is not None and number < nearest:
            side = XL_LABEL_POSITION.BELOW
        colour = mark(point.verdict.word).colour if point.settled else palette().grey
        labels[at] = _Label(digits, colour, side, period="" if labelled == {values.last} else point.label)
    return labels


def _target_label(row: Series) -> dict[int, _Label]:
    """The name and number of a target at its end; limits are named in the legend."""
    if row.kind != "target" or row.last is None or (digits := row.digits[row.last]) is None:
        return {}
    return {row.last: _Label(digits, palette().accent, series=row.name)}


def _add_label(data_label: Any, label: _Label) -> None:
    """The label as a field of the chart, so that it follows a number that is edited; what the library cannot say is XML."""
    data_label.font.size, data_label.font.bold = Pt(_TEXT if label.series else _VALUE), not label.series
    data_label.font.color.rgb = colour_of(label.colour)
    data_label.position = label.side
    element = data_label._get_or_add_dLbl()
    form = quoteattr(label.digits.format)
    element.idx.addnext(parse_xml(f'<c:numFmt {nsdecls("c")} formatCode={form} sourceLinked="0"/>'))
    element.txPr.bodyPr.set("wrap", "none")
    element.find(qn("c:showCatName")).set("val", str(int(bool(label.period))))
    element.find(qn("c:showSerName")).set("val", str(int(bool(label.series))))
    separator = "\n" if label.period else " "
    element.append(parse_xml(f"<c:separator {nsdecls('c')}>{separator}</c:separator>"))
