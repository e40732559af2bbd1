"""Whether the first months of a series may say what is normal: what a baseline is tested for before a word rests on it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from math import factorial
from typing import Literal

from scorecard.statistics.intervals import SCREEN, mean

BASELINE = 12  # months: fewer give trial limits
LEAST = 6  # fewer months say nothing yet: no word, no limits drawn
BaselineFaultKind = Literal["few", "end", "coarse", "rising", "falling", "odd", "step", "linked"]

_LEVEL = Fraction(1, 100)
# Two-sided critical values of Grubbs' statistic at 1 % by number of values, as every table of it prints them.
_GRUBBS = {5: "1.764", 6: "1.973", 7: "2.139", 8: "2.274", 9: "2.387", 10: "2.482", 11: "2.564", 12: "2.636"}
# The 1 % point of von Neumann's ratio of sums by number of values; smaller ones are rarer. By Imhof's integral.
_NEUMANN = {6: "0.561", 7: "0.614", 8: "0.665", 9: "0.709", 10: "0.752", 11: "0.791", 12: "0.828"}


@dataclass(frozen=True)
class Possible:
    """Which values a series can take: `ends` that none passes, and for shares of rows (in %) how many rows each has.

    A count moves by `step`; a share by one of its rows; a duration has neither.
    """

    ends: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    step: int | None = None

    def part(self, start: int, end: int) -> "Possible":
        """The same of some of the values."""
        return replace(self, sizes=self.sizes[start:end])

    @property
    def least_step(self) -> Fraction | None:
        """By how much a value must differ from another if it differs at all: of shares that of an average month."""
        if self.sizes:
            return Fraction(100 * len(self.sizes), sum(self.sizes))
        return Fraction(self.step) if self.step else None


ANYTHING = Possible()


@dataclass(frozen=True)
class BaselineFault:
    """Why a baseline is unfit, and the positions of the months that show it.

    few: those unlike the commonest value; end: those at 0 or 100 %; rising, falling and linked: the first and the last
    month; odd: the odd ones; step: the first month of the new level; coarse: none.
    """

    kind: BaselineFaultKind
    months: tuple[int, ...]


def baseline_fault(values: Sequence[Fraction], possible: Possible = ANYTHING) -> BaselineFault | None:
    """What is wrong with six to twelve months as a baseline, or None where they are fit.

    Faults, each with a test of its own; the first that is found is the reason, in this order:

    - few: half of the moving ranges or more are 0, so that limits would rest on a few jumps (Wheeler, chunky data; "making
      data count" of NHS England sends such rare events to charts of the time between them). A constant series is not
      tested here: it has a rule of its own.
    - end: more than a quarter of the months stand at 0 or at 100 %, a floor or a ceiling that limits do not know and behind which
      a change cannot show (Provost and Murray, The Health Care Data Guide, send such series to g and t charts).
    - coarse: three values at most fit below the limit of the moving range, so that one case more or less is a jump (Wheeler, The
      problem of chunky data, Quality Digest, July 2023). Rates of tiny denominators fail here or at "end".
    - rising, falling: Mann-Kendall, exact two-sided distribution without ties, which is cautious where values tie (Mann 1945; Kendall
      1975). A ramp puts the mean where the process no longer is.
    - odd: months that the others do not expect, up to four of twelve, by Rosner's generalized extreme studentized
      deviate (Technometrics 25, 1983; NIST/SEMATECH handbook 1.3.5.17.3). One odd month of twelve moves the mean away
      from all others, and any seven of them in a row are then a "shift". Each is tested against months without it,
      because the screening of moving ranges mends the limits only, never the mean.
    - step, linked: the successive differences are small against the spread (von Neumann 1941, Hart 1942): neighbouring months
      are alike, which is autocorrelation. Step where one change of level accounts for it, linked where it is still there on both
      sides of the best one: the moving ranges then understate the spread, and limits are too narrow.

    The tests of trend, odd months and likeness have a level of 1 %. Of stable baselines of twelve months 2.8 % are called
    unfit where values are normal (nine months: 2.6 %, six: 2.0 %), 4 % of counts with a mean of five; of rarer events, whose
    limits would mislead, more: 18 % of counts with a mean of two and of rates near 95 % of forty cases, 84 % of counts with a
    mean of one (simulated, 3 000 to 20 000 series each; a test repeats the first). Of strongly skewed ones (exponential) it is
    28 %: their largest month distorts the mean as an odd one does. Two or three months of a level of its own at the end of twelve may
    pass.
    """
    steps = [after - before for before, after in pairwise(values)]
    if not any(steps):
        return None
    if 2 * steps.count(Fraction(0)) >= len(steps):
        commonest, _ = Counter(values).most_common(1)[0]
        return BaselineFault("few", tuple(at for at, value in enumerate(values) if value != commonest))
    ends = tuple(at for at, value in enumerate(values) if value in possible.ends)
    if 4 * len(ends) > len(values):
        return BaselineFault("end", ends)
    least = possible.least_step
    if least is not None and SCREEN * sum(abs(step) for step in steps) / len(steps) < 3 * least:
        return BaselineFault("coarse", ())
    if ramp := _ramp(values):
        return BaselineFault(ramp, (0, len(values) - 1))
    if odd := _odd(values):
        return BaselineFault("odd", odd)
    if _alike(values, _spread(values)):
        # The cut that leaves the least spread on its two sides: there the level that follows begins.
        cut = min(range(1, len(values)), key=lambda at: _spread(values[:at]) + _spread(values[at:]))
        sides = [value - mean(side) for side in (values[:cut], values[cut:]) for value in side]
        linked = _alike(sides, _spread(sides))
        return BaselineFault("linked", (0, len(values) - 1)) if linked else BaselineFault("step", (cut,))
    return None


def first_fit(values: Sequence[Fraction], possible: Possible = ANYTHING) -> int | None:
    """From which later value on a baseline would be fit: of twelve months if there is one, else of six or more; None without."""
    for least in (BASELINE, LEAST):
        for start in range(1, len(values) - least + 1):
            end = start + BASELINE
            if baseline_fault(values[start:end], possible.part(start, end)) is None:
                return start
    return None


def _alike(values: Sequence[Fraction], spread: Fraction) -> bool:
    """Whether neighbours are more alike than chance makes them."""
    steps = [after - before for before, after in pairwise(values)]
    return sum(step * step for step in steps) < Fraction(_NEUMANN[len(values)]) * spread


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
        spread, middle = _spread([values[at] for at in left]), mean([values[at] for at in left])
        suspect = max(left, key=lambda at: abs(values[at] - middle))
        far = (values[suspect] - middle) ** 2 * (len(left) - 1)
        suspects.append(suspect)
        if far > Fraction(_GRUBBS[len(left)]) ** 2 * spread:
            odd = len(suspects)
        left.remove(suspect)
    return tuple(sorted(suspects[:odd]))


def _spread(values: Sequence[Fraction]) -> Fraction:
    """The sum of squared distances from the mean."""
    middle = mean(values)
    return sum(((value - middle) ** 2 for value in values), Fraction(0))
