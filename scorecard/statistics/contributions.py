"""Why a value moved: its change between two periods, split exactly among the values of one column.

A count or a sum changes by the changes of its parts. A rate or a mean changes because the rates of its parts changed, and because
their shares of the denominator did: with shares w and rates r, Δ = Σ mean(w)·Δr + Σ (mean(r) − R)·Δw, each with the mean of
both periods (Kitagawa, Journal of the American Statistical Association 50, 1955; exact, no remainder). R is the mean of the
two whole rates; it changes no sum, since shares add up to one, and lets a part below the average lower the whole as it grows.
A part that one period lacks has the rate of the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEAST = 30  # rows in either period: fewer make parts whose movements are chance

Halves = tuple[
    Fraction, Fraction
]  # numerator and denominator of a part; without any denominator it is a count or a sum


@dataclass(frozen=True)
class Contribution:
    """What one part adds to the change: by its own rate (a count: by its number), and by its share of the whole.

    `was` and `now` are its shares of the denominator; of a count, of the number itself.
    """

    group: str
    rate: Fraction
    mix: Fraction
    was: Fraction = Fraction(0)
    now: Fraction = Fraction(0)

    @property
    def grew(self) -> bool:
        return self.now > self.was

    @property
    def whole(self) -> Fraction:
        return self.rate + self.mix


def contributions(
    before: Mapping[str, Halves], now: Mapping[str, Halves], groups: Sequence[str]
) -> tuple[Contribution, ...] | None:
    """What each group adds to the change, in the given order; None where a part of the numerator has no denominator."""
    if not any(bottom for parts in (before, now) for _, bottom in parts.values()):
        old, new = (sum((top for top, _ in parts.values()), Fraction(0)) for parts in (before, now))
        tops = [(name, _of(before, name)[0], _of(now, name)[0]) for name in groups]
        return tuple(
            Contribution(name, top - was, Fraction(0), was / old if old else old, top / new if new else new)
            for name, was, top in tops
        )
    old_bottom, new_bottom = (sum((bottom for _, bottom in parts.values()), Fraction(0)) for parts in (before, now))
    undivided = any(bottom < 0 or (top and not bottom) for parts in (before, now) for top, bottom in parts.values())
    if undivided or not old_bottom or not new_bottom:
        return None
    old_top, new_top = (sum((top for top, _ in parts.values()), Fraction(0)) for parts in (before, now))
    level = (old_top / old_bottom + new_top / new_bottom) / 2
    split: list[Contribution] = []
    for name in groups:
        (top, bottom), (new_part, new_whole) = _of(before, name), _of(now, name)
        rates = [part / whole for part, whole in ((top, bottom), (new_part, new_whole)) if whole] or [level]
        share, new_share = bottom / old_bottom, new_whole / new_bottom
        rate = (share + new_share) / 2 * (rates[-1] - rates[0])
        mix = ((rates[0] + rates[-1]) / 2 - level) * (new_share - share)
        split.append(Contribution(name, rate, mix, share, new_share))
    return tuple(split)


def _of(parts: Mapping[str, Halves], name: str) -> Halves:
    return parts.get(name, (Fraction(0), Fraction(0)))


def leading(split: Sequence[Contribution], difference: Fraction) -> Contribution | None:
    """The part that explains at least half of the change, in its direction, and more than any other; None without one.

    It must also explain a quarter more than its share of the rows: the largest part, moving as all do, explains nothing.
    """
    along = [one for one in split if one.whole * difference > 0]
    most = max(along, key=lambda one: abs(one.whole), default=None)
    if most is None or 2 * abs(most.whole) < abs(difference):
        return None
    return most if abs(most.whole) * 4 >= abs(difference) * (most.was + most.now) / 2 * 5 else None


def rounded(values: Sequence[Fraction], total: Fraction, digits: int) -> tuple[Fraction, ...]:
    """The values rounded so that they add up to the total rounded half away from zero, as it is printed.

    What is lost goes to those that rounding hurt most.
    """
    unit = Fraction(1, 10**digits)
    floors = [value // unit for value in values]
    whole = (abs(total) / unit + Fraction(1, 2)) // 1
    missing = (whole if total >= 0 else -whole) - sum(floors)
    order = sorted(range(len(values)), key=lambda at: values[at] / unit - floors[at], reverse=True)
    raised = set(order[: max(missing, 0)])
    return tuple((floor + (at in raised)) * unit for at, floor in enumerate(floors))
