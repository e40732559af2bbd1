"""A trend as a chart of PowerPoint itself: its numbers can be read, edited and copied, and are the page's to the digit.

What the chart looks like stands in templates/chart.xml; here are the rows of numbers behind it, what is drawn, and where.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any, Literal

from pptx.enum.chart import XL_CHART_TYPE
from xlsxwriter import Workbook

from scorecard.assessment.control_limits import Limits, Variation
from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.layout.number_formats import Digits, bound_digits, rounded
from scorecard.briefing.layout.office_package import printable
from scorecard.briefing.pptx.text import Frame
from scorecard.briefing.xlsx.workbook import NO_GUESSING
from scorecard.charts import text_width
from scorecard.charts.axis_ticks import scale
from scorecard.charts.theme import mark, palette
from scorecard.narrative.control_words import level, possible
from scorecard.narrative.trend import Trend, a_year_on, axis_labels, span_of, word_of
from scorecard.records.targets import Bounds
from scorecard.templating import render

VALUES = "数值"
_YEARLY = "全年"  # how a target for the year begins in words; what is drawn of it is the part due by each period


@dataclass(frozen=True)
class Series:
    """One line of the chart. It is not drawn up to the points in `breaks`: what follows is not the same thing."""

    name: str
    kind: Literal["value", "target", "limit", "before", "mark"]
    digits: tuple[Digits | None, ...]
    breaks: frozenset[int] = frozenset()
    symbol: str = ""
    colour: str = ""

    @property
    def last(self) -> int | None:
        return next((at for at in reversed(range(len(self.digits))) if self.digits[at] is not None), None)


def chart_series(trend: Trend) -> tuple[Series, ...]:
    """The values first, then target, last year's values, the points of each word, mean and limits; empty ones are left out."""
    breaks = frozenset(note.position for note in trend.marks if note.breaks)
    values = tuple(None if point.exact is None else rounded(point.exact, trend.unit) for point in trend.points)
    return (
        Series(VALUES, "value", values, breaks),
        *_bounds(trend, "目标下限", lambda bounds: bounds.lower),
        *_bounds(trend, "目标上限", lambda bounds: bounds.upper),
        *_before(trend),
        *(_marked(trend, word, values) for word in marked_words(trend)),
        *_limits(trend),  # last, as the legend names them alone
    )


def _before(trend: Trend) -> tuple[Series, ...]:
    """Last year's line beside values to date, by the periods of this year."""
    told = {a_year_on(point): rounded(point.exact, trend.unit) for point in trend.before if point.exact is not None}
    year = f"{trend.before[-1].label.partition('年')[0]}年" if told else ""
    return (Series(year, "before", tuple(told.get(label) for label in axis_labels(trend))),) if told else ()


def marked_words(trend: Trend) -> tuple[VerdictWord | Variation, ...]:
    """The words that points of the values are marked by, in the order of the axis."""
    return tuple(dict.fromkeys(word for word in _words(trend) if word))


def _words(trend: Trend) -> Sequence[VerdictWord | Variation | None]:
    """The word of each point; where no month signals, those that missed their target are marked."""
    words: list[VerdictWord | Variation | None] = [
        word_of(trend, point) if point.exact is not None else None for point in trend.points
    ]
    if any(words):
        return words
    return ["未达标" if point.exact is not None and point.verdict.word == "未达标" else None for point in trend.points]


def _marked(trend: Trend, word: VerdictWord | Variation, values: Sequence[Digits | None]) -> Series:
    """The values of one word once more, with its sign on each: a row of their own, so that they can be edited and copied."""
    own = tuple(digits if said == word else None for said, digits in zip(_words(trend), values, strict=True))
    return Series(word, "mark", own, symbol=mark(word).symbol, colour=mark(word).colour)


def hollow_points(trend: Trend) -> frozenset[int]:
    """The positions of values that may still move."""
    return frozenset(at for at, point in enumerate(trend.points) if point.exact is not None and not point.settled)


def _bounds(trend: Trend, name: str, of: Callable[[Bounds], Fraction | None]) -> tuple[Series, ...]:
    """One bound of the target; a new target begins a new line, a yearly total's pace goes on rising."""
    digits = tuple(
        None if point.bounds is None or (value := of(point.bounds)) is None else bound_digits(value, trend.unit)
        for point in trend.points
    )
    changed = frozenset(at for at, (was, now) in enumerate(pairwise(trend.points), 1) if was.target != now.target)
    owed = [point.target for point, drawn in zip(trend.points, digits, strict=True) if drawn is not None]
    part = "进度" if owed and all(text.startswith(_YEARLY) for text in owed) else ""
    return (Series(f"{part}{name}", "target", digits, changed),) if owed else ()


