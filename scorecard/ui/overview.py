"""总览: is the data sound, where do the indicators stand, what needs attention, and everything at a glance."""

from typing import Any

import streamlit as st

from scorecard import narrative
from scorecard.cards import Card, counts
from scorecard.exceptions import groups
from scorecard.freshness import overdue
from scorecard.provenance import SAMPLE, day_text
from scorecard.ui.data import complete_through, in_order, judged_on
from scorecard.ui.frame import View
from scorecard.ui.markup import render
from scorecard.verdict import Word


def health(view: View) -> None:
    """Which tables have come in, how far they reach, what is late or doubtful."""
    version, now = view.version, judged_on(view.version)
    states = [
        {
            "name": table.name,
            "as_of": day_text(version.as_of[table.id]) if table.id in version.as_of else "",
            "rows": version.tables[table.id].rows if table.id in version.as_of else 0,
            "batches": version.tables[table.id].batches if table.id in version.as_of else 0,
            "remark": overdue(view.catalog, table.id, version.as_of.get(table.id), now),
        }
        for table in in_order(view.catalog)
        if table.seed is None and table.entered_by not in ("targets", "decisions")
    ]
    reached = sorted(
        day for name, day in version.as_of.items() if version.catalog.tables[name].entered_by == "upload"
    )
    as_of = " 至 ".join(day_text(day) for day in dict.fromkeys((reached[0], reached[-1])))
    st.html(
        render(
            "health.html",
            states=states,
            received=sum(bool(state["as_of"]) for state in states),
            as_of=as_of,
            late=[state["remark"] for state in states if state["remark"]],
            doubts=sum(card.verdict.word == "数据待核" for card in view.cards.values()),
        )
    )


def tally(view: View) -> None:
    """How many indicators of each domain stand at each word; never added up to a score."""
    words = list(counts(list(view.cards.values())))
    rows = [
        {"name": name, "href": view.href(domain), "counts": counts(cards), "total": len(cards)}
        for domain, name, cards in _by_domain(view)
    ]
    label = f"{view.selection.period.label}　{view.scope}"
    st.html(render("tally.html", words=words, rows=rows, label=label))


def attention(view: View) -> None:
    """Exceptions first, one sentence each, by the question they raise; then what must be checked, by the reason."""
    doubtful: dict[str, list[Card]] = {}
    for card in _at(view, "数据待核"):
        doubtful.setdefault(card.verdict.reason, []).append(card)
    st.html(
        render(
            "attention.html",
            groups=groups(list(view.cards.values())),
            monthly=view.selection.grain == "month",
            doubtful=doubtful,
            href=view.card_href,
        )
    )


def words(view: View) -> None:
    """The same in official sentences, to be copied into a report."""
    title = f"{view.catalog.court.name}法治化营商环境指标情况（{view.selection.period.label}，{view.scope}）"
    state = f"数据截至{day_text(complete_through(view.version))}，版本{view.version.id}。"
    if view.version.manifest.sample:
        state += f"{SAMPLE}。"
    domains = [(name, cards) for _, name, cards in _by_domain(view)]
    st.html(view.kept("words", lambda: render("words.html", text=narrative.of_whole(title, domains, state))))


def matrix(view: View) -> None:
    """Every indicator on one line, by domain, in the plan's order."""
    period = view.selection.period.label
    st.html(
        view.kept(
            "matrix",
            lambda: render(
                "matrix.html",
                columns=_halved(view),
                period=period,
                monthly=view.selection.grain == "month",
                href=view.card_href,
            ),
        )
    )


def _by_domain(view: View) -> list[tuple[str, str, list[Card]]]:
    found = [
        (domain.id, domain.name, [card for card in view.cards.values() if card.indicator.domain == domain.id])
        for domain in view.catalog.domains.values()
    ]
    return [one for one in found if one[2]]


def _at(view: View, word: Word) -> list[Card]:
    return [card for card in view.cards.values() if card.verdict.word == word]


def _halved(view: View) -> list[list[dict[str, Any]]]:
    """Two columns of about the same length, the order of the plan down the first and then the second."""
    blocks = [
        {"name": name, "href": view.href(domain), "cards": cards} for domain, name, cards in _by_domain(view)
    ]
    sizes = [len(cards) + 1 for _, _, cards in _by_domain(view)]
    cut = min(range(len(blocks) + 1), key=lambda at: abs(sum(sizes[:at]) - sum(sizes[at:])))
    return [part for part in (blocks[:cut], blocks[cut:]) if part]
