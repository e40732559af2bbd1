"""A domain's page: its indicators as cards under the plan's measures, and the chosen one in detail."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

import streamlit as st

from etl.intake.entered_rows import recorded_decisions
from scorecard.assessment.cards import SPARK_POINTS, Card
from scorecard.assessment.standings import counted, counts
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import sentences
from scorecard.narrative.paragraphs import domain_paragraph
from scorecard.narrative.plain_verdict import asks, quiet
from scorecard.records.decisions import unresolved
from scorecard.ui.indicators.drawer import open_drawer, show_aside
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show, show_on_screen, show_template
from scorecard.ui.shell.selection import query_of
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import Topic, select_topic


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

    @property
    def telling(self) -> tuple[Card, ...]:
        """Those that were judged or signal: what is missed first, else the plan's order."""
        return tuple(sorted((card for card in self.cards if not quiet(card)), key=lambda card: not asks(card)))

    @property
    def quiet(self) -> tuple[Card, ...]:
        """Those of which a line is enough."""
        return tuple(card for card in self.cards if quiet(card))


def page(domain: str, topics: Mapping[str, Topic] | None = None) -> None:
    """The whole page of a domain: its cards, or one of its topics in depth."""
    view = frame.analysis(frame.title_of(domain))
    if view is None:
        return
    _unknown(view)
    show_aside(view, [card for _, _, part in view.parts for card in _cards(part, domain)])
    in_depth = {
        "图览": lambda view: show(view.cached(f"gallery {domain}", lambda: _gallery(view, domain))),
        **(topics or {}),
    }
    topic = select_topic(in_depth) if not view.version.public else None
    if topic is not None:
        topic(view)
        _drawer(view)
        return
    still = _still(view)
    for title, note, part in view.parts:
        said = part.said(short=True)
        key = f"wall {domain} {title} {sorted(said.items())} {sorted(still.items())} {frame.to_session()}"
        if title and _cards(part, domain):
            show_template("ui/shell/section.html", title=title, text=note)
        if _cards(part, domain):
            show(view.cached(key, lambda part=part, said=said: _wall(part, domain, said, still)))
    if not any(_cards(part, domain) for _, _, part in view.parts):
        catalog = view.catalog
        said = f"它既不负责这里的指标，本期也没有计入的案件。可在“改选”中选{catalog.words.whole}。"
        frame.guide(f"这个领域没有{catalog.own_word(view.selection.department)}的指标", said)
    show(view.cached(f"words {domain}", lambda: _words(view, domain)))
    _drawer(view)


def _drawer(view: View) -> None:
    """The indicator the address names, opened beside the page."""
    named = st.query_params.get("indicator", "")
    if frame.WHOLE in st.query_params or (named in view.cards and not view.cards[named].points):
        whole = view.whole
        view = replace(whole, query=query_of(view.version, whole.selection))
    chosen = view.cards.get(named)
    if chosen is not None:
        open_drawer(view, chosen)


def _unknown(view: View) -> None:
    """What to do where the address names an indicator that there is not, before anything else on the page."""
    named = st.query_params.get("indicator", "")
    if named and named not in view.cards:
        near = get_close_matches(named, view.cards, 3, 0.5)
        steps = [{"text": view.cards[one].indicator.name, "href": view.card_href(view.cards[one])} for one in near]
        text = f"看板没有编号为“{named[:60]}”的指标。{'您要找的可能是：' if near else ''}"
        show_on_screen("ui/shell/guide.html", title="没有这个指标", text=text, steps=steps)


def _still(view: View) -> dict[str, str]:
    """Indicator -> the decision on it that is to be done, in words."""
    every = () if view.version.public else recorded_decisions(data_dir(), view.version.manifest.sample)
    return {
        one.item.partition(":")[2]: f"决定：{one.conclusion}{f'　期限 {day_text(one.due_on)}' if one.due_on else ''}"
        for one in unresolved(every)
        if one.item.startswith("indicator:")
    }


def _wall(view: View, domain: str, said: Mapping[str, str], still: Mapping[str, str]) -> str:
    """The summary line, then the cards, each with what its department says, and what was decided or may be."""
    cards = _cards(view, domain)
    answer = render(
        "ui/indicators/answer.html",
        label=f"{view.scope}　{view.selection.period.label}",
        total=len(counted(cards)),
        counts=counts(cards),
        missed=[card for card in cards if card.verdict.word == "未达标"],
        href=view.card_href,
        wider=view.ytd_href(domain) if 2 * counts(cards).get("样本不足", 0) > len(cards) else "",
    )
    return answer + render(
        "ui/indicators/wall.html",
        groups=groups(view, domain),
        href=view.card_href,
        row_href=view.row_href,
        said=said,
        still=still,
        asks=lambda card: asks(card) and not view.version.public,
        matter=lambda card: view.href("meeting", matter=f"indicator:{card.indicator.id}"),
        to_session=frame.to_session(),
    )


def _gallery(view: View, domain: str) -> str:
    """All indicators of the domain as small figures on one grid and one axis of time, each with its target and usual range."""
    parts = [(title, _cards(part, domain), part.card_href) for title, _, part in view.parts]
    trends = {point.period for _, cards, _ in parts for card in cards for point in card.trend}
    periods = sorted(trends, key=lambda one: one.last_month)
    months = [period.label for period in periods[-SPARK_POINTS:]] or [view.selection.period.label]
    return render("ui/indicators/gallery.html", parts=parts, months=months, to_date=view.selection.grain == "ytd")


def _cards(view: View, domain: str) -> list[Card]:
    return [card for card in view.cards.values() if card.indicator.domain == domain]


def _words(view: View, domain: str) -> str:
    """The domain in a paragraph and every indicator in a sentence, to be copied into a report."""
    name = view.catalog.domains[domain].name
    parts = [(f"{title}：" if title else "", part, _cards(part, domain)) for title, _, part in view.parts]
    text = "\n\n".join(
        "\n".join(
            [
                f"{title}{domain_paragraph(name, cards, part.selection.period)}",
                *(sentences.of_indicator(card) for card in cards),
            ]
        )
        for title, part, cards in parts
        if cards or not title
    )
    return render("ui/indicators/words.html", text=text)


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
