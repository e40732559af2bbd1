"""案件清单: one value, the chain from it to the lines of the files, and its rows for users who may see them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

import streamlit as st

from scorecard.access import Actor, Forbidden
from scorecard.assessment.cards import Card
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import half_up
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.narrative.formula_words import formula_words
from scorecard.narrative.provenance import provenance
from scorecard.queries.evidence import EvidenceQuery, cut_of, evidence_queries
from scorecard.store import evidence_rows
from scorecard.store.evidence_rows import PART_NAMES, EvidencePart, Total, require_evidence
from scorecard.store.row_files import EvidenceSelection, export
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import all_cards, data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show, show_case_rows, show_on_screen, show_template
from scorecard.ui.shell.selection import query_of, select
from scorecard.ui.shell.templating import render

PAGE_ROWS = 100
_INDICATOR = "evidence_indicator"


@dataclass(frozen=True)
class CheckedHalf:
    """A half of a value counted from its rows, beside the published one; `same` says whether they are equal."""

    name: str
    rows: str
    shown: str
    same: bool


def open_to_reader(view: View) -> bool:
    """Whether who reads may see the rows behind the chosen values."""
    return not view.version.public and identity.current().may("evidence", view.selection.department)


def way(view: View, card: Card, period: Period) -> str:
    """Where a period of an indicator's figure or table leads: to its rows, or without the right to them to that period itself."""
    page = "evidence" if open_to_reader(view) else card.indicator.domain
    read = replace(view.selection, period=period)
    return f"{page}?{urlencode({**query_of(view.version, read), 'indicator': card.indicator.id})}"


def link(view: View, card: Card) -> None:
    """The links from an indicator's detail to its rows and to its target; what a click on a point of its figure does."""
    read = replace(view.selection, period=card.judged.period)
    href = f"evidence?{urlencode({**query_of(view.version, read), 'indicator': card.indicator.id})}"
    points = "点图上的一点，看那一期的案件" if open_to_reader(view) else "点图上的一点，改看那一期"
    own = identity.current().department or ""
    named = urlencode({"department": view.catalog.department_name(own)}) if _has_rows(view, card, own) else ""
    mine = f"{href}&{named}" if named else ""
    aims = card.indicator.takes_target and identity.current().may("targets")
    goal = f"targets?{urlencode({'indicator': card.indicator.id})}" if aims else ""
    show_on_screen(
        "ui/indicators/evidence_link.html",
        href=href,
        period=card.period,
        points=points,
        mine=mine,
        goal=goal,
        words=view.catalog.words,
    )


def _has_rows(view: View, card: Card, own: str) -> bool:
    """Whether the reader's own department has cases behind the whole court's value."""
    selection = view.selection
    if own not in view.version.departments or selection.department != ALL_DEPARTMENTS:
        return False
    owned = all_cards(view.version, replace(selection, period=card.judged.period, department=own))
    return bool(owned[card.indicator.id].judged.base)


def page() -> None:
    """The whole page: which value, the chain behind it, then its rows."""
    view = frame.analysis("案件清单")
    if view is None:
        return
    card = _chosen_card(view).as_asked
    reading = card.judged.reading
    cut = cut_of(card.indicator, view.version.as_of)
    show_template("ui/indicators/evidence_head.html", card=card, scope=view.scope, back=view.card_href(card))
    if reading is None or cut is None:
        frame.guide("这个数没有可列的案件", _why_none(view, card))
        return
    selection = view.selection
    queries = view.cached(
        f"queries {card.indicator.id}",
        lambda: evidence_queries(
            view.catalog, card.indicator, selection.period, selection.department, selection.scope, cut
        ),
    )
    show(view.cached(f"chain {card.indicator.id}", lambda: _chain(view, card, reading, queries)))
    actor = identity.current()
    try:
        require_evidence(actor, selection.department, view.catalog)
    except Forbidden as error:
        _closed(view, card, actor, error)
        return
    _rows(view, card, actor, _choose_table(queries))


def _closed(view: View, card: Card, actor: Actor, error: Forbidden) -> None:
    """Why the rows are not shown, and for an account of a department the way to its own."""
    own = view.catalog.departments.get(actor.department or "")
    query = {**view.query, "department": own.name if own else "", "indicator": card.indicator.id}
    steps = [{"text": error.remedy, "href": f"evidence?{urlencode(query)}" if own else ""}]
    text = f"{error.found if own else error.expected}。"
    show_on_screen("ui/shell/guide.html", title="逐行清单不对当前账户开放", text=text, steps=steps)


def _chosen_card(view: View) -> Card:
    """The indicator of the address, else the first; a choice made here goes into the address."""
    names = {name: card.indicator.name for name, card in view.cards.items()}
    named = st.query_params.get("indicator", "")
    st.session_state[_INDICATOR] = named if named in names else next(iter(names))
    return view.cards[select("指标", names, key=_INDICATOR, on_change=_into_the_address, width=420)]


def _into_the_address() -> None:
    st.query_params["indicator"] = st.session_state[_INDICATOR]


def _why_none(view: View, card: Card) -> str:
    """What to choose instead; halves from several tables are the whole court's only."""
    if view.selection.department != ALL_DEPARTMENTS and len(card.indicator.formula.tables) > 1:
        words = view.catalog.words
        return f"本指标的数据来自几张表，只按{words.whole}统计。请把上方“{words.choice}”改为“{words.whole}”。"
    return f"{card.verdict.reason}。请另选报告期、{view.catalog.words.unit}或案件范围。"


