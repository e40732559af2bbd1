"""The material of a paper: the cards of its version for its request, and the indicators it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from scorecard.access import Actor
from scorecard.assessment.cards import Card, CardInputs, card as card_of, cards
from scorecard.assessment.standings import bridge
from scorecard.briefing.paper.model import IndicatorLine
from scorecard.briefing.paper.request import BriefingSpec, find_template, title_places
from scorecard.calendar.period import Period
from scorecard.catalog.briefing_templates import Among, Section, Template
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.narrative.attention import groups
from scorecard.narrative.breakdown.contribution_words import because
from scorecard.narrative.changes import NotedChange
from scorecard.narrative.glossary import serves
from scorecard.narrative.provenance import as_of_text, untagged
from scorecard.plan.agenda import AgendaItem, agenda
from scorecard.plan.due_items import DueItem
from scorecard.plan.measure_matrix import MeasureLine as MeasureLine, interval, lines
from scorecard.plan.signals import AskedSignal, asked_signals, said_text
from scorecard.plan.waiting import Waiting
from scorecard.records.targets import TENTATIVE, effective
from scorecard.store import warehouse
from scorecard.store.contributions import change_splits
from scorecard.store.open_version import Selection, Version, card_inputs
from scorecard.store.registers import progress
from scorecard.store.worklist_rows import Tally, tallies, unjudged_lists


@dataclass(frozen=True)
class DigestFacts:
    """What only a digest says: what waits for its reader, what is due to them, what changed since the day of the one before.

    `since` is None where there was none, or its version is gone; `findings` are the self-check's, for the administrator.
    """

    waiting: tuple[Waiting, ...]
    due: tuple[DueItem, ...]
    since: date | None
    changes: tuple[NotedChange, ...]
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Material:
    """The input of every section. `spoken` are the indicators the paper is about, `every` those of the whole plan.

    `whose` is the department whose worklists and duties stand in it; the values of a sheet for a department are the
    whole court's, as it answers for them. `monthly` are the whole court's of the last month, all cases.
    """

    version: Version
    spec: BriefingSpec
    template: Template
    period: Period
    inputs: CardInputs
    every: Mapping[str, Card]
    spoken: tuple[Card, ...]
    whose: str
    actor: Actor
    monthly: Mapping[str, Card]
    signals: tuple[AskedSignal, ...] = ()
    digest: DigestFacts | None = None
    unconfirmed: tuple[
        str, ...
    ] = ()  # of a paper for outside, the indicators whose target is not confirmed and judges nothing

    @property
    def catalog(self) -> Catalog:
        return self.version.catalog

    @property
    def places(self) -> dict[str, str]:
        return title_places(self.version, self.period, self.spec.department, self.spec.scope)

    @property
    def annexes(self) -> tuple[Template, ...]:
        """The papers beside it; one with case rows only for who may see them."""
        named = (self.catalog.briefings[name] for name in self.template.annexes)
        return tuple(one for one in named if self.spec.rows or not one.has_rows)

    def cards_of(self, section: Section) -> tuple[Card, ...]:
        return _among(section.which, self.spoken, section.ids, self.whose)

    def arranged(self, exceptions: Sequence[Card]) -> tuple[Card, ...]:
        """The rows of the exceptions as the writer wants them: those of the order first, without those omitted."""
        first = {name: at for at, name in enumerate(self.spec.order)}
        kept = (card for card in exceptions if card.indicator.id not in self.spec.omitted)
        return tuple(sorted(kept, key=lambda card: first.get(card.indicator.id, len(first))))

    def by_domain(self, chosen: Sequence[Card]) -> list[tuple[str, list[Card]]]:
        """Name and cards of each domain that has any, in the plan's order."""
        by_name = [
            (domain.name, [card for card in chosen if card.indicator.domain == domain.id])
            for domain in self.catalog.domains.values()
        ]
        return [(name, members) for name, members in by_name if members]

    def line(self, card: Card) -> IndicatorLine:
        indicator, catalog = card.indicator, self.catalog
        judged, control = card.judged, card.control
        reading, goal, limits = judged.reading, judged.goal, judged.bounds
        return IndicatorLine(
            id=indicator.id,
            name=indicator.name,
            domain=catalog.domains[indicator.domain].name,
            measures="；".join(serves(measure, catalog) for measure in indicator.measures),
            departments=card.departments,
            period=card.period,
            value=card.value,
            unit=indicator.unit,
            word=card.verdict.word,
            reason=card.verdict.reason,
            target=card.target,
            basis=untagged(f"{goal.basis}　{goal.document}".strip()) if goal is not None else "",
            gap=card.gap,
            changes=tuple(change.text for change in card.changes),
            variation=control.variation if control is not None and control.variation is not None else "",
            halves=card.halves,
            as_of=as_of_text(card, catalog, self.version.as_of),
            exact=judged.exact,
            numerator=reading.numerator if reading is not None else None,
            denominator=reading.denominator if reading is not None else None,
            base=judged.base,
            lower=limits.lower if limits is not None else None,
            upper=limits.upper if limits is not None else None,
            so_far=card.so_far,
        )

    def said(self, card: Card) -> str:
        """What departments say of a card's period in the paper's version; of 涉企 cases and of one department's nobody speaks."""
        whole = (self.inputs.department, self.inputs.scope) == (ALL_DEPARTMENTS, "all")
        return said_text(self.catalog, card, self.signals, self.version.remarks) if whole else ""

    def why(self, card: Card) -> str:
        """What explains most of the change of an indicator that missed its target, worsened or improved; empty for others.

        And for one that moved the other way since: a fall explains no improvement.
        """
        chart, way = card.control, card.verdict.gap if card.verdict.word == "未达标" else None
        if way is None and chart is not None and card.signal in ("需要关注", "真实改善"):
            way = chart.last.signal.side if chart.last.signal else None
        if not way:
            return ""
        selection = Selection(card.selected.period, self.inputs.department, self.inputs.scope)
        splits = change_splits(self.version, selection, card)
        moved = splits[0].change.difference if splits else None
        return because(splits, card.indicator) if moved and moved * way > 0 else ""

    @cached_property
    def bridge(self) -> str:
        """Why another paper of the same day counts other misses: by the year so far and by its last month."""
        if self.spec.grain != "month":
            return bridge(self.spoken, [card.month for card in self.spoken if card.month is not None])
        inputs = card_inputs(self.version, "ytd", self.inputs.department, self.inputs.scope, self.spec.judged_on)
        so_far = self.period.months.containing("ytd", self.period.last_month)
        whole = inputs.catalog.indicators
        return bridge((card_of(inputs, whole[one.indicator.id], so_far) for one in self.spoken), self.spoken)

    def tallies(self) -> tuple[Tally, ...]:
        return tallies(self.version.connection, self.catalog)

    def measures(self) -> tuple[MeasureLine, ...]:
        """The plan's measures as the page 配套措施 has them on the day the paper is judged by."""
        connection, judged = self.version.connection, self.spec.judged_on
        reports = progress(connection) or ()
        return lines(self.catalog, self.every, reports, self.tallies(), judged, self.reported_every())

    def agenda(self) -> tuple[AgendaItem, ...]:
        """The matters of a session on the paper's date."""
        version, dated = self.version, self.spec.dated
        recorded, targets = warehouse.decisions(version.connection), version.targets
        known = (self.measures(), self.tallies(), recorded, targets, dated, self.signals)
        return agenda(self.catalog, self.every, *known, unjudged_lists(version.connection, self.catalog))

    def answers(self, department: str) -> bool:
        """Whether the paper speaks of this department's duties: of every one's, or of the one it is written for."""
        return self.whose in (ALL_DEPARTMENTS, department)

    def month_of(self, card: Card) -> Card | None:
        """The card's last month by itself, where the paper counts by more than a month; None for a part of the court or its cases."""
        whole = (self.inputs.department, self.inputs.scope) == (ALL_DEPARTMENTS, "all")
        return self.monthly.get(card.indicator.id) if whole and self.spec.grain != "month" else None

    def month_inputs(self) -> CardInputs:
        """What the cards of `monthly` were made from."""
        return card_inputs(self.version, "month", ALL_DEPARTMENTS, "all", self.spec.judged_on)

    def reported_every(self) -> int | None:
        """The most days between two reports on a measure; None where it is not set."""
        return interval(warehouse.parameters(self.version.connection), self.spec.judged_on)


