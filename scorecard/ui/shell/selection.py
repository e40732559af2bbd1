"""The selection of period, grain, department and scope, made once for all pages: as widgets, as an address, and what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scorecard.assessment.cards import Card
from scorecard.calendar.period import GRAIN_LABELS, GRAINS, Grain, Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.narrative.provenance import SCOPES, scope_text
from scorecard.plan.decision_progress import since_decided
from scorecard.plan.measure_matrix import MeasureLine, interval, lines
from scorecard.plan.signals import said_text, short_text
from scorecard.records.decisions import Decision
from scorecard.store import warehouse
from scorecard.store.open_version import Selection, Version, judged_on, usual_period
from scorecard.store.registers import progress
from scorecard.store.worklist_rows import tallies
from scorecard.ui.shell import page_blocks, picture_buttons
from scorecard.ui.shell.cached import Cached, all_cards, cached, periods, remarks_of, signals_of
from scorecard.ui.shell.templating import render

_SHOWN = "_period_shown"  # last month of the period on screen
Named = TypeVar("Named", bound=str)


WHOLE = "values"  # in an address: the indicator that it opens is the whole court's, whatever department is chosen


@dataclass(frozen=True)
class View:
    """What an analysis page shows: a version, a selection, and the cards of all indicators for it."""

    version: Version
    selection: Selection
    cards: Mapping[str, Card]
    query: Mapping[str, str]

    @property
    def catalog(self) -> Catalog:
        return self.version.catalog

    @property
    def scope(self) -> str:
        return scope_text(self.catalog, self.selection.department, self.selection.scope)

    @property
    def counted(self) -> list[Card]:
        """The cards that have a value of the selected department; every card of the whole court."""
        whole = self.selection.department == ALL_DEPARTMENTS
        return [card for card in self.cards.values() if whole or (card.points and card.verdict.word != "无数据")]

    @property
    def whole(self) -> "View":
        """The same of the whole court; its links keep the department, and say that they lead to the court's values."""
        if self.selection.department == ALL_DEPARTMENTS:
            return self
        selection = replace(self.selection, department=ALL_DEPARTMENTS)
        return View(
            self.version, selection, all_cards(self.version, selection), {**self.query, WHOLE: self.catalog.words.whole}
        )

    @property
    def parts(self) -> tuple[tuple[str, str, "View"], ...]:
        """(title, note, what it shows): of a department first what it answers for, by the whole court's values, then its own cases."""
        if self.selection.department == ALL_DEPARTMENTS:
            return (("", "", self),)
        name = self.catalog.department_name(self.selection.department)
        own = replace(self, cards={card.indicator.id: card for card in self.counted})
        found = (
            (
                f"{name}负责的指标",
                f"责任部门是它的，按{self.catalog.words.whole}数值",
                replace(self.whole, cards=self.duties),
            ),
            (f"{name}承办的案件", f"只计它承办的；不分{self.catalog.words.unit}统计的、本期没有的不列", own),
        )
        return tuple(part for part in found if part[2].cards)

    @property
    def duties(self) -> dict[str, Card]:
        """Of a selected department: the whole court's cards of the indicators it answers for now, or did when the period ended."""
        own = self.selection.department
        return {name: card for name, card in self.whole.cards.items() if card.answered_by(own)}

    @property
    def monthly(self) -> Mapping[str, Card]:
        """The whole court's cards, all cases, of the month that the selection ends with: what became of a decision is read by them."""
        month = self.selection.period.months.containing("month", self.selection.period.last_month)
        return all_cards(self.version, Selection(month, ALL_DEPARTMENTS, "all"))

    @property
    def newest(self) -> Mapping[str, Card]:
        """The same of the newest whole month, whatever period was selected: a decision is closed by it."""
        month = usual_period(self.version, periods(self.version, "month"))
        return all_cards(self.version, Selection(month, ALL_DEPARTMENTS, "all"))

    def since(self, indicator: str, begun: Decision) -> str:
        """What became of a decision on an indicator; where the page shows other values, whose these are. `begun`: first of its run."""
        card = self.monthly.get(indicator)
        said = since_decided(card, begun) if card else ""
        same = (self.selection.grain, self.selection.department, self.selection.scope) == (
            "month",
            ALL_DEPARTMENTS,
            "all",
        )
        return f"{said}（{self.catalog.words.whole}单月）" if "→" in said and not same else said

    def measures(self) -> tuple[MeasureLine, ...]:
        """The plan's measures and requirements, each by the whole court's values of the selected period."""

        def made() -> tuple[MeasureLine, ...]:
            connection, now = self.version.connection, judged_on(self.version)
            every = interval(warehouse.parameters(connection), now)
            reports, counts = progress(connection) or (), tallies(connection, self.catalog)
            return lines(self.catalog, self.whole.cards, reports, counts, now, every)

        return self.cached("measures", made)

    def said(self, *, short: bool = False) -> dict[str, str]:
        """Indicator -> what departments say of the period of its card; of a department's or 涉企 cases nobody speaks."""
        if (self.selection.department, self.selection.scope) != (ALL_DEPARTMENTS, "all"):
            return {}
        signals, remarks = signals_of(self.version, self.selection.period), remarks_of(self.version)
        if not signals and not remarks:
            return {}
        text = short_text if short else said_text
        told = {name: text(self.catalog, card, signals, remarks) for name, card in self.cards.items()}
        return {name: said for name, said in told.items() if said}

    def cached(self, name: str, make: Callable[[], Cached]) -> Cached:
        """A piece of a page, made once for this version and selection."""
        return cached(self.version, self.selection, name, make)

    def href(self, page: str, indicator: str = "", **more: str) -> str:
        """The address of a page with the same selection, and an indicator opened in it, or what else is chosen there."""
        query = {**self.query, **{name: text for name, text in {"indicator": indicator, **more}.items() if text}}
        return f"{page or './'}{'?' if query else ''}{urlencode(query)}"

    def ytd_href(self, page: str) -> str:
        """The address of a page at 年度累计 through the month on screen; empty where there is no such period."""
        shown = self.selection.period
        period = shown.months.containing("ytd", shown.last_month)
        if self.version.public or self.selection.grain == "ytd" or period not in periods(self.version, "ytd"):
            return ""
        query = query_of(self.version, replace(self.selection, period=period))
        whose = self.query.get("department")  # of a department's duties too
        return f"{page}?{urlencode({**query, **({'department': whose} if whose else {})})}"

    def card_href(self, card: Card) -> str:
        """The address of an indicator's detail, on the page of its domain."""
        return self.href(card.indicator.domain, card.indicator.id)

    def row_href(self, row: str) -> str:
        """The address of a measure's or requirement's page; empty for visitors, who get none."""
        return "" if self.version.public else self.href("measures", measure=row)


