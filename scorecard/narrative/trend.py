"""What a trend figure shows of one indicator, before a screen, a picture or a slide draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.assessment.comparison import YearEnd
from scorecard.assessment.control_chart import ControlChart
from scorecard.assessment.control_limits import Variation
from scorecard.assessment.verdict import JudgedPeriod, VerdictWord
from scorecard.calendar.period import Period
from scorecard.narrative.control_words import possible
from scorecard.narrative.time_axis_notes import AxisNote


@dataclass(frozen=True)
class Trend:
    """What a trend figure shows. `provenance` lines are burned in; `chosen` is the key of the period being read.

    `control` adds mean and limits (monthly grain only), `marks` what the time axis must say; `notes` stand above the
    provenance; `reading` above them says the chosen period's value, verdict and target in words; `ahead` is drawn as no
    value is; `before` is last year's line, of cumulative values.
    """

    title: str
    subtitle: str
    unit: str
    points: tuple[JudgedPeriod, ...]
    chosen: str
    share: bool
    provenance: tuple[str, ...]
    sample: bool
    control: ControlChart | None = None
    marks: tuple[AxisNote, ...] = ()
    notes: tuple[str, ...] = ()
    reading: str = ""
    ahead: YearEnd | None = None
    before: tuple[JudgedPeriod, ...] = ()


def by_year(points: Sequence[JudgedPeriod], period: Period) -> tuple[Sequence[JudgedPeriod], Sequence[JudgedPeriod]]:
    """The line and the one to compare it with: cumulative values begin anew each year, so each year has its own."""
    if period.grain != "ytd":
        return points, ()
    own, last = (
        [point for point in points if point.period.first_month == january]
        for january in (period.first_month, period.first_month - 12)
    )
    return own, last


def a_year_on(point: JudgedPeriod) -> str:
    """Where a period of last year stands on this year's axis."""
    return point.period.months.containing(point.period.grain, point.period.last_month + 12).label


def axis_labels(shown: Trend) -> list[str]:
    """The periods of the axis; beside a line of last year the whole year, whose rest is still to come."""
    return list(dict.fromkeys([*(point.label for point in shown.points), *map(a_year_on, shown.before)]))


def word_of(shown: Trend, point: JudgedPeriod) -> VerdictWord | Variation | None:
    """The word a point is coloured by, or None."""
    if shown.control is None:
        return "未达标" if point.verdict.word == "未达标" else None
    return next(
        (
            month.word
            for month in shown.control.months
            if month.period.key == point.key and month.signal is not None and month.word != "正常波动"
        ),
        None,
    )


def span_of(shown: Trend) -> tuple[float, float]:
    """The span of values and targets with some air; from 0 unless that would flatten the line, shares end at 100.

    What still moves does not flatten what is settled: more than once the span away it lies outside.
    """
    points = (*shown.points, *shown.before)
    moving = [point.value for point in points if point.value is not None and not point.settled]
    values = [
        value
        for point in points
        for value in (point.value if point.settled else None, point.lower, point.upper)
        if value is not None
    ]
    if shown.control is not None:
        parts = [part.limits for part in shown.control.parts if part.limits is not None and not part.limits.flat]
        values += [float(edge) for by in parts for edge in possible(by, shown.control)]
    reach = (max(values) - min(values) if values else 0.0) or float("inf")
    near = [value for value in moving if not values or min(values) - reach <= value <= max(values) + reach]
    values += near
    if not values:
        return 0.0, 1.0
    values += [float(end) for _, *ends in (shown.ahead.steps if shown.ahead else ()) for end in ends]
    low, high = min(values), max(values)
    air = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low < 0.5 * high or low - air < 0 <= low else low - air
    ceiling = high + air * 1.4
    return floor - (high - floor) * 0.03, min(ceiling, 104.0) if shown.share and high <= 100 else ceiling
