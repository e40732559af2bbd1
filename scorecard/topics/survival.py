"""How long cases take when some have not ended: the Kaplan–Meier median with its interval, and the age of what is pending.

The mean of closed cases leaves out exactly those that take long. Here a pending case counts as "at least this many days":
at every length t at which n cases were still open and d ended, the share still open falls by the factor (n − d) / n.
Median: the first length at which that share is one half or less; where it is exactly one half, the middle of the stretch
over which it is, so that with nothing pending it is the ordinary median. Interval: the lengths at which the 95 % limits
of the share cross one half; limits on the log scale with Greenwood's variance, as R's survfit has them.
The share itself is a quotient of whole numbers, so one half is exactly one half.

Written out here because no package gives the answers R published: docs/decisions.md 32 has what lifelines, SciPy and
statsmodels say instead. tests/scorecard/topics/test_survival.py checks ours.
"""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, sqrt

_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Spell:
    """One case: whole days from its start to its end, or to the day of the statistics when it has not ended."""

    days: int
    ended: bool


@dataclass(frozen=True)
class Step:
    """From this many days on, this share of the cases is still open, between these limits; none where it is nothing."""

    days: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Survival:
    """What spells say of a length of time. The median, or a limit of it, is None while too few have ended to tell."""

    cases: int
    ended: int
    median: Fraction | None
    low: Fraction | None
    high: Fraction | None
    steps: tuple[Step, ...]

    @property
    def pending(self) -> int:
        return self.cases - self.ended


def survival(spells: Sequence[Spell]) -> Survival:
    """The Kaplan–Meier estimate. A case that ends and one censored on the same day: the first is counted first."""
    steps: list[Step] = []
    exact: list[tuple[int, bool, bool]] = []  # days, share at most one half, share exactly one half
    above, below, variance = 1, 1, 0.0
    for days, ended, at_risk in _falls(spells):
        above, below = above * (at_risk - ended), below * at_risk
        share = above / below  # Python divides whole numbers of any size
        if ended == at_risk:  # nobody left: the variance of the logarithm is infinite, the limits are unknown
            steps.append(Step(days, share, None, None))
        else:
            variance += ended / (at_risk * (at_risk - ended))
            reach = exp(_Z95 * sqrt(variance))
            steps.append(Step(days, share, share / reach, min(1.0, share * reach)))
        exact.append((days, 2 * above <= below, 2 * above == below))
    return Survival(
        cases=len(spells),
        ended=sum(spell.ended for spell in spells),
        median=_crossing(exact),
        low=_crossing([(step.days, step.low is not None and step.low <= 0.5, False) for step in steps]),
        high=_crossing([(step.days, step.high is not None and step.high <= 0.5, False) for step in steps]),
        steps=tuple(steps),
    )


def _falls(spells: Sequence[Spell]) -> Iterator[tuple[int, int, int]]:
    """Every length at which cases ended, how many did, and how many were open until then."""
    ends = Counter(spell.days for spell in spells if spell.ended)
    leaving = Counter(spell.days for spell in spells)
    at_risk = len(spells)
    for days in sorted(leaving):
        if ends[days]:
            yield days, ends[days], at_risk
        at_risk -= leaving[days]


def _crossing(steps: Sequence[tuple[int, bool, bool]]) -> Fraction | None:
    """The length at which the share has come down to one half; the middle of a stretch at exactly one half."""
    for number, (days, reached, exactly) in enumerate(steps):
        if reached:
            if exactly and number + 1 < len(steps):
                return Fraction(days + steps[number + 1][0], 2)
            return Fraction(days)
    return None


def mean(days: Sequence[int]) -> Fraction | None:
    """The mean, exact; None of nothing."""
    return Fraction(sum(days), len(days)) if days else None


def median(days: Sequence[int]) -> Fraction | None:
    """The median, exact, the mean of the middle two of an even number; None of nothing."""
    return statistics.median(map(Fraction, days)) if days else None


@dataclass(frozen=True)
class AgeGroup:
    """How many pending cases are this old."""

    label: str
    count: int


AGES: tuple[tuple[str, int], ...] = (("6个月以内", 6), ("6个月以上至1年", 12), ("1年以上至2年", 24))
OLDEST = "超过2年"


def ages(months: Sequence[int]) -> tuple[AgeGroup, ...]:
    """Pending cases by age, every group even when empty; `months` are the calendar months each has been open and over.

    Calendar months, because two years of a case are two years and not 730 days.
    """
    counts: Counter[str] = Counter(next((label for label, limit in AGES if month < limit), OLDEST) for month in months)
    return tuple(AgeGroup(label, counts[label]) for label in (*(label for label, _ in AGES), OLDEST))
