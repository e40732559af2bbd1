"""The attention list of a leading group: indicators by the question they raise, each once, in the plan's order.

No score, no weight, no order by value: the groups are questions, and inside a group the catalogue's order stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scorecard.assessment.cards import Card, sentence
from scorecard.assessment.control_limits import Variation
from scorecard.assessment.number_format import value_text
from scorecard.assessment.standings import counts
from scorecard.narrative.control_words import (
    assurance_sentence,
    fault_sentence,
    joint_sentence,
    signal_span,
    variation_sentence,
)
from scorecard.narrative.shortfall import missed_since


@dataclass(frozen=True)
class AttentionItem:
    """One indicator and the sentence that says what is wrong, by how much and since when."""

    card: Card
    sentence: str


@dataclass(frozen=True)
class AttentionGroup:
    """Indicators with the same question. `elsewhere` counts those that belong here too and stand in a group above."""

    title: str
    question: str
    items: tuple[AttentionItem, ...]
    elsewhere: int


def _missed(card: Card) -> str:
    """What is wrong and since when; then what the months tell of improvement, or why they do not."""
    month = card.month
    parts = [sentence(card), missed_since(card)]
    if month is not None and month.control is not None:
        alone = "" if month is card else f"单月看（{month.period}），"
        parts += [f"{alone}{variation_sentence(month.control)}", joint_sentence(card)]
    return "；".join(part for part in parts if part)


def _signalled(card: Card) -> str:
    """The month that signals by its own value; later ones that still move are named, their values are not used."""
    month = card.month
    assert month is not None
    assert month.control is not None
    chart, last = month.control, month.control.last
    text, span = variation_sentence(chart), signal_span(chart)
    if last.signal is not None and last.signal.rule != "outside":
        value = value_text(last.value, card.indicator.unit)
        text = f"{last.period.label}为{value}；{text}{f'（{span}）' if span else ''}"
    later = "" if last.period == chart.read else f"其后各月{month.selected.word}"
    return "；".join(filter(None, (text, joint_sentence(card), later)))


def _assured(card: Card) -> str:
    assert card.control is not None
    return f"{sentence(card)}；{assurance_sentence(card.control)}"


def _signal(card: Card) -> Variation | None:
    """What the month that the card's period ends with signals by itself, whatever the card counts by."""
    month = card.month
    same = month is not None and month.judged.period.last_month == card.judged.period.last_month
    return month.signal if month is not None and same else None


def _tested(card: Card) -> bool:
    """Whether its months can tell an improvement from chance."""
    return _signal(card) not in (None, "基准不稳")


def _stands_missed(card: Card) -> bool:
    return card.verdict.word == "未达标" and _tested(card) and not _improves(card)


def _missed_untested(card: Card) -> bool:
    return card.verdict.word == "未达标" and not _tested(card)


def _worsens(card: Card) -> bool:
    return _signal(card) == "需要关注"


def _always_misses(card: Card) -> bool:
    """As it runs now: what has improved, or met its target, is not said to go on missing it."""
    missing = card.control is not None and card.control.assurance == "稳定不达标"
    return missing and not _improves(card) and card.verdict.word != "达标"


def _improves(card: Card) -> bool:
    return _signal(card) == "真实改善"


def _undecided(card: Card) -> bool:
    """Where there is a month from which on the baseline would be fit: without one there is nothing to decide."""
    return card.signal == "基准不稳" and card.control is not None and card.control.proposal is not None


def _unfit(card: Card) -> str:
    chart = card.control
    assert chart is not None
    assert chart.fault is not None
    value = value_text(chart.last.value, card.indicator.unit)
    return f"{chart.last.period.label}为{value}；{fault_sentence(chart, chart.fault)}"


_Test = Callable[[Card], bool]
_Say = Callable[[Card], str]
_GROUPS: tuple[tuple[str, str, _Test, _Say], ...] = (
    ("未达标且未见改善", "差多少、自何时起、由谁负责", _stands_missed, _missed),
    ("未达标，是否改善无从判断", "差多少、自何时起、由谁负责", _missed_untested, _missed),
    ("真实恶化", "不是偶然波动，原因何在", _worsens, _signalled),
    ("稳定不达标", "不改变做法，下月仍不会达标", _always_misses, _assured),
    ("真实改善", "什么做法见效，能否推广", _improves, _signalled),
    ("基准不稳，不作判断", "由审管办在“基准与标注”页决定从哪个月起重设基准", _undecided, _unfit),
)


def groups(cards: Sequence[Card]) -> tuple[AttentionGroup, ...]:
    """The groups that have members, each card in the first one it belongs to."""
    placed: set[str] = set()
    listed: list[AttentionGroup] = []
    for title, question, belongs, say in _GROUPS:
        members = [card for card in cards if belongs(card)]
        new = [card for card in members if card.indicator.id not in placed]
        placed |= {card.indicator.id for card in new}
        items = tuple(AttentionItem(card, say(card)) for card in new)
        if members:
            listed.append(AttentionGroup(title, question, items, len(members) - len(new)))
    return tuple(listed)


def untold(cards: Sequence[Card]) -> str:
    """What must be said beside the groups, or in their place: that nothing could be judged is not that nothing is wrong."""
    numbers, tested = counts(cards), sum(map(_tested, cards))
    judged, missed = numbers.get("达标", 0) + numbers.get("未达标", 0), numbers.get("未达标", 0)
    parts: list[str] = []
    if not judged:
        words = "、".join(f"{word}{number}项" for word, number in numbers.items())
        parts.append(f"没有一项指标可以对照目标评价（{words}），是否达标无从说起")
    elif not missed:
        parts.append(f"可以对照目标评价的{judged}项指标都达标")
    if not tested:
        parts.append("没有一项指标的单月数值足以判断是否真变化")
    elif not any(map(_worsens, cards)):
        parts.append(f"可以判断是否真变化的{tested}项指标没有真实恶化")
    doubted = numbers.get("数据待核", 0)
    return "；".join([*parts, *([f"{doubted}项数据待核，不作评价"] if doubted and parts else [])])
