"""One plain verdict a card, in words a court's leader uses: what the target, the variation and the assurance say together.

A signal is newer than the limits: where one stands, it is said, and what the limits promise is not.
"""

from dataclasses import dataclass
from typing import cast

from scorecard.assessment.cards import Card
from scorecard.assessment.control_limits import Assurance, Variation
from scorecard.assessment.verdict import VerdictWord
from scorecard.narrative.control_words import assurance_sentence, variation_sentence
from scorecard.narrative.shortfall import missed_since, shortfall

_Words = VerdictWord | Variation | Assurance

# (verdict, signal or else assurance) -> the words, and the word whose mark they carry. What is not here is said by the verdict.
_PLAIN: dict[tuple[str, str | None], tuple[str, _Words]] = {
    ("未达标", "真实改善"): ("未达标，正在改善", "未达标"),
    ("未达标", "需要关注"): ("未达标，明显变差", "未达标"),
    ("未达标", "稳定不达标"): ("未达标，照此下去不会达标", "未达标"),
    ("达标", "真实改善"): ("达标，明显好转", "达标"),
    ("达标", "需要关注"): ("达标，但明显变差", "需要关注"),
    ("达标", "时达时不达"): ("达标，还不稳定", "达标"),
    ("达标", "稳定达标"): ("稳定达标", "达标"),
    ("达标", "稳定不达标"): ("达标，但难以保持", "需要关注"),
    ("达标", "显著变化"): ("达标，有明显变化", "达标"),
    ("仅监测", "真实改善"): ("明显好转", "真实改善"),
    ("仅监测", "需要关注"): ("明显变差", "需要关注"),
    ("仅监测", "显著变化"): ("明显变化", "显著变化"),
    ("样本不足", None): ("太少，不计率", "样本不足"),
}


@dataclass(frozen=True)
class PlainVerdict:
    """The words of the one chip, and the verdict, variation or assurance whose mark stands before them."""

    text: str
    word: _Words


def plain_verdict(card: Card) -> PlainVerdict:
    """What the card says in a few words."""
    chart, word = card.control, card.verdict.word
    signal = card.signal
    said = signal if signal in ("真实改善", "需要关注", "显著变化") else chart.assurance if chart is not None else None
    text, marked = _PLAIN.get((word, said), (word, cast("_Words", word)))
    return PlainVerdict(text, marked)


def grounds(card: Card) -> str:
    """What the words rest on, one hover away: whether the change is real, and whether the target is met for good."""
    chart = card.control
    if chart is None:
        return ""
    lasting = assurance_sentence(chart)
    return f"是否真变化：{variation_sentence(chart)}" + (f"。能否稳定达标：{lasting}" if lasting else "")


def asks(card: Card) -> bool:
    """Whether a leader has something to ask: the target is missed or will be, or the process truly worsens.

    What truly improves, and meets its target, is not asked about for what the limits of before promise.
    """
    chart = card.control
    doomed = chart is not None and chart.assurance == "稳定不达标" and card.signal != "真实改善"
    return card.verdict.word == "未达标" or doomed or card.signal == "需要关注"


def what_is_wrong(card: Card) -> str:
    """What is missing in pieces, since when, and the signal: "172件中再多4件即达标；自2026年8月起连续3个月未达标"."""
    missed, chart = card.verdict.word == "未达标", card.control
    parts = [shortfall(card), missed_since(card)] if missed else []
    parts += (
        [variation_sentence(chart)]
        if chart is not None and card.signal == "需要关注"
        else []
        if missed
        else [card.to_meet]
    )
    return "；".join(part for part in parts if part)


def quiet(card: Card) -> bool:
    """Whether nothing is to be said but the value: no target judged it, and it varies as usual."""
    told = card.verdict.word in ("达标", "未达标", "数据待核")
    return not told and card.signal in (None, "正常波动", "基准不稳")


def improves(card: Card) -> bool:
    """Whether the process truly improves, of a target that is met or of an indicator without one."""
    return card.signal == "真实改善" and not asks(card)
