"""The drawer of an indicator: its figure and what was judged at a glance, everything else in sections one tap away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from etl.intake.entered_rows import recorded_decisions
from scorecard.assessment.cards import Card, trend as judged_trend
from scorecard.assessment.counterweights import pair_words
from scorecard.assessment.data_quality import aside_note
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text, has_no_word
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts import trend
from scorecard.charts.side_by_side import SIDE, funnel_plot, pair
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import sentences
from scorecard.narrative.breakdown.contribution_words import because, steps
from scorecard.narrative.breakdown.department_words import FunnelLine, funnel_lines, limits_note, limits_of, undrawn
from scorecard.narrative.control_words import state_note, variation_sentence
from scorecard.narrative.glossary import entry
from scorecard.narrative.trend import Trend
from scorecard.plan.signals import filled_in, said_ever
from scorecard.records.decisions import LISTED, began
from scorecard.records.remarks import COMMENT, TABLE as REMARKS
from scorecard.store import warehouse
from scorecard.store.contributions import change_splits
from scorecard.ui.indicators import evidence, follow
from scorecard.ui.shell import frame, identity, page_blocks, picture_buttons
from scorecard.ui.shell.cached import card_inputs, data_dir, inputs_of, remarks_of, signals_of
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import PageBlocks, show, show_template
from scorecard.ui.shell.selection import words_of
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import plot

_GLANCE = (
    "判定",
    "样本",
    "全年推算",
    "公布值",
    "同比环比",
)  # headings of the state that stand open; the grounds of the judgement are folded
_RECENT = 13  # rows of the table of values that are not folded again


@dataclass(frozen=True)
class DrawerSection:
    """A section below the figure, folded unless `open`: its title, what its line says while folded, and its template filled."""

    title: str
    lead: str
    html: str
    open: bool = False


def sections(view: View, card: Card, entered: Iterable[DrawerSection]) -> Iterator[DrawerSection]:
    """All sections in reading order; one that has nothing to say is not there. A new part of the drawer is added here."""
    note = state_note(card)
    glance, grounds = (tuple(row for row in note if (row[0] in _GLANCE) == wanted) for wanted in (True, False))
    yield _section("状态说明", "", "ui/indicators/detail_facts.html", open=True, note=glance)
    yield from entered
    if grounds:
        yield _section(
            "判断依据", "、".join(title for title, _ in grounds), "ui/indicators/detail_facts.html", note=grounds
        )
    splits = change_splits(view.version, view.selection, card)
    if splits:
        drawn = [(split, steps(split, card.indicator.unit)) for split in splits]
        yield _section(
            "变动从何而来", because(splits, card.indicator), "ui/indicators/detail_change.html", splits=drawn
        )
    yield from _side_by_side(view, card)
    if card.points:
        points = card.points[::-1]
        yield _section(
            "各期数值", f"{points[-1].label}至{points[0].label}，{len(points)}期", "ui/indicators/detail_values.html",
            points=points[:_RECENT], earlier=points[_RECENT:], all_time=_all_time(view, card),
            chosen=card.judged.period.key,
            way=lambda point: evidence.way(view, card, point.period),
        )  # fmt: skip
    yield _section("文字表述", "可直接引用", "ui/indicators/detail_words.html", words=sentences.of_indicator(card))
    yield _definition(view, card)


def _all_time(view: View, card: Card) -> JudgedPeriod | None:
    """The value 自统计起, where the indicator has one and the reader may see more than months."""
    if view.version.public or not card.indicator.all_time:
        return None
    inputs = inputs_of(view.version, "total", view.selection.department, view.selection.scope)
    return next(iter(judged_trend(inputs, card.indicator)), None)


def _side_by_side(view: View, card: Card) -> Iterator[DrawerSection]:
    """Departments on a line each; courts, of which there are many, in a funnel plot."""
    words, lines = view.catalog.words, _departments(view, card)
    outside = "、".join(f"{line.name}{line.hint}" for line in lines if line.hint)
    told: dict[str, Any] = {
        "lines": lines,
        "href": lambda name: view.href(card.indicator.domain, card.indicator.id, department=name),
        "court": card.value,
        "least": view.catalog.court.minimum_base,
    }
    limits = limits_of(card, lines)
    told["note"] = limits_note(limits, words.unit)
    title, lead = f"各{words.unit}", outside or "都在界限之内"
    if lines and view.catalog.court.unit != "court":
        yield _section(title, lead, "ui/indicators/detail_departments.html", **told)
    elif lines:
        source, few = funnel_plot(lines, limits), [one for one in lines if one.share is None]
        yield _section(
            title,
            lead,
            "ui/indicators/detail_funnel.html",
            words=words,
            source=source,
            few=few,
            outside=outside,
            **told,
        )
    elif view.selection.department == ALL_DEPARTMENTS and (why := undrawn(view.catalog, card)):
        yield _section(title, "不并列比较", "ui/shell/note.html", text=why)


def _section(title: str, lead: str, template: str, open: bool = False, **values: Any) -> DrawerSection:
    return DrawerSection(title, lead, render(template, **values), open)


def _remarks(view: View, card: Card) -> DrawerSection | None:
    """What departments said of the indicator, and the form, filled in, for those who may say something; None without either."""
    if view.version.public:
        return None
    signals = [one for one in signals_of(view.version, view.selection.period) if one.indicator == card.indicator]
    told = said_ever(view.catalog, card, signals, remarks_of(view.version))
    asked = next((one for one in signals if one.owing), None)
    filled = asked.filled_in if asked else filled_in(card.indicator, card.selected.period, COMMENT)
    actor, href = identity.current(), ""
    own = actor.department in view.catalog.answering(card.indicator.departments, today())
    speaks = not view.version.historic and (actor.may("upload") or own)
    unnamed = speaks and asked is None and has_no_word(card.selected.period)
    if speaks and not unnamed:
        whose = {"department": actor.department} if own else {}
        href = f"registers?{urlencode({'table': REMARKS, **filled, **whose, 'said_on': today()})}"
    if not told and not href and not unnamed:
        return None
    act = "说明信号原因" if asked else "写评论"
    return _section(
        "部门说明",
        told[0][1] if told else "还没有",
        "ui/indicators/detail_remarks.html",
        told=told,
        href=href,
        act=act,
        unnamed=unnamed,
    )


def _decisions(view: View, card: Card) -> DrawerSection | None:
    """What the leading group decided on it, the latest first, and what became of that; where it is put before a session."""
    if view.version.public:
        return None
    item = f"indicator:{card.indicator.id}"
    every = recorded_decisions(data_dir(), view.version.manifest.sample)
    own = sorted(
        (one for one in every if one.item == item and one.status != LISTED),
        key=lambda one: one.decided_at,
        reverse=True,
    )
    return _section(
        "会商决定",
        f"{own[0].conclusion}（{own[0].status}）" if own else "还没有",
        "ui/indicators/detail_decisions.html",
        decisions=own,
        since=view.since(card.indicator.id, began(own, own[0])) if own and own[0].status == "待办" else "",
        to_session=frame.to_session(),
        department=lambda one: view.catalog.department_name(one.department) if one.department else "未定责任部门",
        href=view.href("meeting", matter=item),
    )


def _progress(view: View, card: Card) -> DrawerSection | None:
    """What the departments last reported on the plan's measures that the indicator stands for, or that they never did.

    Departments stand in the plan's order, whichever of them a measure names first.
    """
    lines = () if view.version.public else view.measures()
    told = [
        (line.measure, department.name, duty.latest, duty.owed)
        for department in view.catalog.departments.values()
        for line in lines
        if line.measure.id in card.indicator.measures
        for duty in line.duties
        if duty.department == department.id
    ]
    if not told:
        return None
    last = max((one for _, _, one, _ in told if one), key=lambda one: one.reported_on, default=None)
    lead = f"{day_text(last.reported_on)}　{last.status}" if last else "从未汇报"
    return _section("配套措施进展", lead, "ui/indicators/detail_progress.html", told=told, row_href=view.row_href)


def _departments(view: View, card: Card) -> tuple[FunnelLine, ...]:
    """The departments or courts beside each other; of all together only, and not for visitors."""
    selection = view.selection
    if selection.department != ALL_DEPARTMENTS or view.version.public:
        return ()
    period = card.judged.period
    halves = warehouse.department_halves(view.version.connection, card.indicator.id, period, selection.scope)
    return funnel_lines(view.catalog, card, halves)


def _definition(view: View, card: Card) -> DrawerSection:
    partner = view.cards.get(card.indicator.counterweight)
    return _section(
        "口径",
        card.indicator.definition,
        "ui/indicators/detail_definition.html",
        card=card,
        entry=entry(card.indicator, view.catalog, today()),
        partner_href=view.card_href(partner) if partner else "",
        glossary_href=view.href("glossary", card.indicator.id),
        row_href=view.row_href,
    )


def open_drawer(view: View, card: Card) -> None:
    """The indicator in a drawer beside its page; closing it takes it out of the address."""
    drawer = st.dialog("指标详情", width=940, position="right", on_dismiss=_closed)
    drawer(_drawn)(view, card)


def _closed() -> None:
    for name in ("indicator", "beside", frame.WHOLE):
        st.query_params.pop(name, None)


def _drawn(view: View, card: Card) -> None:
    """The drawer with blocks of its own, because Streamlit also runs it alone."""
    choice = words_of(view.version, view.selection)
    with page_blocks.separate_blocks(
        PageBlocks(card.indicator.name, view.version, view.selection.period.label, choice)
    ):
        _detail(view, card)
        picture_buttons.of_page("drawer")


def _detail(view: View, card: Card) -> None:
    name = card.indicator.id
    variation = variation_sentence(card.control) if card.control else ""
    sample = view.version.manifest.sample
    show_template("ui/indicators/detail_head.html", card=card, scope=view.scope, variation=variation, sample=sample)
    if card.points:
        shown = view.cached(
            f"trend {name}", lambda: trend_of(view.version, card_inputs(view.version, view.selection), card)
        )
        figure = view.cached(f"figure {name}", lambda: trend.trend(shown))
        plot(view, figure, "trend", _alt(card), card.indicator.formula.tables, shown, _said(card, shown))
    else:
        frame.guide("没有可画的数据", card.verdict.reason)
    show_aside(view, [card])
    if not view.version.public:
        evidence.link(view, card)
    with st.container(horizontal=True):
        picture_buttons.reserve_place("drawer")
        follow.button(view, card)
    if card.points:
        _beside(view, card)
    newer = (_decisions(view, card), _progress(view, card), _remarks(view, card))  # than the version
    entered = [one for one in newer if one]
    show(
        view.cached(
            f"detail {name} {evidence.open_to_reader(view)} {''.join(one.html for one in entered)}",
            lambda: render("ui/indicators/detail_sections.html", sections=tuple(sections(view, card, entered))),
        )
    )


def _beside(view: View, card: Card) -> None:
    """A second indicator over the same periods: its counterweight, or the one that the address names and a reader chose."""
    offered = {"": "不并看"} | {
        name: one.indicator.name for name, one in view.cards.items() if one.points and one is not card
    }
    asked = st.query_params.get("beside", card.indicator.counterweight)
    key = f"beside {card.indicator.id}"

    def chosen() -> None:
        st.query_params["beside"] = st.session_state[key]

    with st.container(key="beside"):
        names = list(offered)
        at = names.index(asked) if asked in offered else 0
        name = st.selectbox("并看另一项指标", names, at, offered.__getitem__, key=key, on_change=chosen, width=340)
    if not name:
        return
    other = view.cards[name]

    def made() -> str:
        href, words = view.card_href(other), pair_words(card, other)
        return render(
            "ui/indicators/detail_pair.html",
            card=card,
            other=other,
            figure=pair(card, other),
            words=words,
            side=SIDE,
            href=href,
        )

    show(view.cached(f"pair {card.indicator.id} {name}", made))


def show_aside(view: View, cards: list[Card]) -> None:
    """One line: how many rows of the tables behind these cards are set aside, and so not in the numbers."""

    def made() -> str:
        names = [name for card in cards for name in card.indicator.formula.tables]
        return aside_note(view.catalog, names, view.version.tables)

    if text := view.cached(f"aside {' '.join(card.indicator.id for card in cards)}", made):
        show_template("ui/indicators/aside.html", text=text)


def _said(card: Card, shown: Trend) -> str:
    """Value, target, change and source in the sentence that 复制为文字 gives."""
    sentence = sentences.of_indicator(card).partition("。")[0].partition("；")[0]
    source = shown.provenance[1].replace(" ", "").replace("　", "，")
    return f"{sentence}（{source}{'，示例数据' if shown.sample else ''}）。"


def _alt(card: Card) -> str:
    """The figure in a sentence, for screen readers."""
    return (
        f"{card.indicator.name}，{card.points[0].label}至{card.points[-1].label}的走势。"
        f"{card.period}为{card.value}，{card.verdict.word}。"
    )
