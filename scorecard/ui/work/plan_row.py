"""The page of one row of the plan, a measure or a requirement: what is asked, what the data say, what waits, what is owed.

Every row answers by the same parts in the same order, and each leads to where its work is done: there is no row without a
next step. What the rows of a table say is shown by right; everything else to whoever may see details.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scorecard.access import Actor, Capability
from scorecard.assessment.cards import Card
from scorecard.assessment.data_quality import table_reasons
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import RowChoice
from scorecard.plan.cited_documents import unregistered
from scorecard.plan.measure_matrix import MeasureLine
from scorecard.records.decisions import Decision
from scorecard.store.open_version import judged_on
from scorecard.store.registers import BENCHMARKS, document_places, documents
from scorecard.store.tabulations import Tabulated
from scorecard.store.worklist_rows import counted, tallies, worklist_dates
from scorecard.ui.shell import identity, page_blocks
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_template
from scorecard.ui.work import measures, meeting
from scorecard.ui.work.department_assessment import show_assessment
from scorecard.ui.work.frameworks import alignment
from scorecard.ui.work.tabulations import bars, open_history, show_listing, told
from scorecard.ui.work.worklists import address

TOLD = 3  # indicators named in the sentence at the head
# What a row shows that no tabulation of one table can say.
_BESIDE: Mapping[str, Callable[[View], None]] = {
    "requirements.2": alignment,
    "requirements.5": measures.summaries,
    "requirements.7": show_assessment,
}


@dataclass(frozen=True)
class WayIn:
    """Where something of a row is entered: the act in words, its page for who may do it, otherwise who does it."""

    act: str
    href: str
    who: str


def page(view: View, line: MeasureLine, decisions: Sequence[Decision]) -> None:
    """The whole page of a row."""
    record, actor = page_blocks.current_blocks(), identity.current()
    title = view.catalog.row_title(line.measure.id)
    record.title = f"{record.title}·{title}"
    tabulations, listings = view.catalog.of_measure(line.measure.id)
    lists, tables = _worklists(view, line), _tables(view.catalog, line, (*tabulations, *listings))
    counted_rows = told(view, tabulations)
    owed = _owed(view, line, tables, actor)
    session = meeting.standing(view, decisions) if line.measure.id == "requirements.1" else None
    show_template(
        "ui/work/plan_row.html",
        title=title,
        measure=line.measure,
        documents=documents(view.version.connection, view.catalog.row_code(line.measure.id)),
        to_documents=_entrance(view.catalog.tables["documents"], actor) if "documents" in view.catalog.tables else None,
        unregistered=unregistered(line.measure.cites, document_places(view.version.connection)),
        today=judged_on(view.version),
        label=f"{view.scope}　{view.selection.period.label}",
        court=view.whole is not view,
        whole=view.catalog.words.whole,
        cards=line.cards,
        told=sorted(line.speaking, key=_telling)[:TOLD],
        lists=lists,
        overdue=sum(one["numbers"]["超期"] for one in lists),
        owed=owed,
        session=session,
        counted=[one for one in counted_rows if one.lines][:TOLD],
        beside=bool(tabulations or listings),
        entrances=_entrances(view, line, tables, actor),
        href=view.whole.card_href,
    )
    if line.duties:
        show_template("ui/work/plan_row_reports.html", **_reports(view.catalog, line))
    if counted_rows:
        show_template("ui/work/tabulations.html", told=[with_source(view, one, actor) for one in counted_rows])
    for listing in listings:
        if listing.table != BENCHMARKS:  # `alignment` shows each beside the court's own value
            show_listing(view, listing, actor, line.measure.id)
    open_history(view, listings, actor)
    if session:
        show_template("ui/work/plan_row_decisions.html", session=session)
    if line.measure.id in _BESIDE:
        _BESIDE[line.measure.id](view)


def _telling(card: Card) -> tuple[bool, bool, bool]:
    """What comes first in the sentence at the head: missed targets, targets met, then what will not move any more."""
    return card.verdict.word != "未达标", card.verdict.word != "达标", not card.settled


def _worklists(view: View, line: MeasureLine) -> list[dict[str, Any]]:
    """The row's worklists with the counts of the selected department, or why nobody can tell."""
    catalog, whose = view.catalog, view.selection.department
    counts, judged = tallies(view.version.connection, catalog), worklist_dates(view.version.connection, catalog)
    return [
        {
            "name": catalog.worklists[name].name,
            "href": address(view, catalog.worklists[name], whose),
            "numbers": counted(counts, name, whose),
            "unjudged": judged[name].unjudged(catalog) if name in judged else "",
        }
        for name, _ in line.worklists
    ]


