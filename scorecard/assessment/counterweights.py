"""Every indicator beside its counterweight, and the pairs whose two sides went apart since the same period last year.

A pair is pointed out (提示核查) when the indicator became better, or counts more of what is merely counted, and its
counterweight became worse: the gain may have been bought. It is never an accusation: real work can look the same. A rate moves
when it changes by a percentage point, anything else by a twentieth of what it was: no rule sets these, they are ours. A share
of rows or a count must also move farther than chance does once in a hundred times (binomial, given both years; of a share the
rarer side is counted, those inside or those outside); of a mean or a sum of money no chance is known, so one of the two sides
has to be such a share or count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import PeriodChange, share_of_rows
from scorecard.statistics.rate_ratio import binomial_tail

Move = Literal["变好", "变差", "增加", "持平", "不判断"]
POINT = Fraction(1)
TWENTIETH = Fraction(1, 20)
ALPHA = 0.01


@dataclass(frozen=True)
class CounterweightPair:
    """An indicator and its counterweight, and the hint where they went apart."""

    card: Card
    partner: Card | None
    hint: str


def pairs(cards: Mapping[str, Card]) -> tuple[CounterweightPair, ...]:
    """The pairs in the order of the catalogue."""
    return tuple(_pair(card, cards.get(card.indicator.counterweight)) for card in cards.values())


def _pair(card: Card, partner: Card | None) -> CounterweightPair:
    apart = partner is not None and moved(card) in ("变好", "增加") and moved(partner) == "变差"
    if partner is None or not apart or not (_beyond_chance(card) or _beyond_chance(partner)):
        return CounterweightPair(card, partner, "")
    mine, other = (change.text if (change := year_on_year(one)) else "" for one in (card, partner))
    return CounterweightPair(card, partner, f"本指标{mine}，制衡指标“{partner.indicator.name}”{other}，两者走向分开。")


def pair_words(card: Card, other: Card) -> str:
    """What two indicators on one axis of time mean, and what they do not."""
    apart = card.indicator.unit != other.indicator.unit
    axes = "两项单位不同，左右两轴各有标度，线的高低不可比。" if apart else "两项单位相同，同用一条纵轴。"
    if card.indicator.counterweight == other.indicator.id:
        hint = _pair(card, other).hint
        return f"“{other.indicator.name}”是本指标的制衡指标：本指标向好时，它不得变坏。{hint and f'{hint}提示核查，不等于有问题。'}{axes}"
    if other.indicator.counterweight == card.indicator.id:
        return f"本指标是“{other.indicator.name}”的制衡指标：那一项向好时，本指标不得变坏。{axes}"
    return f"由读者选来并看，两项一同升降不等于互为因果。{axes}"


def moved(card: Card) -> Move:
    """Whether the indicator is better or worse than in the same period last year; 不判断 without direction or comparison."""
    change = year_on_year(card)
    if change is None or change.difference is None or change.before is None:
        return "不判断"
    direction = card.indicator.direction
    if direction == "range":
        return _moved_in_range(card, change)
    if abs(change.difference) < _least(card, change) or _beyond_chance(card) is False:
        return "持平"
    if direction == "neutral":  # a number of things done: more of them is what the counterweight watches
        counted = card.indicator.formula.kind in ("count", "sum")
        return "增加" if counted and change.difference > 0 else "不判断"
    return "变好" if (change.difference > 0) == (direction == "higher") else "变差"


def year_on_year(card: Card) -> PeriodChange | None:
    """The card's 同比, where it has one."""
    return next((change for change in card.changes if change.kind == "同比"), None)


def _beyond_chance(card: Card) -> bool | None:
    """Whether chance rarely moves it so far; None where no chance is known."""
    change, now = year_on_year(card), card.judged.reading
    before = change.before.reading if change is not None and change.before is not None else None
    of = card.indicator
    events = share_of_rows(of) or (of.formula.kind == "count" and of.accumulates)
    if now is None or before is None or not events:
        return None
    (count, rows), (other, beside) = ((int(one.numerator or 0), int(one.denominator or 1)) for one in (now, before))
    if share_of_rows(of) and 2 * (count + other) > rows + beside:
        count, other = max(rows - count, 0), max(beside - other, 0)
    chance = binomial_tail(count, count + other, rows / (rows + beside), fewer=count * beside < other * rows)
    return chance <= ALPHA


def _moved_in_range(card: Card, change: PeriodChange) -> Move:
    """Into the range or out of it; within it or outside of it neither way is better."""
    before = change.before.word if change.before is not None else ""
    now = card.verdict.word
    if (before, now) == ("未达标", "达标"):
        return "变好"
    return "变差" if (before, now) == ("达标", "未达标") else "持平" if before == now else "不判断"


def _least(card: Card, change: PeriodChange) -> Fraction:
    """The smallest difference that counts as a move."""
    if card.indicator.unit == "%":
        return POINT
    before = change.before.exact if change.before is not None else None
    return abs(before) * TWENTIETH if before else Fraction(1)
