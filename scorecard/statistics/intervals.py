"""How far a share of few rows strays by chance, limits that know how many rows it has, and what the rest of a year may add to a count.

A projection comes with its interval and is never a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import asin, exp, lgamma, log, sin, sqrt
from statistics import NormalDist

FEW = 30  # of fewer rows a share is shown with its interval
SCREEN = Fraction(3267, 1000)  # D4: a larger moving range, in their mean, is itself an outlier
_Z = Decimal("1.959963984540054")  # the 97.5 % point of the normal distribution


def wilson(part: int, whole: int) -> tuple[Fraction, Fraction]:
    """The 95 % interval of `part` out of `whole` rows, as shares of one: 4 of 5 gives 0.3755 and 0.9638.

    Wilson's score interval (Journal of the American Statistical Association 22, 1927).
    """
    share, square = Decimal(part) / whole, _Z * _Z / whole
    middle = share + square / 2
    reach = _Z * (share * (1 - share) / whole + square / (4 * whole)).sqrt()
    low, high = ((middle + sign * reach) / (1 + square) for sign in (-1, 1))
    return Fraction(low) if part else Fraction(0), Fraction(high) if part < whole else Fraction(1)


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean of at least one value."""
    return sum(values, Fraction(0)) / len(values)


def usual_ranges(values: Sequence[Fraction], screening: bool = True) -> list[Fraction]:
    """The moving ranges of at least two values; if `screening`, those strictly less than 3.267 times their mean, once."""
    ranges = [abs(after - before) for before, after in pairwise(values)]
    most = SCREEN * mean(ranges)
    return [one for one in ranges if one < most] if screening else ranges


def laney(
    values: Sequence[Fraction], sizes: Sequence[int], baseline: int, screening: bool = True
) -> tuple[Fraction, ...]:
    """Where each share (in %) lies between the p' limits of its own size: ±1 on them, beyond 1 outside.

    Their middle is the pooled share of the first `baseline` values; their width is three standard deviations of a
    share of that many rows, times how much more (or less) than chance the baseline varies from month to month (Laney, Improved control
    charts for attributes, Quality Engineering 14, 2002). Where all sizes are equal they are exactly the limits of an XmR chart, whose
    moving ranges are screened alike; unscreened they are the published ones. The deviation of a single row is in both, and cancels.
    """
    first = list(zip(values, sizes, strict=True))[:baseline]
    pooled = sum((share * size for share, size in first), Fraction(0)) / sum(size for _, size in first)
    scores = [(share - pooled) * Fraction(Decimal(size).sqrt()) for share, size in zip(values, sizes, strict=True)]
    kept = usual_ranges(scores[:baseline], screening)
    ranges = kept if any(kept) else usual_ranges(scores[:baseline], False)
    reach = Fraction(266, 100) * mean(ranges)
    return tuple(score / reach for score in scores)


def funnel(share: Fraction, rows: int, tail: float) -> tuple[float, float]:
    """Between which shares so many rows lie by chance, but for `tail` at either end, where each is counted with probability `share`.

    Exact binomial limits, the lower one interpolated between two counts: (r - a) / rows, where r is the least count with P(X <= r) >= p
    and a = (P(X <= r) - p) / P(X = r) (Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
    Medicine 24, 2005, appendix A.1.1); the upper one is that of the rows not counted. So a count is outside just where as many or
    more have a chance below `tail`; interpolated like the lower one, 14 of 14 would be where 94 % are usual.
    """
    return _lower(share, rows, tail), 1 - _lower(1 - share, rows, tail)


def _lower(share: Fraction, rows: int, tail: float) -> float:
    if share in (0, 1):
        return float(share)
    total, chance, count = 0.0, 0.0, -1
    while total < tail and count < rows:
        count += 1
        ways = lgamma(rows + 1) - lgamma(count + 1) - lgamma(rows - count + 1)
        chance = exp(ways + count * log(share) + (rows - count) * log(1 - share))
        total += chance
    return max(0.0, (count - (total - tail) / chance) / rows)


