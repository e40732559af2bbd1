"""What a paper says in running text: its headline, its lead, a paragraph for each domain. The turns of phrase are in patterns.toml.

Every number is text of a card or a count of cards. Only what moved is named: a rate by a percentage point, the step in
which the plan's targets are written; anything else by a twentieth of what it was. The rest is counted.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Literal

from scorecard.assessment.cards import Card
from scorecard.assessment.control_limits import Variation
from scorecard.assessment.number_format import prose, value_text
from scorecard.assessment.verdict import JUDGEABLE
from scorecard.calendar.period import Period
from scorecard.narrative.shortfall import shortfall

Domains = Sequence[tuple[str, Sequence[Card]]]
_Side = Literal["worse", "better", "neutral"]

LONGEST = 28  # characters of a headline: two short lines of a title
_NAMED = 3
_MOVED = 6  # named as moved in one paragraph
_SIDES: tuple[_Side, ...] = ("worse", "better", "neutral")
_SIGNALS: dict[Variation, str] = {"需要关注": "worsened", "真实改善": "improved"}
_TEXTS = tomllib.loads(Path(__file__).with_name("patterns.toml").read_text(encoding="utf-8"))
_CHANGE = re.compile(r"同比(?P<way>上升|下降|增加|减少|延长|缩短)(?P<by>[\d,.]+)(?P<unit>个百分点|\D+)")


def headline(domains: Domains, monthly: Sequence[Card], period: Period) -> str:
    """A judgement of at most 28 characters. One domain is called the main shortfall only where it holds most of what was missed
    and the widest gap.
    """
    cards = [card for _, members in domains for card in members]
    missed, worse = _at("未达标", cards), _signalling("需要关注", monthly)
    judged = len(missed) + len(_at("达标", cards))
    texts = _TEXTS["headline"]
    places: dict[str, object] = {"period": spoken(period), "judged": judged, "missed": len(missed)}
    if not judged:
        candidates = texts["unjudged"]
    elif not missed:
        candidates = [*(texts["met_but"] if worse else ()), *texts["met"]]
        places |= {"worsened": len(worse), "worse": _names(worse, 1)}
    else:
        widest = max(missed, key=lambda card: (not card.judged.tentative, _width(card)))
        home, held = max(((name, len(_at("未达标", members))) for name, members in domains), key=lambda one: one[1])
        gap = shortfall(widest, alone=True)
        places |= {"name": widest.indicator.name, "value": widest.value, "gap": gap, "domain": home}
        most = 2 * held > len(missed) and widest in dict(domains)[home]
        where = "all_in" if held == len(missed) else "most_in" if most else ""
        within = texts[where] if where and len(domains) > 1 else ()
        candidates = [*(texts["one"] if len(missed) == 1 else [*within, *texts["several"]]), *texts["least"]]
    said = [prose(text.format(**places)) for text in candidates]
    return next((text for text in said if len(text) <= LONGEST), said[-1])


def lead(domains: Domains, monthly: Sequence[Card], period: Period) -> str:
    """How many could be judged and how they stand, in which domains; then the last month's own misses and signals."""
    texts, cards = _TEXTS["lead"], [card for _, members in domains for card in members]
    missed, met = _at("未达标", cards), _at("达标", cards)
    by_domain = [(name, len(_at("未达标", members))) for name, members in domains]
    homes = "、".join(texts["domain"].format(domain=name, count=count) for name, count in by_domain if count)
    unsure = sum(card.judged.tentative for card in (missed or met))
    said = texts["unjudged" if not missed and not met else "missed" if missed else "met"].format(
        period=spoken(period),
        judged=len(missed) + len(met),
        met=len(met),
        missed=len(missed),
        domains=texts["domains"].format(domains=homes) if len(domains) > 1 else "",
        tentative=texts["tentative"].format(count=unsure) if unsure else "",
    )
    return prose(said + _month(cards if period.grain == "month" else monthly, period))


def _month(cards: Sequence[Card], period: Period) -> str:
    """What the last month says by itself, by name; empty where no months are at hand."""
    if not cards:
        return ""
    texts, own = _TEXTS["lead"], period.grain == "month"
    worse, better = _signalling("需要关注", cards), _signalling("真实改善", cards)
    missed = 0 if own else len(_at("未达标", cards))
    facts = [texts["month_missed"].format(count=missed)] if missed else []
    facts += [texts["worsened"].format(names=_names(worse, len(worse)))] if worse else []
    facts += [texts["improved"].format(names=_names(better, _NAMED))] if better else []
    if not worse and not better:
        tested = any(card.control is not None and card.control.variation is not None for card in cards)
        facts.append(texts["steady" if tested else "untested"])
    return texts["own_month" if own else "month"].format(
        month=spoken(cards[0].selected.period, period), facts="，".join(facts)
    )


