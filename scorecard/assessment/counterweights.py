"""Every indicator beside its counterweight, and the pairs whose two sides went apart since the same period last year.

A pair is pointed out (提示核查) when the indicator became better, or counts more of what is merely counted, and its
counterweight became worse: the gain may have been bought.
It is never an accusation: real work can look the same, so the sentence asks for a look at the
cases. A rate moves when it changes by a percentage point, anything else by a twentieth of what it was: no rule sets
these, they are ours, to keep rounding and chance out of the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import PeriodChange

Move = Literal["变好", "变差", "增加", "持平", "不判断"]
POINT = Fraction(1)
TWENTIETH = Fraction(1, 20)


@dataclass(frozen=True)
class CounterweightPair:
    """An indicator and its counterweight, how each moved, and the hint where they went apart."""

    card: Card
    partner: Card | None
    move: Move
    partner_move: Move
    hint: str


def pairs(cards: Mapping[str, Card], domain: str) -> tuple[CounterweightPair, ...]:
    """The pairs of a domain in the order of the catalogue."""
    return tuple(
        _pair(card, cards.get(card.indicator.counterweight))
        for card in cards.values()
        if card.indicator.domain == domain
    )


def _pair(card: Card, partner: Card | None) -> CounterweightPair:
    mine, other = moved(card), "不判断" if partner is None else moved(partner)
    hint = ""
    if partner is not None and mine in ("变好", "增加") and other == "变差":
        hint = (
            f"提示核查：本指标{_change_text(card)}，制衡指标“{partner.indicator.name}”{_change_text(partner)}，"
            "两者走向分开。请抽查个案，核对口径和登记；这不表示存在问题。"
        )
    return CounterweightPair(card, partner, mine, other, hint)


def moved(card: Card) -> Move:
    """Whether the indicator is better or worse than in the same period last year; 不判断 without direction or comparison."""
    change = year_on_year(card)
    if change is None or change.difference is None or change.before is None:
        return "不判断"
    direction = card.indicator.direction
    if direction == "range":
        return _moved_in_range(card, change)
    if abs(change.difference) < _least(card, change):
        return "持平"
    if direction == "neutral":  # a number of things done: more of them is what the counterweight watches
        counted = card.indicator.formula.kind in ("count", "sum")
        return "增加" if counted and change.difference > 0 else "不判断"
    return "变好" if (change.difference > 0) == (direction == "higher") else "变差"


def year_on_year(card: Card) -> PeriodChange | None:
    """The card's 同比, where it has one."""
    return next((change for change in card.changes if change.kind == "同比"), None)


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


def _change_text(card: Card) -> str:
    change = year_on_year(card)
    return change.text if change is not None else ""
