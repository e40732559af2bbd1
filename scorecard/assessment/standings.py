"""How many indicators stand at each word, and why two counts of one day differ. Never added up to a score."""

from collections import Counter
from collections.abc import Iterable, Sequence

from scorecard.assessment.cards import Card
from scorecard.assessment.verdict import VerdictWord
from scorecard.calendar.period import GRAIN_LABELS

_REPORTED: tuple[VerdictWord, ...] = (
    "达标", "未达标", "数据待核", "仅监测", "样本不足", "观察期未满", "在途", "无数据",
)  # fmt: skip
_NAMED = 4


def counted(cards: Iterable[Card]) -> list[Card]:
    """Those the scope can tell: what does not know 涉企 is no part of any count under it."""
    return [card for card in cards if card.verdict.word != "不区分涉企"]


def counts(cards: Iterable[Card]) -> dict[VerdictWord, int]:
    """How many indicators stand at each word; words without any are left out."""
    numbers = Counter(card.verdict.word for card in cards)
    return {word: numbers[word] for word in _REPORTED if numbers[word]}


def standing(cards: Sequence[Card]) -> str:
    """The counts in words, with what must be known of them: targets not yet confirmed, indicators that do not know 涉企."""
    words = "、".join(f"{word}{number}项{_unsure(word, cards)}" for word, number in counts(cards).items())
    beside = len(cards) - len(counted(cards))
    return "；另".join(filter(None, (words, f"{beside}项不区分涉企，不计" if beside else "")))


def _unsure(word: VerdictWord, cards: Iterable[Card]) -> str:
    unsure = sum(card.verdict.word == word and card.judged.tentative for card in cards)
    return f"（{unsure}项的目标待确认）" if unsure and word in ("达标", "未达标") else ""


def bridge(cards: Iterable[Card], months: Iterable[Card]) -> str:
    """Why the year counts other misses than its last month; empty where neither has any.

    "按年度累计7项未达标，按单月（2026年11月）3项：3项两样都未达标；债权清偿率单月样本不足".
    """
    month = {card.indicator.id: card for card in months}
    pairs = [(card, month[card.indicator.id]) for card in cards if card.indicator.id in month]
    both = [one for one, other in pairs if one.verdict.word == other.verdict.word == "未达标"]
    alone = [other for one, other in pairs if one.verdict.word == "未达标" != other.verdict.word]
    new = [one for one, other in pairs if one.verdict.word != "未达标" == other.verdict.word]
    if not (both or alone or new):
        return ""
    (first, of_month), *_ = pairs
    shorter = GRAIN_LABELS[of_month.selected.period.grain]
    head = f"按{GRAIN_LABELS[first.selected.period.grain]}{len(both) + len(alone)}项未达标，"
    head += f"按{shorter}（{of_month.selected.period.label}）{len(both) + len(new)}项"
    parts = [f"{len(both)}项两样都未达标"] if both and (alone or new) else []
    parts += [
        f"{_few([one for one in alone if one.verdict.word == word])}{shorter}{word}"
        for word in dict.fromkeys(other.verdict.word for other in alone)
    ]
    parts += [f"{_few(new)}只在{shorter}未达标"] if new else []
    return f"{head}{'：' if parts else '，是同样几项'}{'；'.join(parts)}"


def _few(cards: Sequence[Card]) -> str:
    names = "、".join(card.indicator.name for card in cards[:_NAMED])
    return f"{names}等{len(cards)}项" if len(cards) > _NAMED else names
