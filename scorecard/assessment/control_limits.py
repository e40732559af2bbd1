"""Limits, signals, 变异 and 保障 of a series of values: statistical process control by XmR charts, in exact fractions.

The rules are those of NHS England's "making data count" (R package NHSRplotthedots 0.2.2, restated, not copied): the
moving range gives the limits, four rules give the signals, direction and target give the two words. Four rules are
enough: every further one adds false alarms. Positions count the values that take part; a month without a value is
absent, never 0.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from math import factorial
from typing import Literal, get_args

from scorecard.records.targets import Bounds

Variation = Literal["真实改善", "需要关注", "显著变化", "正常波动", "基准不稳"]
Assurance = Literal["稳定达标", "稳定不达标", "时达时不达"]
VARIATIONS: tuple[Variation, ...] = get_args(Variation)
ASSURANCES: tuple[Assurance, ...] = get_args(Assurance)
Rule = Literal["outside", "trend", "close", "shift"]  # in this order of priority
BaselineFaultKind = Literal["few", "rising", "falling", "odd", "step"]
LimitSide = Literal[1, -1]  # above or rising, below or falling

BASELINE = 12  # months: fewer give trial limits
LEAST = 6  # fewer months say nothing yet: no word, no limits drawn
RUN = 7  # of trend and shift; other guides use 6 or 8
_WINDOW, _NEEDED = 3, 2  # two of three close to a limit
_TO_LIMIT = Fraction(266, 100)  # 3 / d2, d2 = 1.128 for ranges of two
_TO_CLOSE = _TO_LIMIT * 2 / 3
_SCREEN = Fraction(3267, 1000)  # D4: a larger moving range is itself an outlier
_LEVEL = Fraction(1, 100)
# Two-sided critical values of Grubbs' statistic at 1 % by number of values, as every table of it prints them.
_GRUBBS = {5: "1.764", 6: "1.973", 7: "2.139", 8: "2.274", 9: "2.387", 10: "2.482", 11: "2.564", 12: "2.636"}
# The 1 % point of von Neumann's ratio of sums by number of values; smaller ones are rarer. By Imhof's integral.
_NEUMANN = {6: "0.561", 7: "0.614", 8: "0.665", 9: "0.709", 10: "0.752", 11: "0.791", 12: "0.828"}


@dataclass(frozen=True)
class Limits:
    """What the baseline says is normal. It rests on `baseline` values; `screened` of their moving ranges were left out."""

    mean: Fraction
    moving_range: Fraction
    baseline: int
    screened: int

    @property
    def upper(self) -> Fraction:
        return self.mean + _TO_LIMIT * self.moving_range

    @property
    def lower(self) -> Fraction:
        return self.mean - _TO_LIMIT * self.moving_range

    @property
    def close_upper(self) -> Fraction:
        return self.mean + _TO_CLOSE * self.moving_range

    @property
    def close_lower(self) -> Fraction:
        return self.mean - _TO_CLOSE * self.moving_range

    @property
    def trial(self) -> bool:
        """True while the baseline is shorter than twelve months."""
        return self.baseline < BASELINE

    @property
    def flat(self) -> bool:
        """True where nothing varies: mean and limits are one line, which tells no signal from noise."""
        return self.moving_range == 0


@dataclass(frozen=True)
class Signal:
    """Why a value is not noise: the rule, to which side, and the positions of the values that make it up."""

    rule: Rule
    side: LimitSide
    first: int
    last: int


@dataclass(frozen=True)
class BaselineFault:
    """Why a baseline is unfit, and the positions of the months that show it.

    few: those unlike the commonest value; rising and falling: the first and the last month; odd: the odd ones; step:
    the first month of the new level.
    """

    kind: BaselineFaultKind
    months: tuple[int, ...]


@dataclass(frozen=True)
class LimitSegment:
    """Values between two re-basings, judged by limits of their own. `start` is the position of the first one.

    There are no limits while the values are too few, and none where `fault` says why their baseline is unfit.
    """

    start: int
    values: tuple[Fraction, ...]
    limits: Limits | None
    signals: tuple[Signal | None, ...]
    fault: BaselineFault | None = None


def limits(values: Sequence[Fraction], baseline: int | None = BASELINE, screening: bool = True) -> Limits | None:
    """Mean and limits of the first `baseline` values (of all, when None); None for fewer than two values.

    Screening drops every moving range that is not strictly less than 3.267 times their mean, once. A constant series
    has no moving range to keep: its limits are its mean.
    """
    base = list(values if baseline is None else values[:baseline])
    if len(base) < 2:
        return None
    ranges = [abs(after - before) for before, after in pairwise(base)]
    usual = _mean(ranges)
    normal = [size for size in ranges if size < _SCREEN * usual] if screening else ranges
    moving_range = _mean(normal) if normal else Fraction(0)
    return Limits(_mean(base), moving_range, len(base), len(ranges) - len(normal))


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def signals(values: Sequence[Fraction], by: Limits, run: int = RUN) -> tuple[Signal | None, ...]:
    """For each value the rule it signals by, of several the first in priority; none at all where nothing varies."""
    if by.flat:
        return (None,) * len(values)
    signalled: list[Signal | None] = [None] * len(values)
    for signal, positions in (
        *_shifts(values, by, run),
        *_close(values, by),
        *_trends(values, run),
        *_outside(values, by),
    ):
        for position in positions:  # later rules in this list come first in priority and overwrite
            signalled[position] = signal
    return tuple(signalled)


_Signals = Iterable[tuple[Signal, Iterable[int]]]


def _outside(values: Sequence[Fraction], by: Limits) -> _Signals:
    for position, value in enumerate(values):
        if value > by.upper or value < by.lower:
            yield Signal("outside", 1 if value > by.upper else -1, position, position), (position,)


def _trends(values: Sequence[Fraction], run: int) -> _Signals:
    """Runs of values that only rise or only fall; a tie breaks them, crossing the mean does not."""
    steps: list[LimitSide | None] = [_side(after - before) for before, after in pairwise(values)]
    for side, first, last in _runs(steps):
        if last - first + 2 >= run:
            yield Signal("trend", side, first, last + 1), range(first, last + 2)


def _close(values: Sequence[Fraction], by: Limits) -> _Signals:
    """Two of three consecutive values on one side of the mean lie beyond the close line; only those are marked."""
    near = [by.close_upper < value <= by.upper or by.lower <= value < by.close_lower for value in values]
    for first in range(len(values) - _WINDOW + 1):
        window = range(first, first + _WINDOW)
        sides: set[LimitSide | None] = {_side(values[position] - by.mean) for position in window}
        marked = [position for position in window if near[position]]
        if len(marked) >= _NEEDED and len(sides) == 1 and (side := sides.pop()):
            yield Signal("close", side, first, window[-1]), marked


def _shifts(values: Sequence[Fraction], by: Limits, run: int) -> _Signals:
    """Runs strictly on one side of the mean; a value on the mean breaks them."""
    for side, first, last in _runs([_side(value - by.mean) for value in values]):
        if last - first + 1 >= run:
            yield Signal("shift", side, first, last), range(first, last + 1)


def _side(difference: Fraction) -> LimitSide | None:
    return None if difference == 0 else 1 if difference > 0 else -1


def _runs(sides: Sequence[LimitSide | None]) -> Iterable[tuple[LimitSide, int, int]]:
    """(side, first, last) of every longest run of equal sides."""
    first = 0
    for position, side in enumerate(sides):
        if position + 1 == len(sides) or sides[position + 1] != side:
            if side is not None:
                yield side, first, position
            first = position + 1


# --- whether a baseline may say what is normal -------------------------------------------------------------------


def baseline_fault(values: Sequence[Fraction]) -> BaselineFault | None:
    """What is wrong with six to twelve months as a baseline, or None where they are fit.

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


