"""One period of an indicator, judged: the point of a trend, the month of a control chart, what a card reads."""

from dataclasses import dataclass
from fractions import Fraction

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.verdict import Verdict, VerdictWord
from scorecard.calendar.period import Period
from scorecard.records.targets import Bounds, Target

JUDGEABLE: tuple[VerdictWord, ...] = ("达标", "未达标", "仅监测")
STILL_MOVING: tuple[VerdictWord, ...] = ("在途", "观察期未满")


@dataclass(frozen=True)
class JudgedPeriod:
    """`exact` is None where no value may be shown: no data, or a base that is too small.

    `reading` is the value of the version, None where it holds none. `goal` is the target in force, `bounds` what it asks
    of this period, `target` its text. `figure` and `unit` are the value as text; a base that is too small stands there
    as a count, without a unit.
    """

    period: Period
    verdict: Verdict
    exact: Fraction | None = None
    bounds: Bounds | None = None
    base: int = 0
    reading: IndicatorValue | None = None
    goal: Target | None = None
    figure: str = "—"
    unit: str = ""
    halves: str = ""
    target: str = ""

    @property
    def label(self) -> str:
        return self.period.label

    @property
    def key(self) -> str:
        return self.period.key

    @property
    def word(self) -> VerdictWord:
        return self.verdict.word

    @property
    def text(self) -> str:
        """The value with its unit, as it stands in a sentence."""
        return f"{self.figure}{self.unit}"

    @property
    def value(self) -> float | None:
        """For drawing only."""
        return _float(self.exact)

    @property
    def lower(self) -> float | None:
        """For drawing only."""
        return _float(self.bounds.lower) if self.bounds else None

    @property
    def upper(self) -> float | None:
        """For drawing only."""
        return _float(self.bounds.upper) if self.bounds else None

    @property
    def settled(self) -> bool:
        """False while the value will still move: a running period, a cohort under observation."""
        return self.word not in STILL_MOVING

    @property
    def takes_part(self) -> bool:
        """Whether it may be compared and charted."""
        return self.exact is not None and self.word in JUDGEABLE


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