def _chain(view: View, card: Card, reading: IndicatorValue, queries: tuple[EvidenceQuery, ...]) -> str:
    """Number → formula in words → SQL → batches; the rows below are its last link."""
    connection = view.version.connection
    totals = [total for query in queries for total in evidence_rows.totals(connection, query)]
    withheld = card.verdict.word == "数据待核"
    halves = _halves(reading, totals, withheld=withheld)
    return render(
        "ui/indicators/evidence_chain.html",
        card=card,
        words=formula_words(card.indicator, view.catalog),
        halves=halves,
        disagree=[half for half in halves if not half.same],
        queries=[(query.table.name, query.query) for query in queries],
        sources=[
            (query.table.name, source) for query in queries for source in evidence_rows.sources(connection, query)
        ],
        version=view.version.id,
    )


def _halves(reading: IndicatorValue, totals: list[Total], *, withheld: bool) -> list[CheckedHalf]:
    """Every half of every part: counted from the rows, and as published; one that is withheld contradicts no row."""
    known: list[tuple[str, Decimal | None, Decimal | None]] = [("", reading.numerator, reading.denominator)]
    if reading.parts:
        known = [(f"{name}·", numerator, denominator) for name, numerator, denominator in reading.parts]
    halves: list[CheckedHalf] = []
    for number, (name, numerator, denominator) in enumerate(known):
        counted = evidence_rows.half_of(totals, "numerator", number)
        halves.append(_checked(f"{name}分子", counted, numerator, withheld=withheld))
        if denominator is not None:
            counted = evidence_rows.half_of(totals, "denominator", number)
            halves.append(_checked(f"{name}分母", counted, denominator, withheld=withheld))
    return halves


def _checked(name: str, counted: Decimal | None, published: Decimal | None, *, withheld: bool) -> CheckedHalf:
    silent = withheld and published is None
    shown = "数据待核" if silent else _text(published)
    return CheckedHalf(name, _text(counted), shown, silent or counted == published)


def _text(amount: Decimal | None) -> str:
    if amount is None:
        return "无"
    return half_up(amount) if amount == amount.to_integral_value() else half_up(amount, 2)


def _choose_table(queries: tuple[EvidenceQuery, ...]) -> EvidenceQuery:
    if len(queries) == 1:
        return queries[0]
    named = {query.table.name: query for query in queries}
    table = st.segmented_control("数据表", list(named), default=queries[0].table.name, required=True, key="table")
    return named[table]


def _rows(view: View, card: Card, actor: Actor, query: EvidenceQuery) -> None:
    connection, catalog = view.version.connection, view.catalog
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        part = _choose_part(query)
        text = st.text_input("查找（案号、案由等，可写几个词）", key="find", max_chars=60, width=300).strip()
        total = evidence_rows.count(connection, catalog, actor, query, part=part, text=text)
        pages = max(1, -(-total // PAGE_ROWS))
        place = f"{query.table.id} {part} {text}"  # another choice starts on its first page again
        number = st.number_input(f"第几页（共 {pages:,} 页）", 1, pages, 1, key=f"page {place}", width=160)
        choice = _choice(view, card, query, part, text)
        download(
            "导出 CSV",
            f"{card.indicator.name}_{card.period}_案件清单.csv",
            lambda actor: export(data_dir(), connection, catalog, actor, choice),
            needs="export",
            key="export",
        )

    def made() -> str:
        return render(
            "ui/indicators/evidence_rows.html",
            headers=evidence_rows.headers(query),
            lines=evidence_rows.evidence_rows(
                connection, catalog, actor, query, part=part, text=text,
                limit=PAGE_ROWS, offset=(number - 1) * PAGE_ROWS,
            ),
            total=total,
            first=(number - 1) * PAGE_ROWS + 1,
            part=PART_NAMES[part],
            text=text,
            minus=any(role.term.minus for role in query.roles),
        )  # fmt: skip

    # Whoever comes so far may see the rows of this selection: `count` asks at every run. They are the same to all of them.
    show_case_rows(view.cached(f"rows {card.indicator.id} {place} {number}", made), actor)


def _choose_part(query: EvidenceQuery) -> EvidencePart:
    halves: tuple[EvidencePart, ...] = ("all", "numerator", "denominator", "rest")
    offered = halves if any(role.half == "denominator" for role in query.roles) else halves[:2]
    return st.segmented_control(
        "归属", offered, default="all", required=True, format_func=PART_NAMES.__getitem__, key="part"
    )


def _choice(view: View, card: Card, query: EvidenceQuery, part: EvidencePart, text: str) -> EvidenceSelection:
    version, selection = view.version, view.selection
    lines = provenance(card, view.catalog, version.as_of, version.id, version.manifest.sample)
    chosen = f"{query.table.name}　{PART_NAMES[part]}{f'　含“{text}”' if text else ''}"
    place = f"{selection.grain} {selection.period.key} {selection.department} {selection.scope}"
    return EvidenceSelection(
        behind=query,
        part=part,
        text=text,
        subject=f"案件清单 {card.indicator.id} {place} 版本 {version.id}",
        provenance=(f"{card.indicator.name}　{view.scope}", *lines, chosen),
    )