FEWEST = 10  # units of which their own differences can be told from chance
TRIMMED = 0.1  # of the scores at either end are drawn in to the next one
_CUT = NormalDist().inv_cdf(1 - TRIMMED)
_KEPT = 1 - 2 * TRIMMED - 2 * _CUT * NormalDist().pdf(_CUT) + 2 * TRIMMED * _CUT**2  # of the variance of normal scores


@dataclass(frozen=True)
class FunnelLimits:
    """Limits around a share, widened by `spread`: the variance between units over that of one row.

    `dispersion` is what units scatter over what chance leads to expect, 1 where nothing else is at work; None of too few units.
    """

    share: Fraction
    dispersion: float | None
    spread: float

    def at(self, rows: int, tail: float) -> tuple[float, float]:
        """Between which shares a unit of so many rows lies, but for `tail` at either end; widened on the arcsine scale."""
        limits, middle, wider = funnel(self.share, rows, tail), asin(sqrt(self.share)), sqrt(1 + rows * self.spread)
        low, high = (middle + (asin(sqrt(edge)) - middle) * wider for edge in limits)
        return (sin(max(low, 0)) ** 2, sin(min(high, asin(1))) ** 2) if self.spread else limits


def funnel_limits(share: Fraction, units: Sequence[tuple[float, int]], trimmed: float = TRIMMED) -> FunnelLimits:
    """The limits for units with their (share, rows): the additive random-effects model.

    Scores are drawn in at both ends, so that a unit far out does not widen what should show it; used only where they still scatter
    more than chance: their squares more than k - 1 (Spiegelhalter 2005, A.3.2; the variance by DerSimonian and Laird). Ours: squares
    are divided by what drawing in leaves of those of chance, without which 95 % limits of courts that differ leave out 12 %. Scores are
    not of arcsines: of six rows at 94 % those alone scatter twice as much.
    """
    if len(units) < FEWEST or share in (0, 1):
        return FunnelLimits(share, None, 0.0)
    scores = [(own - float(share)) * sqrt(rows / (share * (1 - share))) for own, rows in units]
    ordered, last, total = sorted(scores), len(scores) - 1, sum(rows for _, rows in units)
    below, part = divmod(last * trimmed, 1)
    least, most = ((1 - part) * one[int(below)] + part * one[int(below) + 1] for one in (ordered, ordered[::-1]))
    squares = sum(min(max(one, least), most) ** 2 for one in scores) / (_KEPT if trimmed else 1)
    spread = (squares - last) / (total - sum(rows * rows for _, rows in units) / total)
    return FunnelLimits(share, squares / last, max(spread, 0.0))


MONTHS = 12  # that a projection rests on: each month of the year once
STUDENT = Decimal("2.200985")  # the 97.5 % point of Student's t with 11 degrees of freedom


def ahead(values: Sequence[Fraction], number: int, point: Decimal = STUDENT) -> tuple[Fraction, Fraction, Fraction]:
    """Lower limit, middle and upper limit of the sum of the next `number` values, all of them at least 0.

    The middle is as many times the mean. The limits are those of the mean of future values times their number: the mean plus
    and minus t·s·√(1/number + 1/n) (Meeker, Hahn and Escobar, Statistical Intervals, 2017, chapter 4). s is the spread of the
    values themselves, so that a count which varies more than chance, or with the seasons, has a wider interval.
    """
    size = len(values)
    average = mean(values)
    variance = sum(((value - average) ** 2 for value in values), Fraction(0)) / (size - 1)
    square = variance * number * (1 + Fraction(number, size))
    reach = Fraction(point * (Decimal(square.numerator) / square.denominator).sqrt())
    middle = average * number
    return max(middle - reach, Fraction(0)), middle, middle + reach