def domain_paragraph(name: str, cards: Sequence[Card], period: Period, monthly: Sequence[Card] = ()) -> str:
    """What was missed, what truly worsened and improved in the last month, what moved against last year; the rest counted."""
    own_month = period.grain == "month"
    missed, met = _at("未达标", cards), _at("达标", cards)
    said, named = _targets(missed, met, period), {card.indicator.id for card in missed}
    signals = _signals(
        [card for card in (cards if own_month else monthly) if not (own_month and card in missed)], period
    )
    if own_month:
        named |= {card.indicator.id for word in _SIGNALS for card in _signalling(word, cards)}
    open_ = [card for card in cards if card.indicator.id not in named]
    told = _largest(open_, period)
    said += _moves(told, period)
    standings = [_standing(card, period) for card in open_ if card not in told]
    said += _rest(name, Counter(standings), alone=not said)
    if signals and said:
        # The period opens the paragraph, so what the last month says by itself stands behind the first sentence.
        said.insert(0 if own_month and not missed else 1, signals)
    return prose(f"{spoken(period)}，{'。'.join(said)}。") if said else ""


def _targets(missed: Sequence[Card], met: Sequence[Card], period: Period) -> list[str]:
    texts = _TEXTS["domain"]
    if len(missed) == 1:
        one = missed[0]
        return [texts["missed_one"].format(fact=_fact(one, period), gap=shortfall(one))]
    if missed:
        facts = "、".join(_fact(card, period, shortfall(card)) for card in missed)
        return [texts["missed"].format(facts=facts)]
    if len(met) == 1:
        return [texts["met_one"].format(fact=_fact(met[0], period))]
    return [texts["met"].format(count=len(met))] if met else []


def _signals(cards: Sequence[Card], period: Period) -> str:
    """One sentence of the last month's signals, each with the value that gave it."""
    texts, parts = _TEXTS["domain"], list[str]()
    for word, pattern in _SIGNALS.items():
        found = _signalling(word, cards)
        facts = [f"{_signal_name(card)}{_charted(card)}" for card in found]
        if facts:
            parts.append(texts[pattern].format(facts=_few(facts, len(facts) if word == "需要关注" else _NAMED)))
    if not parts:
        return ""
    month = texts["month"] if period.grain != "month" else "{facts}"
    return month.format(month=spoken(cards[0].selected.period, period), facts="，".join(parts))


def _moves(cards: Sequence[Card], period: Period) -> list[str]:
    """A sentence for each side, worse first; in it a clause for each period and unit, in turns of phrase that alternate."""
    texts, said, turn = _TEXTS["domain"], list[str](), 0
    for side in _SIDES:
        clauses: list[str] = []
        own = sorted((card for card in cards if _side(card) == side), key=lambda card: _kind(card, period))
        for (away, _, _), group in groupby(own, key=lambda card: _kind(card, period)):
            members = list(group)
            values = "、".join(card.value for card in members)
            facts = "、".join(f"{card.indicator.name}{card.value}" for card in members)
            names = "、".join(card.indicator.name for card in members)
            pattern = texts["moved" if len(members) > 1 else "moved_one"][turn % 2]
            clause = pattern.format(facts=facts, names=names, values=values, changes=_changes(members))
            when = texts["elsewhere"].format(period=spoken(members[0].judged.period, period)) if away else ""
            clauses.append(when + clause)
            turn += 1
        if clauses:
            said.append("；".join(clauses))
    return said


def _changes(cards: Sequence[Card]) -> str:
    """ "上升6.08个、下降0.29个百分点": the direction once while it stays, a unit of several words once."""
    parts, before = list[str](), ""
    found = [change for card in cards if (change := _change(card))]
    for change in found:
        way, unit = change["way"], change["unit"]
        parts.append(f"{'' if way == before else way}{change['by']}{'个' if unit == '个百分点' else unit}")
        before = way
    return "、".join(parts) + ("百分点" if found[0]["unit"] == "个百分点" else "")


