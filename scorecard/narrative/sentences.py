"""Sentences in official style, made of the values on the cards and of nothing else: an indicator, a domain, the whole.

The tables below hold every turn of phrase. Counts change by %, rates by 个百分点; what may not be judged is named, and
no rate is written on a base that carries none.
"""

from collections.abc import Sequence

from scorecard.assessment.cards import Card, counts
from scorecard.assessment.verdict import VerdictWord
from scorecard.narrative.attention import groups
from scorecard.narrative.control_words import joint_sentence, variation_sentence

# The first clause, by what may be said of the value.
_LEADS: dict[VerdictWord, str] = {
    "达标": "{period}，{name}为{value}{halves}",
    "未达标": "{period}，{name}为{value}{halves}",
    "仅监测": "{period}，{name}为{value}{halves}",
    "观察期未满": "{period}，{name}暂为{value}{halves}，观察期未满，仅供参考",
    "在途": "{period}，{name}暂为{value}{halves}，报告期未结束，仅供参考",
    "样本不足": "{period}，{name}基数小（{value}），只列数{halves}，不计比率",
    "数据待核": "{period}，{name}数据待核，不作评价：{reason}",
    "无数据": "{period}，{name}无数据：{reason}",
}
# The first clause where the value may still move and its base carries no rate yet.
_WITHHELD: dict[VerdictWord, str] = {
    "观察期未满": "{period}，{name}观察期未满，只列数{halves}，不计比率",
    "在途": "{period}，{name}报告期未结束，只列数{halves}，不计比率",
}
# The clause against the target; words without one are not measured against it.
_TARGETS: dict[VerdictWord, str] = {
    "达标": "目标{target}，达标{gap}",
    "未达标": "目标{target}，未达标{gap}",
    "仅监测": "{target}",
}
_COMPARED: tuple[VerdictWord, ...] = ("达标", "未达标", "仅监测")
_NUMERALS = "一二三四五六七八九十"


def of_indicator(card: Card) -> str:
    """One indicator in one sentence: value and halves, 同比 and 环比, target and gap, 变异; then what others published of it."""
    word = card.verdict.word
    halves = "，".join(filter(None, (card.halves, card.interval)))
    halves = f"（{halves}）" if halves else ""
    if card.hidden:
        return f"{card.period}，{card.indicator.name}{card.hidden}。"
    lead = _LEADS[word] if card.unit else _WITHHELD.get(word, _LEADS[word])
    clauses = [
        lead.format(
            period=card.period, name=card.indicator.name, value=card.value, halves=halves, reason=card.verdict.reason
        )
    ]
    clauses.append(card.formerly)
    if word in _COMPARED:
        clauses += [change.text for change in card.changes]
    if word in _TARGETS:
        gap = f"（{card.gap}）" if card.gap else ""
        clauses.append(_TARGETS[word].format(target=card.target, gap=gap))
        clauses += [card.pace, card.ahead.text if card.ahead else ""]
    clauses.append(card.so_far)
    sentence = "，".join(clause for clause in clauses if clause)
    if word in _COMPARED and card.control is not None and card.control.variation is not None:
        sentence = "；".join(filter(None, (sentence, variation_sentence(card.control), joint_sentence(card))))
    return "".join(f"{said}。" for said in (sentence, *card.official))


def of_domain(name: str, cards: Sequence[Card]) -> str:
    """How a domain stands, then its indicators one by one, in the plan's order."""
    return "\n".join([summary(name, cards), *(of_indicator(card) for card in cards)])


def summary(name: str, cards: Sequence[Card]) -> str:
    """How many indicators stand at each word, and which ones missed their target."""
    standing = "、".join(f"{word}{number}项" for word, number in counts(cards).items())
    missed = "、".join(card.indicator.name for card in cards if card.verdict.word == "未达标")
    period = f"{cards[0].selected.label}，" if cards else ""
    return f"{name}：{period}共{len(cards)}项指标，{standing}{f'。未达标的是：{missed}' if missed else ''}。"


def of_whole(title: str, domains: Sequence[tuple[str, Sequence[Card]]], state: str) -> str:
    """The whole in a page: each domain's standing, then the exceptions by group, then where the data reach."""
    every = [card for _, cards in domains for card in cards]
    lines = [title]
    lines += [f"{_NUMERALS[at]}、{summary(name, cards)}" for at, (name, cards) in enumerate(domains) if cards]
    for group in groups(every):
        if group.items:
            lines.append(f"{group.title}：")
            lines += [f"{item.card.indicator.name}：{item.sentence}。" for item in group.items]
    return "\n".join([*lines, state])
