"""Limits, signals, 变异 and 保障 of a series of values: statistical process control by XmR charts, in exact fractions.

The rules are those of NHS England's "making data count" (R package NHSRplotthedots 0.2.2, restated, not copied): the
moving range gives the limits, four rules give the signals, direction and target give the two words. Four rules are
enough: every further one adds false alarms. Positions count the values that take part; a month without a value is
absent, never 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, get_args

from scorecard.records.targets import Bounds
from scorecard.statistics.baseline_fitness import ANYTHING, BASELINE, LEAST, BaselineFault, Possible, baseline_fault
from scorecard.statistics.intervals import laney, mean, usual_ranges

Variation = Literal["真实改善", "需要关注", "显著变化", "正常波动", "基准不稳"]
Assurance = Literal["稳定达标", "稳定不达标", "时达时不达"]
VARIATIONS: tuple[Variation, ...] = get_args(Variation)
ASSURANCES: tuple[Assurance, ...] = get_args(Assurance)
Rule = Literal["outside", "trend", "close", "shift"]  # in this order of priority
LimitSide = Literal[1, -1]  # above or rising, below or falling

RUN = 7  # of trend and shift; other guides use 6 or 8
_WINDOW, _NEEDED = 3, 2  # two of three close to a limit
_TO_LIMIT = Fraction(266, 100)  # 3 / d2, d2 = 1.128 for ranges of two
_TO_CLOSE = _TO_LIMIT * 2 / 3


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
class LimitSegment:
    """Values between two re-basings, judged by limits of their own. `start` is the position of the first one.

    There are no limits while the values are too few, and none where `fault` says why their baseline is unfit.
    """

    start: int
    values: tuple[Fraction, ...]
    limits: Limits | None
    signals: tuple[Signal | None, ...]
    fault: BaselineFault | None = None
    possible: Possible = ANYTHING


def limits(values: Sequence[Fraction], baseline: int | None = BASELINE, screening: bool = True) -> Limits | None:
    """Mean and limits of the first `baseline` values (of all, when None); None for fewer than two values.

    Screening drops every moving range that is not strictly less than 3.267 times their mean, once. A constant series
    has no moving range to keep: its limits are its mean.
    """
    base = list(values if baseline is None else values[:baseline])
    if len(base) < 2:
        return None
    normal = usual_ranges(base, screening)
    moving_range = mean(normal) if normal else Fraction(0)
    return Limits(mean(base), moving_range, len(base), len(base) - 1 - len(normal))


def signals(
    values: Sequence[Fraction], by: Limits, run: int = RUN, sizes: Sequence[int] = ()
) -> tuple[Signal | None, ...]:
    """For each value the rule it signals by, of several the first in priority; none at all where nothing varies.

    `sizes` are the rows of each value that is a share of rows. A month of few rows strays farther by chance, which limits of
    one width do not know: alone it signals only where it is beyond limits of its own size too (Laney's p' chart).
    """
    if by.flat:
        return (None,) * len(values)
    own = laney(values, sizes, by.baseline) if sizes else ()
    signalled: list[Signal | None] = [None] * len(values)
    for signal, positions in (
        *_shifts(values, by, run),
        *_close(values, by, own),
        *_trends(values, run),
        *_outside(values, by, own),
    ):
        for position in positions:  # later rules in this list come first in priority and overwrite
            signalled[position] = signal
    return tuple(signalled)


_Signals = Iterable[tuple[Signal, Iterable[int]]]


def _outside(values: Sequence[Fraction], by: Limits, own: Sequence[Fraction]) -> _Signals:
    for position, value in enumerate(values):
        if (value > by.upper or value < by.lower) and (not own or abs(own[position]) > 1):
            yield Signal("outside", 1 if value > by.upper else -1, position, position), (position,)


def _trends(values: Sequence[Fraction], run: int) -> _Signals:
    """Runs of values that only rise or only fall; a tie breaks them, crossing the mean does not."""
    steps: list[LimitSide | None] = [_side(after - before) for before, after in pairwise(values)]
    for side, first, last in _runs(steps):
        if last - first + 2 >= run:
            yield Signal("trend", side, first, last + 1), range(first, last + 2)


def _close(values: Sequence[Fraction], by: Limits, own: Sequence[Fraction]) -> _Signals:
    """Two of three consecutive values on one side of the mean lie beyond the close line; only those are marked.

    Of several windows with a value the earliest one stands: a further month moves no signal.
    """
    near = [
        (by.close_upper < value <= by.upper or by.lower <= value < by.close_lower)
        and (not own or abs(own[position]) > Fraction(2, 3))
        for position, value in enumerate(values)
    ]
    for first in reversed(range(len(values) - _WINDOW + 1)):
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


# --- series and words ------------------------------------------------------------------------------------------


def segments(
    values: Sequence[Fraction], starts: Iterable[int] = (), screening: bool = True, possible: Possible = ANYTHING
) -> tuple[LimitSegment, ...]:
    """The series cut before each position in `starts`; each part has limits from its own first twelve values, if fit."""
    cuts = [0, *sorted({start for start in starts if 0 < start < len(values)}), len(values)]
    parts: list[LimitSegment] = []
    for start, end in pairwise(cuts):
        part, of_part = tuple(values[start:end]), possible.part(start, end)
        fault = baseline_fault(part[:BASELINE], of_part.part(0, BASELINE)) if len(part) >= LEAST else None
        own = limits(part, BASELINE, screening) if len(part) >= LEAST and fault is None else None
        signalled = signals(part, own, sizes=of_part.sizes) if own else (None,) * len(part)
        parts.append(LimitSegment(start, part, own, signalled, fault, of_part))
    return tuple(parts)


def better_side(direction: str, mean: Fraction, value: Fraction, bounds: Bounds | None) -> LimitSide | None:
    """The side on which this value is better; None where there is none.

    A range is better approached: up from below it, down from above it, and worse left. A change inside it, and one that jumps
    over it, is neither better nor worse by itself.
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
    if below or above:
        return None if overshot else 1 if below else -1
    left = bounds.lower is not None and value < bounds.lower, bounds.upper is not None and value > bounds.upper
    return 1 if left[0] else -1 if left[1] else None


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