def gather(version: Version, order: BriefingSpec, actor: Actor) -> Material:
    """The material for a request. Raises ScorecardError when the version has no such template."""
    template = find_template(version.catalog, order.template)
    sheet, known_targets = template.department == "asked", version.targets
    sheet = sheet and not version.catalog.has_own_values(order.department)
    if template.outside:
        version = replace(version, targets=tuple(one for one in version.targets if one.basis != TENTATIVE))
    inputs = card_inputs(
        version, order.grain, ALL_DEPARTMENTS if sheet else order.department, order.scope, order.judged_on
    )
    period = order.span(version.catalog.court.months)
    every = {card.indicator.id: card for card in cards(inputs, period)}
    spoken = spoken_of(template, order, tuple(every.values()))
    goals = {
        card.indicator.id: (card.indicator.name, effective(known_targets, card.indicator.id, period)) for card in spoken
    }
    monthly = _monthly(version, order, inputs, every)
    known = warehouse.parameters(version.connection)
    return Material(
        version=version,
        spec=order,
        template=template,
        period=period,
        inputs=inputs,
        every=every,
        spoken=spoken,
        unconfirmed=tuple(
            name for name, goal in goals.values() if template.outside and goal and goal.basis == TENTATIVE
        ),
        whose=order.department,
        actor=actor,
        monthly=monthly,
        signals=asked_signals(version, monthly.values(), version.remarks, known, order.judged_on),
    )


