"""Random draws: named streams that give the same values on every machine.

Only `random()` of the Mersenne Twister and exact arithmetic are used. `gauss`, `lognormvariate` and the like go
through the platform's logarithm, whose last bit may differ, so shapes are drawn as curves of quantiles instead.
"""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

Option = TypeVar("Option")
Value = TypeVar("Value")

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

    def maybe(self, value: Value, missing: float) -> Value | None:
        """The value, or None in this share of draws: a blank cell."""
        return None if self._draw() < missing else value


def in_year(values: Mapping[int, Value], year: int) -> Value:
    """The value of the year, of the last year given before it, or of the first."""
    return values[max((known for known in values if known <= year), default=min(values))]


def yuan(cents: float) -> Decimal:
    """Whole cents as yuan with two decimals."""
    return Decimal(int(cents)).scaleb(-2)
