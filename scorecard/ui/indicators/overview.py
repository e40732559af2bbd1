"""总览: is the data sound, where do the indicators stand, what needs attention, and everything at a glance."""

from typing import Any

from scorecard.assessment.cards import Card, counts
from scorecard.assessment.data_quality import aside_note, table_reasons
from scorecard.assessment.due_dates import NextDelivery, next_delivery, overdue
from scorecard.assessment.verdict import VerdictWord
from scorecard.calendar.period import day_text
from scorecard.catalog.contracts import Table
from scorecard.narrative import sentences
from scorecard.narrative.attention import groups
from scorecard.narrative.provenance import SAMPLE
from scorecard.store.open_version import complete_through, in_order, judged_on, reach
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render


def health(view: View, waiting: int) -> None:
    """Whether the numbers below can be trusted, which cannot; then table by table what came, what is owed, what is wrong.

    `waiting`: number of batches that are accepted and not published, 0 for users who may not publish.
    """
    version = view.version
    states = [
        _state(view, table)
        for table in in_order(view.catalog)
        if table.seed is None and table.entered_by in ("upload", "report")
    ]
    first, last = reach(version)
    absent = [state["name"] for state in states if not state["as_of"]]
    problems = [f"尚未报送：{'、'.join(absent)}"] if absent else []
    problems += [state["late"] for state in states if state["as_of"] and state["late"]]
    problems += [reason for state in states for reason in state["unsound"]]
    show(
        render(
            "ui/indicators/health.html",
            states=states,
            received=sum(bool(state["as_of"]) for state in states),
            as_of=" 至 ".join(day_text(day) for day in dict.fromkeys((first, last))),
            late=sum(bool(state["late"]) for state in states),
            unsound=sum(len(state["unsound"]) for state in states),
            said=problems,
            aside=aside_note(view.catalog, [table.id for table in in_order(view.catalog)], version.tables),
            doubtful=_at(view, "数据待核"),
            total=len(view.cards),
            href=view.card_href,
            waiting=waiting,
            public=version.public,
        )
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
        "owed": "" if view.version.manifest.sample else _owed(owed),
        "days_late": owed.days_late,
        "rows": state.rows if state else 0,
        "batches": state.batches if state else 0,
        "aside": state.aside if state else 0,
        "late": late,
        "unsound": [reason for reason in reasons if reason != late],
        "balanced": state is not None and table.stock is not None,
    }


def _owed(owed: NextDelivery) -> str:
    """ "2026年11月数据，12月10日前"; the year of the day too where it is another one."""
    month, by = owed.through, owed.by
    day = f"{by.month}月{by.day}日" if by.year == month.year else day_text(by)
    return f"{month.year}年{month.month}月数据，{day}前"


def tally(view: View) -> None:
    """How many indicators of each domain stand at each word; never added up to a score."""
    words = list(counts(list(view.cards.values())))
    rows = [
        {"name": name, "href": view.href(domain), "counts": counts(cards), "total": len(cards)}
        for domain, name, cards in _by_domain(view)
    ]
    label = f"{view.selection.period.label}　{view.scope}"
    show(render("ui/indicators/tally.html", words=words, rows=rows, label=label))


def attention(view: View) -> None:
    """Exceptions first, one sentence each, by the question they raise; then what must be checked, by the reason."""
    doubtful: dict[str, list[Card]] = {}
    for card in _at(view, "数据待核"):
        doubtful.setdefault(card.verdict.reason, []).append(card)
    show(
        render(
            "ui/indicators/attention.html",
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
    show(
        view.cached("words", lambda: render("ui/indicators/words.html", text=sentences.of_whole(title, domains, state)))
    )


def matrix(view: View) -> None:
    """Every indicator on one line, by domain, in the plan's order."""
    period = view.selection.period.label
    show(
        view.cached(
            "matrix",
            lambda: render(
                "ui/indicators/matrix.html",
                columns=_halved(view),
                period=period,
                monthly=view.selection.grain == "month",
                href=view.card_href,
            ),
        )
    )


def _by_domain(view: View) -> list[tuple[str, str, list[Card]]]:
    domains = [
        (domain.id, domain.name, [card for card in view.cards.values() if card.indicator.domain == domain.id])
        for domain in view.catalog.domains.values()
    ]
    return [domain for domain in domains if domain[2]]


def _at(view: View, word: VerdictWord) -> list[Card]:
    return [card for card in view.cards.values() if card.verdict.word == word]


def _halved(view: View) -> list[list[dict[str, Any]]]:
    """Two columns of about the same length, the order of the plan down the first and then the second."""
    blocks = [{"name": name, "href": view.href(domain), "cards": cards} for domain, name, cards in _by_domain(view)]
    sizes = [len(cards) + 1 for _, _, cards in _by_domain(view)]
    cut = min(range(len(blocks) + 1), key=lambda at: abs(sum(sizes[:at]) - sum(sizes[at:])))
    return [part for part in (blocks[:cut], blocks[cut:]) if part]
