"""One value of the waist, exact: halves, base and state, never a rounded number."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scorecard.calendar.period import Period
from scorecard.catalog.definitions import PeriodState


@dataclass(frozen=True)
class IndicatorValue:
    """A row of `indicator_value`. `numerator` and `denominator` as counted (件, 元, 天 …).

    `exact` is the value in the indicator's own unit (61.3 means 61.3 %), or None when the denominator is 0 or there
    is nothing to measure. `base` is the number of rows it rests on. `parts` holds name, numerator and denominator of
    each stage of a sum of stage means, and is empty otherwise. `unknown` is the number of rows that the value is about
    and whose amounts the extracts do not say: they are left out. `doubts` are the reasons for which the value is
    withheld: there are then no halves and no exact value. `public`: as a visitor sees it, without halves; `hidden` says why
    not even the number is shown to him.
    """

    indicator: str
    period: Period
    department: str
    scope: str
    numerator: Decimal | None
    denominator: Decimal | None
    base: int
    exact: Fraction | None
    state: PeriodState
    parts: tuple[tuple[str, Decimal, Decimal], ...] = ()
    unknown: int = 0
    doubts: tuple[str, ...] = ()
    public: bool = False
    hidden: str = ""