def _rest(name: str, counted: Counter[str], alone: bool) -> list[str]:
    """Those that are not named, counted by what may be said of them."""
    facts = [(text, counted[kind]) for kind, text in _TEXTS["rest"].items() if counted[kind]]
    if not facts:
        return []
    one = "_one" if len(facts) == 1 else ""
    told = facts[0][0] if one else "，".join(f"{count}项{text}" for text, count in facts)
    return [_TEXTS["domain"][f"{'all' if alone else 'rest'}{one}"].format(name=name, count=counted.total(), facts=told)]


def _standing(card: Card, period: Period) -> str:
    """What a card is counted as. A value of another year, or of another month than the paper's, is no news of this one."""
    if card.verdict.word == "数据待核":
        return "doubted"
    if card.verdict.word not in JUDGEABLE or card.judged.period.first_month != period.first_month:
        return "uncompared"
    if _change(card) is None:
        return "steady" if any(change.text.startswith("同比持平") for change in card.changes) else "uncompared"
    return _side(card) if _weight(card) else "steady"


def _largest(cards: Sequence[Card], period: Period) -> list[Card]:
    """Those that moved furthest, up to three of a side, rates before others; in the plan's order. Shares of few rows move by chance."""
    chosen: list[Card] = []
    for side in _SIDES:
        own = [card for card in cards if _standing(card, period) == side and not card.interval]
        own.sort(key=lambda card: (card.indicator.unit != "%", -_weight(card)))
        chosen += own[: min(_NAMED, _MOVED - len(chosen))]
    return [card for card in cards if card in chosen]


def _change(card: Card) -> re.Match[str] | None:
    """同比 in its parts, where two periods could be compared."""
    return next((found for change in card.changes if (found := _CHANGE.fullmatch(change.text))), None)


def _kind(card: Card, period: Period) -> tuple[bool, str, str]:
    """What is joined in one clause: the same period, the paragraph's own first, and the same unit of change."""
    found = _change(card)
    return card.judged.period != period, card.period, found["unit"] if found else ""


def _weight(card: Card) -> Fraction:
    """How far a value moved, among those of its unit; 0 where it hardly did."""
    change = next(change for change in card.changes if change.kind == "同比")
    by = change.growth if change.growth is not None else change.difference
    if by is None or change.before is None or not change.before.exact:
        return Fraction(0)
    if change.growth is None and card.indicator.unit != "%":
        by = by * 100 / change.before.exact
    return abs(by) if abs(by) >= (1 if card.indicator.unit == "%" else 5) else Fraction(0)


def _side(card: Card) -> _Side:
    change = next(change for change in card.changes if change.kind == "同比")
    if card.indicator.direction not in ("higher", "lower") or change.difference is None:
        return "neutral"
    return "better" if (change.difference > 0) == (card.indicator.direction == "higher") else "worse"


def spoken(period: Period, beside: Period | None = None) -> str:
    """A period without its year where that is clear: 1—11月 of this year, 2025年1—11月 beside it."""
    year = period.label.partition("年")[0]
    return period.short if beside is None or beside.label.startswith(f"{year}年") else period.label


def _at(word: str, cards: Iterable[Card]) -> list[Card]:
    return [card for card in cards if card.verdict.word == word]


def _signalling(word: Variation, cards: Iterable[Card]) -> list[Card]:
    return [card for card in cards if card.signal == word]


def _signal_name(card: Card) -> str:
    """With the month that signals, where the one that was asked for still moves."""
    assert card.control is not None
    month, asked = card.control.last.period, card.selected.period
    return card.indicator.name + ("" if month == asked else f"（{spoken(month, asked)}）")


def _charted(card: Card) -> str:
    assert card.control is not None
    return value_text(card.control.last.value, card.indicator.unit)


def _names(cards: Sequence[Card], most: int) -> str:
    return _few([_signal_name(card) for card in cards], most)


def _few(texts: Sequence[str], most: int) -> str:
    return "、".join(texts[:most]) + (f"等{len(texts)}项" if len(texts) > most else "")


def _fact(card: Card, period: Period, *notes: str) -> str:
    """Name and value, behind them what must be known of it."""
    texts = _TEXTS["domain"]
    when = "" if card.judged.period == period else spoken(card.judged.period, period)
    told = "，".join(filter(None, (when, *notes, texts["tentative"] if card.judged.tentative else "")))
    return texts["fact"].format(name=card.indicator.name, value=card.value, note=f"（{told}）" if told else "")


def _width(card: Card) -> Fraction:
    """How wide the gap is, among rates: other units cannot be laid beside them."""
    return abs(card.verdict.gap or Fraction(0)) if card.indicator.unit == "%" else Fraction(0)