def select(
    label: str,
    names: Mapping[Named, str],
    first: str | None = None,
    *,
    within: DeltaGenerator | None = None,
    **more: Any,
) -> Named:
    """One of the named things, by its id; `first` stands there until another is chosen, without it the first of them."""
    at = next((at for at, name in enumerate(names) if name == first), 0)
    return (within or st).selectbox(label, list(names), index=at, format_func=names.__getitem__, **more)


def choose(version: Version) -> Selection:
    """Show the widgets; what is selected."""
    row = page_blocks.current_blocks().choices = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with row:
        said = st.empty()
        choices = st.popover("改选", width="content")
        picture_buttons.reserve_place()
    with choices:
        grain: Grain = st.segmented_control(
            "统计方式",
            GRAINS[:1] if version.public else GRAINS,
            default="month",
            required=True,
            format_func=GRAIN_LABELS.__getitem__,
            key="grain",
            bind="query-params",
            persist_state="session",
            on_change=_keep_place,
            args=(version,),
        )
        period = _period(version, grain)
        department = _department(version)
        scope = _scope(version)
    selection = Selection(period, department, scope)
    said.html(render("ui/shell/selection.html", words=list(words_of(version, selection).values())), width="content")
    st.session_state[_SHOWN] = period.last_month
    return selection


def _period(version: Version, grain: Grain) -> Period:
    offered = {period.label: period for period in periods(version, grain)}
    labels = list(offered)
    label = st.selectbox(
        "报告期",
        labels,
        index=labels.index(_default(version, grain).label),
        key="period",
        bind="query-params",
        persist_state="session",
        width=190,
    )
    return offered[label]


def _default(version: Version, grain: Grain) -> Period:
    """The last period the extracts cover, or are due to cover, to its end; the newest if there is none."""
    return usual_period(version, periods(version, grain))


def _keep_place(version: Version) -> None:
    """After a change of grain: the period that contains the one on screen, or the default."""
    grain: Grain = st.session_state["grain"]
    period = version.catalog.court.months.containing(grain, st.session_state[_SHOWN])
    offered = periods(version, grain)
    st.session_state["period"] = (period if period in offered else _default(version, grain)).label


def departments(version: Version) -> list[str]:
    """Who may be chosen, in the plan's order: departments with cases of their own, and those that answer for an indicator."""
    if version.public:
        return []
    catalog, now = version.catalog, judged_on(version)
    answering = catalog.answering((name for one in catalog.indicators.values() for name in one.departments), now)
    single = [one.id for one in catalog.departments.values() if not one.collective]
    counted = {*version.departments} & {*catalog.units}
    return [name for name in single if name in counted or name in answering]


def _department(version: Version) -> str:
    known = departments(version)
    if not known:
        return ALL_DEPARTMENTS
    names = {name: version.catalog.department_name(name) for name in (ALL_DEPARTMENTS, *known)}
    choice = version.catalog.words.choice
    return select(choice, names, key="department", bind="query-params", persist_state="session", width=230)


def _scope(version: Version) -> str:
    if version.public or not any(table.firm for table in version.catalog.tables.values()):
        return "all"
    return st.segmented_control(
        "案件范围",
        list(SCOPES),
        default="all",
        required=True,
        format_func=SCOPES.__getitem__,
        key="scope",
        bind="query-params",
        persist_state="session",
    )


def words_of(version: Version, selection: Selection) -> dict[str, str]:
    """The selection in words, for a picture, which has no widgets."""
    return {
        "统计方式": GRAIN_LABELS[selection.grain],
        "报告期": selection.period.dated,
        version.catalog.words.choice: version.catalog.department_name(selection.department),
        "案件范围": SCOPES[selection.scope],
    }


def query_of(version: Version, selection: Selection) -> dict[str, str]:
    """The selection as a query: what differs from the default, in the words of the widgets."""
    query: dict[str, str] = {"version": version.id} if version.historic else {}
    if selection.grain != "month":
        query["grain"] = GRAIN_LABELS[selection.grain]
    if selection.period != _default(version, selection.grain):
        query["period"] = selection.period.label
    if selection.department != ALL_DEPARTMENTS:
        query["department"] = version.catalog.departments[selection.department].name
    if selection.scope != "all":
        query["scope"] = SCOPES[selection.scope]
    return query