def first_fit(values: Sequence[Fraction]) -> int | None:
    """From which later value on a baseline would be fit: of twelve months if there is one, else of six or more; None without."""
    for least in (BASELINE, LEAST):
        for start in range(1, len(values) - least + 1):
            if baseline_fault(values[start : start + BASELINE]) is None:
                return start
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


# --- series and words ------------------------------------------------------------------------------------------


def segments(
    values: Sequence[Fraction], starts: Iterable[int] = (), screening: bool = True
) -> tuple[LimitSegment, ...]:
    """The series cut before each position in `starts`; each part has limits from its own first twelve values, if fit."""
    cuts = [0, *sorted({start for start in starts if 0 < start < len(values)}), len(values)]
    parts: list[LimitSegment] = []
    for start, end in pairwise(cuts):
        part = tuple(values[start:end])
        fault = baseline_fault(part[:BASELINE]) if len(part) >= LEAST else None
        own = limits(part, BASELINE, screening) if len(part) >= LEAST and fault is None else None
        parts.append(LimitSegment(start, part, own, signals(part, own) if own else (None,) * len(part), fault))
    return tuple(parts)


def better_side(direction: str, mean: Fraction, value: Fraction, bounds: Bounds | None) -> LimitSide | None:
    """The side on which this value is better; None where there is none.

    A range is better approached: up from below it, down from above it. Inside it, and where a value jumps over it, a
    change is neither better nor worse by itself.
    """
    if direction in ("higher", "lower"):
        return 1 if direction == "higher" else -1
    if direction != "range" or bounds is None:
        return None
    below = bounds.lower is not None and mean < bounds.lower
    above = bounds.upper is not None and mean > bounds.upper
    overshot = (below and bounds.upper is not None and value > bounds.upper) or (
        above and bounds.lower is not None and value < bounds.lower
    )
    return None if overshot or not (below or above) else 1 if below else -1


def variation(signal: Signal | None, better: LimitSide | None) -> Variation:
    """The word for a value: noise, or a change that is better, worse, or without direction."""
    if signal is None:
        return "正常波动"
    if better is None:
        return "显著变化"
    return "真实改善" if signal.side == better else "需要关注"


def assurance(by: Limits, direction: str, bounds: Bounds | None) -> Assurance | None:
    """Whether this process meets its target as it runs; None without a target or without direction.

    A single bound must lie strictly outside the limits; the limits may touch a range from inside. A series that never
    varies meets its target or it does not.
    """
    if bounds is None or direction == "neutral" or (bounds.lower is None and bounds.upper is None):
        return None
    low, high = bounds.lower, bounds.upper
    if (low is not None and by.upper < low) or (high is not None and by.lower > high):
        return "稳定不达标"
    inclusive = by.flat or (low is not None and high is not None)
    above = low is None or low < by.lower or (inclusive and low == by.lower)
    below = high is None or by.upper < high or (inclusive and high == by.upper)
    return "稳定达标" if above and below else "时达时不达"
