"""总览: the answer first; then what must be checked, whether the data are sound, and everything at a glance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from scorecard.assessment.cards import Card
from scorecard.assessment.data_quality import NextDelivery, aside_note, next_delivery, overdue, table_reasons
from scorecard.assessment.standings import bridge, counted, counts
from scorecard.calendar.period import GRAIN_LABELS, Grain, StatisticalCalendar, day_text, month_label
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.narrative import paragraphs
from scorecard.narrative.control_words import variation_sentence
from scorecard.narrative.plain_verdict import asks, improves, what_is_wrong
from scorecard.narrative.provenance import SAMPLE, short
from scorecard.records.decisions import Decision, began, unresolved
from scorecard.store.open_version import complete_through, in_order, judged_on, reach
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import all_cards, periods
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import StandingLine, show, show_template
from scorecard.ui.shell.selection import query_of
from scorecard.ui.shell.templating import render


def data_states(view: View) -> list[dict[str, Any]]:
    """Table by table what came, what is owed, what is wrong."""
    return [
        _state(view, table)
        for table in in_order(view.catalog)
        if table.seed is None and table.entered_by in ("upload", "report")
    ]


def data_line(view: View, states: Sequence[Mapping[str, Any]], waiting: int) -> StandingLine:
    """Whether the numbers can be trusted. `waiting`: batches accepted and not published, 0 for who may not publish."""
    absent = sum(not state["as_of"] for state in states)
    late = sum(bool(state["late"]) for state in states) - absent
    unsound = sum(len(state["unsound"]) for state in states)
    doubtful = sum(card.verdict.word == "数据待核" for card in view.cards.values())
    parts = [
        (f"未报 {absent} 张表" if absent else f"{len(states)} 张表齐", "doubtful" if absent else ""),
        (f"逾期 {late} 张" if late > 0 else "", "doubtful"),
        (f"收结存、搁置等问题 {unsound} 处" if unsound else "", "doubtful"),
        (f"{doubtful} 项指标数据待核" if doubtful else "", "doubtful"),
        (f"{waiting} 个批次待发布" if waiting else "", "doubtful"),
    ]
    return StandingLine("数据", "upload" if waiting else "", tuple(part for part in parts if part[0]))


def health(view: View, states: Sequence[Mapping[str, Any]]) -> None:
    """What came of each table, folded; what is wrong of it stands open."""
    version = view.version
    first, last = reach(version)
    absent = [state["name"] for state in states if not state["as_of"]]
    problems = [f"尚未报送：{'、'.join(absent)}"] if absent else []
    problems += [state["late"] for state in states if state["as_of"] and state["late"]]
    problems += [reason for state in states for reason in state["unsound"]]
    aside = aside_note(view.catalog, [table.id for table in in_order(view.catalog)], version.tables)
    show_template(
        "ui/indicators/health.html",
        states=states,
        as_of=" 至 ".join(day_text(day) for day in dict.fromkeys((first, last))),
        said="；".join(filter(None, (*problems, aside))),
        public=version.public,
    )


def _state(view: View, table: Table) -> dict[str, Any]:
    """The state of one table on the day the page is read."""
    state, now = view.version.tables.get(table.id), judged_on(view.version)
    owed = next_delivery(view.catalog, table.id, state.as_of if state else None, now)
    late = overdue(view.catalog, table.id, state.as_of if state else None, now)
    reasons = table_reasons(view.catalog, table.id, state, now)
    return {
        "name": table.name,
        "as_of": day_text(state.as_of) if state else "",
        "owed": "" if view.version.manifest.sample else _owed(owed, view.catalog.court.months),
        "days_late": owed.days_late,
        "rows": state.rows if state else 0,
        "batches": state.batches if state else 0,
        "aside": state.aside if state else 0,
        "late": late,
        "unsound": [reason for reason in reasons if reason != late],
        "balanced": state is not None and table.stock is not None,
    }


def _owed(owed: NextDelivery, months: StatisticalCalendar) -> str:
    """ "2026年11月数据，12月10日前"; the year of the day too where it is another one."""
    by = owed.by
    day = f"{by.month}月{by.day}日" if by.year == owed.through.year else day_text(by)
    return f"{month_label(months.month_of(owed.through))}数据，{day}前"


def first_screen(
    view: View, decisions: Sequence[Decision], home: Sequence[StandingLine] | None, lines: Sequence[StandingLine]
) -> None:
    """The answer first: how many meet their targets, what must be asked about, what improves; then one line for all else.

    `lines` begin with that of the data, whose faults stand before any number.
    """
    still = {one.item: (one, began(decisions, one)) for one in unresolved(decisions)}
    show_template(
        "ui/indicators/first_screen.html",
        blocks=[_block(part, title, note, still) for title, note, part in view.parts],
        other=_other_way(view),
        why=lambda card: variation_sentence(card.control),
        monthly=view.selection.grain == "month",
        home=home,
        to_session=frame.to_session(),
        lines=lines,
        lacking=[text for text, tone in lines[0].parts if tone],
    )


def _block(view: View, title: str, note: str, still: Mapping[str, tuple[Decision, Decision]]) -> dict[str, Any]:
    cards = list(view.cards.values())
    met, judged = _numbers(cards)
    now = judged_on(view.version)
    return {
        "title": title,
        "note": note,
        "total": len(counted(cards)),
        "undivided": len(cards) - len(counted(cards)),
        "met": met,
        "judged": judged,
        "others": {word: number for word, number in counts(cards).items() if word not in ("达标", "未达标")},
        "domains": [_strip(view, domain, name, own) for domain, name, own in _by_domain(view, cards)],
        "rows": [_asked(view, card, still.get(f"indicator:{card.indicator.id}"), now) for card in cards if asks(card)],
        "folded": _folded(cards),
        "said": view.said(),
        "href": view.card_href,
    }


def _numbers(cards: Sequence[Card]) -> tuple[int, int]:
    """How many meet their target, and how many were judged against one."""
    met = sum(card.verdict.word == "达标" for card in cards)
    return met, met + sum(card.verdict.word == "未达标" for card in cards)


def _strip(view: View, domain: str, name: str, cards: Sequence[Card]) -> dict[str, Any]:
    met, judged = _numbers(cards)
    return {"name": name, "href": view.href(domain), "met": met, "judged": judged, "total": len(counted(cards))}


def _other_way(view: View) -> dict[str, Any] | None:
    """The same month the other way, for the two differ: a month by itself, or the year through it."""
    grain: Grain = "month" if view.selection.grain == "ytd" else "ytd"
    period = view.selection.period.months.containing(grain, view.selection.period.last_month)
    own_cases_first = (
        view.selection.department != ALL_DEPARTMENTS and not view.duties
    )  # no number of them by the whole court
    if view.version.public or own_cases_first or period not in periods(view.version, grain):
        return None
    selection = replace(view.selection, period=period)
    whole = all_cards(view.version, replace(selection, department=ALL_DEPARTMENTS))
    own = [name for name in view.duties or whole if name in view.whole.cards]
    pair = ([whole[name] for name in own], [view.whole.cards[name] for name in own])
    said = bridge(*(pair if grain == "ytd" else pair[::-1]))
    query = query_of(view.version, selection)
    return {"label": GRAIN_LABELS[grain], "said": said, "href": f"./?{urlencode(query)}"}


def _asked(view: View, card: Card, still: tuple[Decision, Decision] | None, now: date) -> dict[str, Any]:
    """`still`: the decision on it that is to be done, and the first of its run."""
    open_one, begun = still or (None, None)
    return {
        "card": card,
        "wrong": what_is_wrong(card),
        "decision": open_one,
        "who": view.catalog.department_name(open_one.department) if open_one and open_one.department else "",
        "due": day_text(open_one.due_on) if open_one and open_one.due_on else "",
        "late": open_one.late(now) if open_one else 0,
        "since": view.since(card.indicator.id, begun) if begun else "",
        "matter": "" if view.version.public else view.href("meeting", matter=f"indicator:{card.indicator.id}"),
    }


def _folded(cards: Sequence[Card]) -> list[tuple[str, str, list[Card]]]:
    """What a leader may look at next: what improves, and what cannot be told because the baseline is unfit."""
    better = [card for card in cards if improves(card)]
    unfit = [
        card for card in cards if card.control is not None and card.control.variation == "基准不稳" and not asks(card)
    ]
    return [
        ("好转的", "什么做法见效，能否推广。", better),
        ("基准不稳，不作判断的", "由审管办在“基准与标注”页决定从哪个月起重设基准。", unfit),
    ]


def doubtful(view: View) -> None:
    """What must be checked before anything is said of it, by the reason."""
    reasons: dict[str, list[Card]] = {}
    for card in view.cards.values():
        if card.verdict.word == "数据待核":
            reasons.setdefault(card.verdict.reason, []).append(card)
    if reasons:
        show_template("ui/indicators/doubtful.html", reasons=reasons, href=view.card_href)


def words(view: View) -> None:
    """The same in official sentences, to be copied into a report."""
    title = f"{view.catalog.court.name}法治化营商环境指标情况（{view.selection.period.label}，{view.scope}）"
    state = f"数据截至{day_text(complete_through(view.version))}，版本{short(view.version.id)}。"
    if view.version.manifest.sample:
        state += f"{SAMPLE}。"

    def text(part: View, heading: str) -> str:
        domains = [(name, cards) for _, name, cards in _by_domain(part, part.cards.values()) if cards]
        period = part.selection.period
        told = [f"{name}：{paragraphs.domain_paragraph(name, cards, period)}" for name, cards in domains]
        return "\n".join([heading or title, paragraphs.lead(domains, (), period), *told, state])

    parts = [
        (part, f"{heading}情况（{part.selection.period.label}，{note}）" if heading else "")
        for heading, note, part in view.parts
    ]
    show(
        view.cached(
            "words", lambda: render("ui/indicators/words.html", text="\n\n".join(text(*part) for part in parts))
        )
    )


def matrix(view: View) -> None:
    """Every indicator on one line, by domain, in the plan's order."""
    period = view.selection.period.label
    show(
        view.cached(
            "matrix",
            lambda: render(
                "ui/indicators/matrix.html",
                parts=[(title, _halved(part), len(part.cards), part.card_href) for title, _, part in view.parts],
                period=period,
            ),
        )
    )


def _by_domain(view: View, cards: Iterable[Card]) -> list[tuple[str, str, list[Card]]]:
    every = list(cards)
    domains = [
        (domain.id, domain.name, [card for card in every if card.indicator.domain == domain.id])
        for domain in view.catalog.domains.values()
    ]
    return [domain for domain in domains if domain[2]]


def _halved(view: View) -> list[list[dict[str, Any]]]:
    """Two columns of about the same length, the order of the plan down the first and then the second."""
    domains = _by_domain(view, view.cards.values())
    blocks = [{"name": name, "href": view.href(domain), "cards": cards} for domain, name, cards in domains]
    sizes = [len(cards) + 1 for _, _, cards in domains]
    cut = min(range(len(blocks) + 1), key=lambda at: abs(sum(sizes[:at]) - sum(sizes[at:])))
    return [part for part in (blocks[:cut], blocks[cut:]) if part]