def with_source(view: View, one: Tabulated, actor: Actor) -> tuple[Tabulated, list[float | None], list[str], WayIn]:
    """What a tabulation says, its bars, the titles of its sources, and where the rows it counts are entered."""
    catalog = view.catalog
    sources = [catalog.sources[name].title for name in one.tabulation.sources]
    return one, bars(one), sources, _entrance(catalog.tables[one.tabulation.table], actor)


def _tables(catalog: Catalog, line: MeasureLine, choices: Sequence[RowChoice]) -> list[Table]:
    """The tables that people hand in or enter for this row, in the order in which it needs them."""
    named = [name for card in line.cards for name in card.indicator.formula.tables]
    named += [name for worklist, _ in line.worklists for name in catalog.worklists[worklist].tables]
    named += [choice.table for choice in choices]
    tables = [catalog.tables[name] for name in dict.fromkeys(named)]
    return [table for table in tables if table.seed is None and table.entered_by not in ("targets", "decisions")]


def _entrance(table: Table, actor: Actor) -> WayIn:
    """Where rows of a table are entered."""
    entered_by = "own" if table.entered_by == "register" and table.department else table.entered_by
    page, word, who, right = _ENTERED[entered_by]
    page += f"?table={table.id}" if page == "registers" else ""
    return WayIn(f"{word}《{table.name}》", page if actor.may_somewhere(right) else "", who)


_ENTERED: dict[str, tuple[str, str, str, Capability]] = {
    "upload": ("upload", "报送", "审管办", "upload"),
    "register": ("registers", "登记", "审管办", "upload"),
    "own": ("registers", "登记", "责任部门", "report"),
    "report": ("progress", "填报", "责任部门", "report"),
    "decisions": ("meeting", "记录", "审管办", "details"),
    "targets": ("targets", "设定", "审管办", "view"),
}


def _owed(view: View, line: MeasureLine, tables: Sequence[Table], actor: Actor) -> list[tuple[str, WayIn]]:
    """What is missing now, each with where it is entered and by whom: reports first, then tables."""
    catalog, now = view.catalog, judged_on(view.version)
    report = _progress(view, line, actor)
    owed = [
        (
            f"{catalog.departments[duty.department].name}"
            + ("从未汇报进展" if duty.days is None else f"上次汇报在{duty.days}天前"),
            report,
        )
        for duty in line.owing
    ]
    for table in tables:
        reasons = table_reasons(catalog, table.id, view.version.tables.get(table.id), now)
        owed += [(reason, _entrance(table, actor)) for reason in reasons]
    return owed


def _progress(view: View, line: MeasureLine, actor: Actor) -> WayIn:
    """Where progress on the row is reported, opened at the row."""
    href = view.href("progress", measure=view.catalog.row_title(line.measure.id))
    return WayIn("填报措施进展", href if actor.may_somewhere("report") else "", "责任部门")


def _entrances(view: View, line: MeasureLine, tables: Sequence[Table], actor: Actor) -> list[WayIn]:
    """Everywhere the work of this row is entered."""
    reports = [_progress(view, line, actor)] if line.duties else []
    session = WayIn("会商议定事项", view.href("meeting"), "领导小组")
    week = [WayIn("联络员：本周要办", view.href("liaison"), "")] if line.measure.id == "requirements.4" else []
    return [*week, *reports, *(_entrance(table, actor) for table in tables), session]


def _reports(catalog: Catalog, line: MeasureLine) -> dict[str, Any]:
    """What the departments reported: the latest of each, the steps of its percentage, and all."""
    series: list[tuple[str, str]] = []
    for duty in line.duties:
        own = [report.percent_text for report in reversed(line.reports) if report.department == duty.department]
        if steps := list(filter(None, own)):
            series.append((catalog.departments[duty.department].name, " → ".join(steps)))
    return {
        "series": series,
        "latest": [duty.latest for duty in line.duties if duty.latest],
        "reports": line.reports,
        "departments": catalog.departments,
    }
