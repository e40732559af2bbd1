"""A domain's page: its indicators as cards under the plan's measures, and the chosen one in detail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from scorecard.assessment.cards import Card, counts
from scorecard.assessment.data_quality import aside_note
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.charts import trend
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import sentences
from scorecard.narrative.contribution_words import because, steps
from scorecard.narrative.control_words import state_note, variation_sentence
from scorecard.narrative.glossary import entry
from scorecard.store.contributions import change_splits
from scorecard.ui.indicators import evidence
from scorecard.ui.shell import frame, page_blocks, picture_buttons
from scorecard.ui.shell.cached import card_inputs
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import PageBlocks, show
from scorecard.ui.shell.selection import words_of
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import Topic, plot, select_topic

OPEN_ROWS = 13  # rows of the table of values that are not folded away


@dataclass(frozen=True)
class CardHeading:
    """A measure or requirement of the plan, as it heads its cards."""

    id: str
    title: str
    text: str
    responsible: str


@dataclass(frozen=True)
class CardGroup:
    """A measure or requirement, the indicators that stand under it here and those elsewhere that serve it too."""

    heading: CardHeading
    cards: tuple[Card, ...]
    elsewhere: tuple[Card, ...]


def page(domain: str, topics: Mapping[str, Topic] | None = None) -> None:
    """The whole page of a domain: its cards, or one of its topics in depth."""
    view = frame.analysis(frame.title_of(domain))
    if view is None:
        return
    show_aside(view, [card for card in view.cards.values() if card.indicator.domain == domain])
    topic = select_topic(topics) if topics and not view.version.public else None
    if topic is not None:
        topic(view)
        _drawer(view)
        return
    show(view.cached(f"wall {domain}", lambda: _wall(view, domain)))
    show(view.cached(f"words {domain}", lambda: _words(view, domain)))
    _drawer(view)


def _drawer(view: View) -> None:
    """The indicator the address names, opened beside the page."""
    chosen = view.cards.get(st.query_params.get("indicator", ""))
    if chosen is not None:
        open_detail(view, chosen)


def show_aside(view: View, cards: Sequence[Card]) -> None:
    """One line: how many rows of the tables behind these cards are set aside, and so not in the numbers."""
    names = [name for card in cards for name in card.indicator.formula.tables]
    text = aside_note(view.catalog, names, view.version.tables)
    if text:
        show(render("ui/indicators/aside.html", text=text))


def _wall(view: View, domain: str) -> str:
    """The summary line, then the cards."""
    cards = [card for card in view.cards.values() if card.indicator.domain == domain]
    answer = render(
        "ui/indicators/answer.html",
        label=f"{view.scope}　{view.selection.period.label}",
        total=len(cards),
        counts=counts(cards),
        missed=[card for card in cards if card.verdict.word == "未达标"],
        href=view.card_href,
        wider=view.ytd_href(domain) if 2 * counts(cards).get("样本不足", 0) > len(cards) else "",
    )
    return answer + render(
        "ui/indicators/wall.html", groups=groups(view, domain), href=view.card_href, row_href=view.row_href
    )


def _words(view: View, domain: str) -> str:
    """The domain's standing and every indicator in official sentences, to be copied into a report."""
    cards = [card for card in view.cards.values() if card.indicator.domain == domain]
    return render("ui/indicators/words.html", text=sentences.of_domain(view.catalog.domains[domain].name, cards))


def groups(view: View, domain: str) -> tuple[CardGroup, ...]:
    """The plan's measures of a domain in its order, then the requirements that only cards of this page serve.

    The cross-domain home shows all seven requirements.
    """
    catalog = view.catalog
    headings = _headings(catalog, domain)
    ids = {heading.id for heading in headings}
    homes: dict[str, list[Card]] = {}
    for card in view.cards.values():
        if card.indicator.domain == domain:
            served = card.indicator.measures
            homes.setdefault(next((name for name in served if name in ids), served[0]), []).append(card)
    headings += [heading for heading in _requirements(catalog) if heading.id in homes and heading.id not in ids]
    return tuple(
        CardGroup(
            heading,
            cards=tuple(homes.get(heading.id, ())),
            elsewhere=tuple(
                card
                for card in view.cards.values()
                if heading.id in card.indicator.measures and card not in homes.get(heading.id, ())
            ),
        )
        for heading in headings
    )


def _headings(catalog: Catalog, domain: str) -> list[CardHeading]:
    if catalog.domains[domain].cross:
        return _requirements(catalog)
    return [
        CardHeading(measure.id, f"{measure.number}．{measure.title}", measure.text, measure.responsible)
        for measure in catalog.measures.values()
        if measure.domain == domain
    ]


def _requirements(catalog: Catalog) -> list[CardHeading]:
    return [
        CardHeading(requirement.id, f"工作要求 {requirement.number}．{requirement.title}", requirement.text, "")
        for requirement in catalog.requirements.values()
    ]


def open_detail(view: View, card: Card) -> None:
    """The indicator in a drawer beside its page; closing it takes it out of the address."""
    drawer = st.dialog("指标详情", width=940, position="right", on_dismiss=_closed)
    drawer(_drawn)(view, card)


def _closed() -> None:
    st.query_params.pop("indicator", None)


def _drawn(view: View, card: Card) -> None:
    """The drawer with blocks of its own, because Streamlit also runs it alone."""
    choice = words_of(view.version, view.selection)
    with page_blocks.separate_blocks(
        PageBlocks(card.indicator.name, view.version, view.selection.period.label, choice)
    ):
        picture_buttons.reserve_place("drawer")
        _detail(view, card)
        picture_buttons.of_page("drawer")


def _detail(view: View, card: Card) -> None:
    name = card.indicator.id
    variation = variation_sentence(card.control) if card.control else ""
    show(render("ui/indicators/detail_head.html", card=card, scope=view.scope, variation=variation))
    show_aside(view, [card])
    if not view.version.public:
        evidence.link(view, card)
    if card.points:
        figure = view.cached(f"figure {name}", lambda: trend.trend(_trend(view, card)))
        plot(view, figure, "trend", _alt(card), card.indicator.formula.tables)
    else:
        frame.guide("没有可画的数据", card.verdict.reason)
    show(view.cached(f"detail {name}", lambda: _readings(view, card)))


def _trend(view: View, card: Card) -> trend.Trend:
    return trend_of(view.version, card_inputs(view.version, view.selection), card)


def _readings(view: View, card: Card) -> str:
    partner = view.cards.get(card.indicator.counterweight)
    splits = change_splits(view.version, view.selection, card)
    return render(
        "ui/indicators/detail_body.html",
        note=state_note(card),
        words=sentences.of_indicator(card),
        splits=[(split, steps(split, card.indicator.unit)) for split in splits],
        because=because(splits),
        entry=entry(card.indicator, view.catalog, today()),
        points=card.points[::-1][:OPEN_ROWS],
        earlier=card.points[::-1][OPEN_ROWS:],
        chosen=card.judged.period.key,
        partner_href=view.card_href(partner) if partner else "",
        glossary_href=view.href("glossary", card.indicator.id),
        row_href=view.row_href,
    )


def _alt(card: Card) -> str:
    """The figure in a sentence, for screen readers."""
    return (
        f"{card.indicator.name}，{card.points[0].label}至{card.points[-1].label}的走势。"
        f"{card.period}为{card.value}，{card.verdict.word}。"
    )