def _limits(trend: Trend) -> tuple[Series, ...]:
    """Mean and limits, each part's from its first month to the next part; a limit no value can reach is left out."""
    control = trend.control
    if control is None:
        return ()
    at = {point.label: position for position, point in enumerate(trend.points)}
    firsts = [at.get(control.months[part.start].period.label) for part in control.parts]
    ends = [*firsts, len(trend.points)][1:]
    spans = [
        (first, end, part.limits)
        for part, first, end in zip(control.parts, firsts, ends, strict=True)
        if part.limits is not None and not part.limits.flat and first is not None and end is not None
    ]

    def line(name: str, of: Callable[[Limits], Fraction], possible_in: Callable[[Limits], bool]) -> tuple[Series, ...]:
        digits: list[Digits | None] = [None] * len(trend.points)
        last = ""
        for first, end, by in spans:
            if possible_in(by):
                digits[first:end] = [bound_digits(of(by), trend.unit)] * (end - first)
                last = f"{'试用' if by.trial else ''}{name} {level(of(by), trend.unit)}"
        starts = frozenset(first for first, _, _ in spans)
        return (Series(last, "limit", tuple(digits), starts),) if any(digits) else ()

    return (
        *line("控制上限", lambda by: by.upper, lambda by: possible(by, control)[1] == by.upper),
        *line("均值", lambda by: by.mean, lambda _: True),
        *line("控制下限", lambda by: by.lower, lambda by: possible(by, control)[0] == by.lower),
    )


_TEXT, _VALUE = 16, 20  # points: axes and names, the values that are written out
_SIGN = 16  # points: the format's own markers know no triangle on its tip, so a sign is the label of its point
_APART = 0.4  # inches between two labels, one above the other
_BESIDE = 2.0  # inches between two labels side by side
_GAP = 0.15  # inches between two periods of the axis
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
    """The axis of numbers, from mark to mark. A value that still moves may lie outside: it is named below the chart."""

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
    rows, periods, axis = chart_series(trend), _periods(trend), _axis(trend)
    legend = any(row.kind == "limit" for row in rows)
    labels = [_value_labels(trend, rows[0], frame, axis), *(_end_label(row, rows, frame, axis) for row in rows[1:])]
    widest = max(label.width(trend.unit) for each in labels for label in each.values())
    room = _room(frame, axis, widest, legend=legend)
    step = room.width * frame.width / len(periods)
    xml = render(
        "briefing/pptx/chart.xml",
        sheet=SHEET,
        rows=rows,
        periods=periods,
        axis=axis,
        labels=labels,
        hollow=hollow_points(trend),
        legend=legend,
        room=room,
        every=ceil((max(text_width.width(label, _TEXT) for label in periods) + _GAP) / step),
        colours=palette(),
        small=_TEXT,
        sign=_SIGN,
        printable=printable,
    )
    content: Any = _ChartContent(xml, workbook_of_chart(periods, rows, made_at))
    shape = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *frame.emu(), content)
    shape.name = f"走势 {printable(trend.title)}"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", printable(description)[:_DESCRIBED])


def _periods(trend: Trend) -> list[str]:
    """The names on the axis; a year that all of them begin with is said above the chart."""
    labels = [printable(label) for label in axis_labels(trend)]
    years = {label.partition("年")[0] for label in labels}
    short = [label.partition("年")[2] for label in labels]
    return short if len(years) == 1 and all(short) else labels


def _axis(trend: Trend) -> _Axis:
    low, high = span_of(trend)
    marks = scale(low, high, trend.unit).values
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    bounds = [
        number
        for point in (*trend.points, *trend.before)
        for number in (point.value if point.settled else None, point.lower, point.upper)
        if number is not None
    ] or [low, high]
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
    width, height = 1 - (left + labels + 0.25) / frame.width, 1 - (0.25 + (1.0 if legend else 0.55)) / frame.height
    return Frame(left / frame.width, 0.25 / frame.height, width, height)


def _value_labels(trend: Trend, values: Series, frame: Frame, axis: _Axis) -> Mapping[int, _Label]:
    """The value of the chosen period, and the last one where it is not too near; with their periods if they differ.

    The last stands beside its point, unless its target is named there.
    """
    assert values.last is not None
    # Inches from one period to the next, as far as they can be known before the labels.
    step, inch = frame.width * 0.75 / len(axis_labels(trend)), _inch(frame, axis)
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


def _end_label(row: Series, rows: Sequence[Series], frame: Frame, axis: _Axis) -> Mapping[int, _Label]:
    """The name and number of a target, or of last year, at its end; limits are named in the legend.

    Last year's goes below its line, or above, where a target or the last value is named beside it.
    """
    if row.kind not in ("target", "before") or row.last is None or (digits := row.digits[row.last]) is None:
        return {}
    side: Literal["r", "t", "b"] = "r"
    if row.kind == "before":
        others = [last for one in rows if one.kind in ("value", "target") if (last := one.digits[one.last or 0])]
        near = [last.number for last in others if abs(last.number - digits.number) * _inch(frame, axis) < _APART]
        side = "r" if not near else "b" if digits.number > axis.first and digits.number <= max(near) else "t"
    return {row.last: _Label(digits, palette().accent if row.kind == "target" else palette().grey, side, row.name)}


def _inch(frame: Frame, axis: _Axis) -> float:
    """Inches for one of the unit, as far as they can be known before the labels."""
    return frame.height * 0.8 / (axis.last - axis.first)


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
