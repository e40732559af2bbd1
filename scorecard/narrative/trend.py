"""What a trend figure shows of one indicator, before a screen, a picture or a slide draws it."""

from dataclasses import dataclass

from scorecard.assessment.control_chart import ControlChart
from scorecard.assessment.control_limits import Variation
from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.assessment.verdict import VerdictWord
from scorecard.narrative.control_words import possible
from scorecard.narrative.time_axis_notes import AxisNote


@dataclass(frozen=True)
class Trend:
    """What a trend figure shows. `provenance` lines are burned in; `chosen` is the key of the period being read.

    `control` adds mean and limits (monthly grain only), `marks` what the time axis must say; `notes` stand above the
    provenance; `reading` above them says the chosen period's value, verdict and target in words.
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
    """The span of values and targets with some air; from 0 unless that would flatten the line, shares end at 100."""
    values = [value for point in shown.points for value in (point.value, point.lower, point.upper) if value is not None]
    if shown.control is not None:
        parts = [part.limits for part in shown.control.parts if part.limits is not None and not part.limits.flat]
        values += [float(edge) for by in parts for edge in possible(by, shown.control)]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    air = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low < 0.5 * high or low - air < 0 <= low else low - air
    ceiling = high + air * 1.4
    return floor - (high - floor) * 0.03, min(ceiling, 104.0) if shown.share and high <= 100 else ceiling
