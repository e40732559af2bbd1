"""Random draws: named streams that give the same values on every machine; and the days on which the invented court works.

Only `random()` of the Mersenne Twister and exact arithmetic are used. `gauss`, `lognormvariate` and the like go
through the platform's logarithm, whose last bit may differ, so shapes are drawn as curves of quantiles instead.
"""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TypeVar

from scorecard.calendar.workdays import is_workday

Option = TypeVar("Option")

# (share, value) points of a distribution's quantile function, straight lines between them.
Curve = Sequence[tuple[float, float]]


class Chance:
    """A stream of draws under a name; another name gives an unrelated stream."""

    def __init__(self, *name: object) -> None:
        self._draw = random.Random("/".join(str(part) for part in name)).random

    def happens(self, share: float) -> bool:
        return self._draw() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._draw() * (high - low + 1))

    def about(self, mean: float) -> int:
        """A whole number around a mean, between 0.4 and 1.6 times it."""
        exact = mean * (0.4 + 1.2 * self._draw())
        return int(exact) + (self._draw() < exact - int(exact))

    def pick(self, weights: Mapping[Option, float]) -> Option:
        at = self._draw() * sum(weights.values())
        for choice, weight in weights.items():
            at -= weight
            if at < 0:
                return choice
        return next(reversed(list(weights)))

    def one_of(self, choices: Sequence[Option]) -> Option:
        return choices[int(self._draw() * len(choices))]

    def along(self, curve: Curve) -> float:
        """A value whose distribution has these quantiles."""
        at = self._draw()
        upper = min(bisect_right(curve, (at, float("inf"))), len(curve) - 1)
        (left, low), (right, high) = curve[upper - 1], curve[upper]
        return low + (high - low) * (at - left) / (right - left)

    def days(self, curve: Curve) -> int:
        return int(self.along(curve))


def yuan(cents: float) -> Decimal:
    """Whole cents as yuan with two decimals."""
    return Decimal(int(cents)).scaleb(-2)


# Of the time before the extracts they hold only matters still open on their first day: the stock that a real court starts with.
EXTRACTS_FROM = date(2024, 1, 1)
LAST_DAY = date(2027, 12, 31)

_DAY = timedelta(days=1)


@cache
def working(day: date) -> bool:
    """Whether the court works on this day; weekdays where the year's holidays are not published yet."""
    known = is_workday(day)
    return day.weekday() < 5 if known is None else known


def workday_from(day: date) -> date:
    """The day itself or the next working day."""
    while not working(day):
        day += _DAY
    return day


def month_end(day: date) -> date:
    """The last day of the month of this day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
