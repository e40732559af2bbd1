"""工作要求 in depth: what the registers show of revisits, information, model cases, activities, assessment.

Departments stand in the plan's order and are never compared: an assessment is one department's own targets and duties.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from scorecard.assessment.cards import Card
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.plan.adoption_points import PREFIX, has_table, points, standards
from scorecard.records.parameters import Parameter
from scorecard.store import warehouse
from scorecard.store.open_version import Selection
from scorecard.store.registers import ADOPTED, activities, pieces, register, revisits
from scorecard.store.worklist_rows import counted, tallies
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import all_cards
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import Topic
from scorecard.ui.work import measures
from scorecard.ui.work.worklists import address

MODEL_KINDS = ("典型案例", "经验材料", "调研报告")
PUBLICITY = ("送法进企", "法治体检", "普法宣传", "走访座谈")


def _span(view: View, table: str) -> tuple[date, date]:
    """The days of the period, as far as the register reaches."""
    period = view.selection.period
    cut = view.version.as_of.get(table)
    return period.first, period.last if cut is None else min(period.last, cut)


def _head(view: View, table: str, requirement: str, note: str = "") -> dict[str, object]:
    """What every topic says first: which requirement, which days, how far the register reaches, what is not divided."""
    catalog, (first, last) = view.catalog, _span(view, table)
    entry = catalog.requirements[requirement]
    cut = view.version.as_of.get(table)
    return {
        "requirement": f"工作要求 {entry.number}．{entry.title}",
        "span": f"{day_text(first)}至{day_text(last)}" if first <= last else "",
        "source": f"{catalog.tables[table].name}，数据截至{day_text(cut)}" if cut else "",
        "note": "".join([note, "登记表不区分涉企，这里是全部。" if view.selection.scope == "firm" else ""]),
    }


def _missing(view: View, table: str) -> bool:
    """Whether the register cannot say anything for this period; then the page says why."""
    first, last = _span(view, table)
    name = view.catalog.tables[table].name
    if table not in view.version.as_of:
        frame.guide(f"{name}尚未报送", f"没有{name}，这一项无法反映，不等于没有做。请在“数据报送”页报送。")
        return True
    if first > last:
        frame.guide("本期没有数据", f"{name}的数据没有到{view.selection.period.label}，请另选报告期。")
        return True
    return False


def _own(view: View, departments: Iterable[str | None]) -> list[str | None]:
    """The departments to show, in the plan's order; rows of no department last, and only for the whole court."""
    having, chosen = set(departments), view.selection.department
    order: list[str | None] = [department for department in view.catalog.departments if department in having]
    if chosen != ALL_DEPARTMENTS:
        return [department for department in order if department == chosen]
    return [*order, None] if None in having else order


def _name(catalog: Catalog, department: str | None) -> str:
    return catalog.departments[department].name if department else "未登记部门"


def revisit_topic(view: View) -> None:
    """Revisits and what became of the problems they raised."""
    if _missing(view, "revisits"):
        return
    counts = {row.department: row for row in revisits(view.version.connection, *_span(view, "revisits")) or ()}
    waiting = tallies(view.version.connection, view.catalog)
    lists = [
        (worklist.name, address(view, worklist), counted(waiting, worklist.id, view.selection.department))
        for worklist in view.catalog.worklists.values()
        if worklist.id in ("revisit_due", "revisit_issues")
    ]
    rows = [{"name": _name(view.catalog, department), "one": counts[department]} for department in _own(view, counts)]
    note = "问题数和办结数都填了的才计入；没填全的单列，不当作没有问题。"
    head = _head(view, "revisits", "requirements.3", note)
    cards = [view.cards[name] for name in ("firm_revisit_rate", "revisit_issue_closure_rate") if name in view.cards]
    show(
        render("ui/work/requirement_revisits.html", head=head, rows=rows, lists=lists, cards=cards, href=view.card_href)
    )


def information_topic(view: View) -> None:
    """Information submitted and adopted by level and department; points only where a points table was entered."""
    if _missing(view, "information_reports"):
        return
    span = _span(view, "information_reports")
    totals = {row.department: row for row in pieces(view.version.connection, *span) or ()}
    parameters = warehouse.parameters(view.version.connection)
    scored = has_table(parameters)
    rows = [
        {
            "name": _name(view.catalog, department),
            "submitted": totals[department].submitted,
            "adopted": [totals[department].adopted(level) for level in ADOPTED],
            "points": _points(parameters, totals[department].adoptions) if scored else "",
        }
        for department in _own(view, totals)
        if department is not None
    ]
    note = "提交按提交日期、采用按采用日期计入；一篇被几级采用，各级各计一次。"
    show(
        render(
            "ui/work/requirement_information.html",
            head=_head(view, "information_reports", "requirements.4", note),
            levels=ADOPTED,
            rows=rows,
            scored=scored,
        )
    )


def _points(parameters: Sequence[Parameter], adoptions: tuple[tuple[str, date], ...]) -> str:
    score = points(parameters, adoptions)
    text = f"{score.total.normalize():f}"
    return f"{text}（另有 {score.unset} 次采用没有计分标准，未计）" if score.unset else text


