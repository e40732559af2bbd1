"""A trend as a chart of PowerPoint itself: its numbers can be read, edited and copied, and are the page's to the digit.

What the chart looks like stands in templates/chart.xml; here is what is drawn, and where.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pptx.enum.chart import XL_CHART_TYPE
from xlsxwriter import Workbook

from scorecard.briefing.layout import text_width
from scorecard.briefing.layout.number_formats import Digits
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.pptx.series import Series, chart_series, dots
from scorecard.briefing.pptx.text import Frame
from scorecard.briefing.xlsx.worksheets import NO_GUESSING
from scorecard.charts.axis_ticks import scale
from scorecard.charts.theme import mark, palette
from scorecard.narrative.trend import Trend, span_of
from scorecard.templating import render

_TEXT, _VALUE = 12, 14  # points: axes and names, the values that are written out
# The format has no triangle on its tip, and one on its base would say the opposite.
_SHAPES = {"▲": "triangle", "▼": "square", "◆": "diamond", "○": "circle"}
_APART = 0.3  # inches between two labels, one above the other
_BESIDE = 1.6  # inches between two labels side by side
_DESCRIBED = 1_000  # characters of an alternative text


@dataclass(frozen=True)
class _ChartContent:
    """A chart as the library adds one: its XML, and the sheet that 编辑数据 opens."""

    xml: str
    xlsx_blob: bytes

    def xml_bytes(self, _: XL_CHART_TYPE) -> bytes:
        return self.xml.encode()


@dataclass(frozen=True)
class _Axis:
    """The axis of numbers, from mark to mark."""

    first: float
    last: float
    step: float
    unit: str

    @property
    def format(self) -> str:
        decimals = len(f"{self.step:.10f}".rstrip("0").partition(".")[2])
        return f'#,##0{"." if decimals else ""}{"0" * decimals}"{self.unit}"'


@dataclass(frozen=True)
class _Label:
    """A label at a point: its number, after the name of its series or below its period where asked.

    It is a field of the chart, so that it follows a number that is edited.
    """

    digits: Digits
    colour: str
    side: Literal["r", "t", "b"] = "r"
    series: str = ""
    period: str = ""

    @property
    def size(self) -> int:
        return _TEXT if self.series else _VALUE

    def width(self, unit: str) -> float:
        """Inches it takes."""
        number = f"{self.series} {self.digits.number:,.10g}{unit}"
        return max(text_width.width(text, self.size) for text in (number, self.period))


def add_chart(slide: Any, frame: Frame, trend: Trend, description: str, made_at: datetime) -> None:
    """The chart, with `description` as its alternative text. The trend has at least one value."""
    rows, periods, axis = chart_series(trend), [printable(point.label) for point in trend.points], _axis(trend)
    legend = any(row.kind == "limit" for row in rows)
    labels = [_value_labels(trend, rows[0], frame, axis), *(_target_label(row) for row in rows[1:])]
    widest = max(label.width(trend.unit) for each in labels for label in each.values())
    xml = render(
        "briefing/pptx/chart.xml",
        sheet=SHEET,
        rows=rows,
        periods=periods,
        axis=axis,
        labels=labels,
        dots=dots(trend),
        legend=legend,
        room=_room(frame, axis, widest, legend=legend),
        colours=palette(),
        shapes=_SHAPES,
        small=_TEXT,
        printable=printable,
    )
    content: Any = _ChartContent(xml, workbook_of_chart(periods, rows, made_at))
    shape = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *frame.emu(), content)
    shape.name = f"走势 {printable(trend.title)}"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", printable(description)[:_DESCRIBED])


def _axis(trend: Trend) -> _Axis:
    low, high = span_of(trend)
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
    return _Axis(round(first, 10), round(last, 10), step, trend.unit)


def _room(frame: Frame, axis: _Axis, labels: float, *, legend: bool) -> Frame:
    """The plot within the frame, in parts of it: numbers to its left, `labels` inches to its right, periods below."""
    ends = (f"{end:,.10g}{axis.unit}" for end in (axis.first, axis.last))
    left = max(text_width.width(end, _TEXT) for end in ends) + 0.2
    width, height = 1 - (left + labels + 0.25) / frame.width, 1 - (0.25 + (0.85 if legend else 0.45)) / frame.height
    return Frame(left / frame.width, 0.25 / frame.height, width, height)


def _value_labels(trend: Trend, values: Series, frame: Frame, axis: _Axis) -> Mapping[int, _Label]:
    """The value of the chosen period, and the last one where it is not too near; with their periods if they differ.

    The last stands beside its point, unless its target is named there.
    """
    assert values.last is not None
    # Inches from one period to the next, and for one of the unit, as far as they can be known before the labels.
    step, inch = frame.width * 0.75 / len(trend.points), frame.height * 0.8 / (axis.last - axis.first)
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
        side: Literal["r", "t", "b"] = "t"
        if at == values.last and (nearest is None or abs(nearest - number) * inch > _APART):
            side = "r"
        elif nearest is not None and number < nearest:
            side = "b"
        colour = mark(point.verdict.word).colour if point.settled else palette().grey
        labels[at] = _Label(digits, colour, side, period="" if labelled == {values.last} else point.label)
    return labels


def _target_label(row: Series) -> Mapping[int, _Label]:
    """The name and number of a target at its end; limits are named in the legend."""
    if row.kind != "target" or row.last is None or (digits := row.digits[row.last]) is None:
        return {}
    return {row.last: _Label(digits, palette().accent, series=row.name)}


SHEET = "数据"


def workbook_of_chart(labels: Sequence[str], rows: Sequence[Series], made_at: datetime) -> bytes:
    """Periods down, series across; `made_at` is its only time, so that the same chart gives the same bytes."""
    written = io.BytesIO()
    with Workbook(written, NO_GUESSING) as book:
        book.set_properties({"created": made_at})
        sheet = book.add_worksheet(SHEET)
        sheet.set_column(0, len(rows), 18)
        for down, label in enumerate(labels, 1):
            sheet.write_string(down, 0, printable(label))
        for across, row in enumerate(rows, 1):
            sheet.write_string(0, across, printable(row.name))
            for down, digits in enumerate(row.digits, 1):
                if digits is not None:
                    sheet.write_number(down, across, digits.number, book.add_format({"num_format": digits.format}))
    return written.getvalue()
