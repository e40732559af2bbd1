"""措施与要求: the matrix of the plan's 17 measures and seven requirements, and which of them is opened."""

from collections import Counter

import streamlit as st

from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.plan.measure_matrix import Duty, MeasureLine, interval
from scorecard.store import warehouse
from scorecard.store.open_version import judged_on
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import StandingLine, show, show_template
from scorecard.ui.shell.selection import select
from scorecard.ui.shell.templating import render

_ROW, _ADDRESS = "plan_row", "measure"  # the widget and its word in the address, which holds the id


def select_row(view: View) -> MeasureLine | None:
    """The measure or requirement of the address; None for the matrix of all. A choice made here goes into the address."""
    rows = {line.measure.id: line for line in view.measures()}
    named = st.query_params.get(_ADDRESS, "")
    st.session_state[_ROW] = named if named in rows else ""
    names = {"": "全部（一览表）", **{row: view.catalog.row_title(row) for row in rows}}
    chosen = select("方案条目", names, key=_ROW, on_change=_into_the_address, label_visibility="collapsed", width=420)
    return rows.get(chosen)


def _into_the_address() -> None:
    if row := st.session_state[_ROW]:
        st.query_params[_ADDRESS] = row
    else:
        st.query_params.pop(_ADDRESS, None)


def standing_line(view: View) -> StandingLine | None:
    """On the overview: how many measures lack a report of progress; None for visitors."""
    if view.version.public:
        return None
    owing = sum(bool(line.owing and line.duties) for line in view.measures())
    return StandingLine(
        "欠进展汇报", view.href("measures"), ((f"{owing} 项措施", "doubtful") if owing else ("没有", ""),)
    )


def summaries(view: View) -> None:
    """要5: on how many measures each department reports regularly, and how many of these reports are owed."""
    duties = [duty for line in view.measures() for duty in line.duties]
    own = {name: [duty for duty in duties if duty.department == name] for name in view.catalog.departments}
    rows = [
        (
            view.catalog.departments[name].name,
            len(ones),
            sum(duty.latest is None for duty in ones),
            sum(bool(duty.owed) for duty in ones),
        )
        for name, ones in own.items()
        if ones
    ]
    every = interval(warehouse.parameters(view.version.connection), judged_on(view.version))
    show_template("ui/work/plan_row_summaries.html", rows=rows, every=every, today=day_text(judged_on(view.version)))


def matrix(view: View) -> None:
    """All rows of the plan on one screen: verdicts, worklists, and when each responsible department last reported."""
    show(view.cached("measure matrix", lambda: _matrix(view)))


def _matrix(view: View) -> str:
    catalog, whose = view.catalog, view.selection.department
    measures = [
        line for line in view.measures() if whose in (ALL_DEPARTMENTS, *(duty.department for duty in line.duties))
    ]
    responsible = {
        duty.department for line in measures for duty in line.duties if whose in (ALL_DEPARTMENTS, duty.department)
    }
    departments = [department for department in catalog.departments if department in responsible]
    own = f"负责的措施，指标按{catalog.words.whole}数值"
    parts: dict[str, list[tuple[MeasureLine, Counter[str], dict[str, Duty]]]] = {}
    for line in measures:
        duties = {duty.department: duty for duty in line.duties}
        words = Counter(card.verdict.word for card in line.cards)
        parts.setdefault(catalog.row_title(line.measure.id).partition(" ")[0], []).append((line, words, duties))
    return render(
        "ui/work/measures_matrix.html",
        parts=parts,
        departments={department: catalog.departments[department].name for department in departments},
        every=interval(warehouse.parameters(view.version.connection), judged_on(view.version)),
        silent=[line.measure for line in measures if line.silent],
        owing=sum(len(line.owing) for line in measures),
        missed=sum(bool(line.missed) for line in measures),
        label=f"{view.scope}{own if whose != ALL_DEPARTMENTS else ''}　{view.selection.period.label}",
        progress_href=view.href("progress"),
        href=view.row_href,
        today=day_text(judged_on(view.version)),
    )