def model_topic(view: View) -> None:
    """The register of model cases and new ways of working, as far as the information register holds them."""
    if _missing(view, "information_reports"):
        return
    span = _span(view, "information_reports")
    cases = register(view.version.connection, MODEL_KINDS, *span) or ()
    chosen = view.selection.department
    rows = [
        {
            "title": case.title,
            "kind": case.kind,
            "department": _name(view.catalog, case.department),
            "day": day_text(case.submitted_on),
            "levels": "、".join(case.levels) or "未采用",
        }
        for case in cases
        if chosen in (ALL_DEPARTMENTS, case.department)
    ]
    note = f"取自信息简报表中类别为{'、'.join(MODEL_KINDS)}的篇目。表里没有“是否在外地推广”一列，推广情况看不出来。"
    show(
        render(
            "ui/work/requirement_models.html",
            head=_head(view, "information_reports", "requirements.5", note),
            rows=rows,
        )
    )


def activity_topic(view: View) -> None:
    """Publicity and the other entries of the work log by kind and department."""
    if _missing(view, "work_log"):
        return
    catalog = view.catalog
    entries = activities(view.version.connection, *_span(view, "work_log")) or ()
    departments = [name for name in _own(view, (entry.department for entry in entries)) if name is not None]
    cells = {(entry.kind, entry.department): entry for entry in entries}
    rows = [
        {
            "kind": kind,
            "publicity": kind in PUBLICITY,
            "cells": [cells.get((kind, department)) for department in departments],
        }
        for kind in catalog.tables["work_log"].columns["kind"].values
        if any((kind, department) in cells for department in departments)
    ]
    note = "走进企业的按次计，同一企业几次计几次；企业数按统一社会信用代码去重，不能跨部门相加。"
    show(
        render(
            "ui/work/requirement_activities.html",
            head=_head(view, "work_log", "requirements.6", note),
            departments=[_name(catalog, name) for name in departments],
            rows=rows,
        )
    )


def assessment_topic(view: View) -> None:
    """A statement a department, of its own targets, duties and adopted information; departments are not compared."""
    show(view.cached("assessment", lambda: _assessment(view)))
    show(_adoptions(view))


def _assessment(view: View) -> str:
    catalog, chosen = view.catalog, view.selection.department
    court, counts = _cards_of(view, ALL_DEPARTMENTS), tallies(view.version.connection, catalog)
    lines = measures.measure_lines(view)
    statements: list[dict[str, object]] = []
    for who, department in catalog.departments.items():
        if chosen not in (ALL_DEPARTMENTS, who):
            continue
        own = [card for card in court.values() if who in card.responsible]
        itself = _cards_of(view, who) if own and who in view.version.departments else {}
        pairs = [(card, itself.get(card.indicator.id)) for card in own]
        lists = [
            (worklist.name, address(view, worklist, who), counted(counts, worklist.id, who))
            for worklist in catalog.worklists.values()
            if any(counted(counts, worklist.id, who).values())
        ]
        duties = [(line.measure.title, duty) for line in lines for duty in line.duties if duty.department == who]
        if own or lists or duties:
            statements.append(
                {
                    "name": department.name,
                    "aimed": [pair for pair in pairs if pair[0].target != "未设目标"],
                    "watched": [pair for pair in pairs if pair[0].target == "未设目标"],
                    "lists": lists,
                    "duties": duties,
                }
            )
    return render(
        "ui/work/requirement_assessment.html",
        title=catalog.row_title("requirements.7"),
        label=view.selection.period.label,
        statements=statements,
        href=view.card_href,
    )


def _adoptions(view: View) -> str:
    """Information adopted, by department and level, with the points of the court's table where there is one."""
    parameters, span = warehouse.parameters(view.version.connection), _span(view, "information_reports")
    totals = {row.department: row for row in pieces(view.version.connection, *span) or ()}
    rows = [
        {
            "name": _name(view.catalog, department),
            "adopted": [totals[department].adopted(level) for level in ADOPTED],
            "points": _points(parameters, totals[department].adoptions),
        }
        for department in _own(view, totals)
        if department is not None
    ]
    return render(
        "ui/work/requirement_adoptions.html",
        missing="information_reports" not in view.version.as_of or span[0] > span[1],
        label=view.selection.period.label,
        levels=ADOPTED,
        rows=rows,
        standards=[
            {
                "level": one.name.removeprefix(PREFIX),
                "points": f"{one.value.normalize():f}",
                "since": day_text(one.valid_from) if one.valid_from else "",
                "document": _document(view.catalog, one.source),
            }
            for one in standards(parameters, span[1])
        ],
        scored=has_table(parameters),
    )


def _document(catalog: Catalog, source: str) -> str:
    """The document of a parameter: titles of the sources it names by id, otherwise as it was written."""
    return "、".join(catalog.sources[one].title if one in catalog.sources else one for one in source.split("、") if one)


def _cards_of(view: View, department: str) -> Mapping[str, Card]:
    """The indicators of a department, or of the whole court, in the selected period."""
    return all_cards(view.version, Selection(view.selection.period, department, "all"))


TOPICS: Mapping[str, Topic] = {
    "回访与整改": revisit_topic,
    "信息简报": information_topic,
    "典型案例与创新做法": model_topic,
    "宣传与走访": activity_topic,
    "部门考核": assessment_topic,
}