def _monthly(
    version: Version, order: BriefingSpec, inputs: CardInputs, every: Mapping[str, Card]
) -> Mapping[str, Card]:
    """The whole court's cards of the last month of the paper's period, whatever it counts by; `every` are of `inputs`."""
    months = version.catalog.court.months
    month = months.containing("month", order.span(months).last_month)
    if (order.span(months), inputs.department, inputs.scope) == (month, ALL_DEPARTMENTS, "all"):
        return every
    whole = cards(card_inputs(version, "month", ALL_DEPARTMENTS, "all", order.judged_on), month)
    return {card.indicator.id: card for card in whole}


def spoken_of(template: Template, order: BriefingSpec, every: tuple[Card, ...]) -> tuple[Card, ...]:
    """Those chosen by name, otherwise the template's; domains narrow both. The plan's order stands."""
    if order.indicators:
        chosen = _among("listed", every, order.indicators, order.department)
    else:
        chosen = _among(template.indicators.which, every, template.indicators.ids, order.department)
    domains = order.domains or template.indicators.domains
    return tuple(card for card in chosen if not domains or card.indicator.domain in domains)


def _among(which: Among, cards: tuple[Card, ...], ids: Sequence[str], department: str) -> tuple[Card, ...]:
    match which:
        case "all":
            return cards
        case "missed":
            return tuple(card for card in cards if card.verdict.word == "未达标")
        case "exceptions":
            listed = {item.card.indicator.id for group in groups(cards) for item in group.items}
            return tuple(card for card in cards if card.indicator.id in listed)
        case "listed":
            return tuple(card for card in cards if card.indicator.id in ids)
        case "responsible":
            own = (card.judged.reading is not None and card.judged.reading.department == department for card in cards)
            return tuple(card for card, its in zip(cards, own, strict=True) if its or card.answered_by(department))
        case "none":
            return ()
