"""Whether the months of a baseline may say what is normal: tested before any word of 变异 or 保障 rests on their limits.

Four faults, each with a test of its own and a level of 1 %; the first that is found is the reason, in this order:

- few: half of the moving ranges or more are 0, so that limits would rest on a few jumps (Wheeler, chunky data; "making
  data count" of NHS England sends such rare events to charts of the time between them). A constant series is not
  tested here: it has a rule of its own.
- rising, falling: Mann-Kendall, exact two-sided distribution without ties, which is cautious where values tie (Mann 1945; Kendall
  1975). A ramp puts the mean where the process no longer is.
- odd: months that the others do not expect, up to four of twelve, by Rosner's generalized extreme studentized
  deviate (Technometrics 25, 1983; NIST/SEMATECH handbook 1.3.5.17.3). One odd month of twelve moves the mean away
  from all others, and any seven of them in a row are then a "shift". Each is tested against months without it,
  because the screening of moving ranges mends the limits only, never the mean.
- step: the successive differences are small against the spread, so that the level moved (von Neumann 1941, Hart 1942).

Of stable baselines of twelve months 2.8 % are called unfit where values are normal (nine months: 2.6 %, six: 2.0 %), 4 %
of counts with a mean of five, 7 % of rates near 95 % of forty cases (simulated, 4 000 to 20 000 series each; a test
repeats the first). Of strongly skewed ones (exponential) it is 28 %: their largest month distorts the mean as an odd one
does. Two or three months of a level of its own at the end of twelve may pass.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from math import factorial
from typing import Literal

Fault = Literal["few", "rising", "falling", "odd", "step"]

_LEVEL = Fraction(1, 100)
# Two-sided critical values of Grubbs' statistic at 1 % by number of values, as every table of it prints them.
_GRUBBS = {5: "1.764", 6: "1.973", 7: "2.139", 8: "2.274", 9: "2.387", 10: "2.482", 11: "2.564", 12: "2.636"}
# The 1 % point of von Neumann's ratio of sums by number of values; smaller ones are rarer. By Imhof's integral.
_NEUMANN = {6: "0.561", 7: "0.614", 8: "0.665", 9: "0.709", 10: "0.752", 11: "0.791", 12: "0.828"}


@dataclass(frozen=True)
class BaselineFault:
    """Why a baseline is unfit, and the positions of the months that show it.

    few: those unlike the commonest value; rising and falling: the first and the last month; odd: the odd ones; step:
    the first month of the new level.
    """

    kind: Fault
    months: tuple[int, ...]


def baseline_fault(values: Sequence[Fraction]) -> BaselineFault | None:
    """What is wrong with six to twelve months as a baseline, or None where they are fit."""
    steps = [after - before for before, after in pairwise(values)]
    if not any(steps):
        return None
    if 2 * steps.count(Fraction(0)) >= len(steps):
        commonest, _ = Counter(values).most_common(1)[0]
        return BaselineFault("few", tuple(at for at, value in enumerate(values) if value != commonest))
    if ramp := _ramp(values):
        return BaselineFault(ramp, (0, len(values) - 1))
    if odd := _odd(values):
        return BaselineFault("odd", odd)
    if sum(step * step for step in steps) < Fraction(_NEUMANN[len(values)]) * _spread(values):
        return BaselineFault("step", (_new_level(values),))
    return None


def _ramp(values: Sequence[Fraction]) -> Literal["rising", "falling"] | None:
    score = sum((after > before) - (after < before) for before, after in combinations(values, 2))
    pairs = len(values) * (len(values) - 1) // 2
    inversions = (pairs - abs(score)) // 2  # of an order without ties that is as steep
    extreme = sum(_orders(len(values), count) for count in range(inversions + 1))
    if Fraction(2 * extreme, factorial(len(values))) > _LEVEL:
        return None
    return "rising" if score > 0 else "falling"


@cache
def _orders(size: int, inversions: int) -> int:
    """How many orders of `size` different values have so many inversions (the Mahonian numbers)."""
    if size < 2 or inversions < 0:
        return int(inversions == 0)
    return sum(_orders(size - 1, inversions - moved) for moved in range(size))


def _odd(values: Sequence[Fraction]) -> tuple[int, ...]:
    """The odd months in time order: of all suspects in turn, those up to the last one that is beyond its critical value."""
    left = list(range(len(values)))
    suspects: list[int] = []
    odd = 0
    for _ in range(len(values) // 2 - 2):
        spread, mean = _spread([values[at] for at in left]), _mean([values[at] for at in left])
        suspect = max(left, key=lambda at: abs(values[at] - mean))
        far = (values[suspect] - mean) ** 2 * (len(left) - 1)
        suspects.append(suspect)
        if far > Fraction(_GRUBBS[len(left)]) ** 2 * spread:
            odd = len(suspects)
        left.remove(suspect)
    return tuple(sorted(suspects[:odd]))


def _new_level(values: Sequence[Fraction]) -> int:
    """The first month of the level that follows: the cut that leaves the least spread on its two sides."""
    return min(range(1, len(values)), key=lambda cut: _spread(values[:cut]) + _spread(values[cut:]))


def _spread(values: Sequence[Fraction]) -> Fraction:
    """The sum of squared distances from the mean."""
    mean = _mean(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0))


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
