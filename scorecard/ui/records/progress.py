"""措施进展: the reports on one measure of the plan, the form that adds one, and where all 17 stand. The page acts."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import streamlit as st

from scorecard.access import Actor
from scorecard.calendar.clock import moment_text, today
from scorecard.calendar.period import day_text
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog, Measure
from scorecard.records.progress_reports import (
    LONGEST,
    TABLE,
    ProgressReport,
    ReportStatus,
    may_report,
    reporters,
)
from scorecard.ui.records import entry_form
from scorecard.ui.records.entry_form import EnteredRow
from scorecard.ui.shell.templating import render


class Listed(Protocol):
    """A report and where it stands (etl.intake.entered_rows.Reported)."""

    @property
    def report(self) -> ProgressReport: ...
    @property
    def standing(self) -> ReportStatus: ...


class PendingReport(Protocol):
    """A batch that waits to be published (etl.intake.batches.Batch), as far as it is counted here."""

    @property
    def table(self) -> str: ...
    @property
    def rows(self) -> int: ...


def choose(catalog: Catalog, actor: Actor) -> Measure:
    """The measure on screen; those the actor may report on stand first for a department, else the plan's order."""
    measures = list(catalog.measures.values())
    if actor.role == "department":
        measures.sort(key=lambda measure: not may_report(catalog, measure, actor))
    names = {one.id: f"{catalog.domains[one.domain].name} {one.number}．{one.title}" for one in measures}
    chosen = st.selectbox(
        "配套措施",
        list(names),
        format_func=names.__getitem__,
        key="measure",
        bind="query-params",
        persist_state="session",
        width=560,
    )
    return catalog.measures[chosen]


def plan(catalog: Catalog, measure: Measure) -> None:
    """What the plan says of the measure, and who is to report on it."""
    who = catalog.department_names(reporters(catalog, measure))
    st.html(render("ui/records/progress_plan.html", measure=measure, who=who))


def listed(reports: Iterable[Listed], catalog: Catalog, measure: Measure, actor: Actor) -> None:
    """The reports on a measure, the latest entry first. Without the right to the records: what is in force, no words, no accounts."""
    inside = actor.may("records")
    rows = [
        {
            "department": catalog.departments[one.report.department].name,
            "reported_on": day_text(one.report.reported_on),
            "status": one.report.status,
            "percent": _percent(one.report),
            "text": one.report.text,
            "evidence": one.report.evidence,
            "who": _who(one.report),
            "at": moment_text(one.report.at),
            "standing": one.standing,
        }
        for one in reports
        if one.report.measure == measure.id and (inside or one.standing == "已发布")
    ]
    st.html(render("ui/records/progress.html", rows=rows, inside=inside))


def everywhere(reports: Iterable[Listed], catalog: Catalog) -> None:
    """For each measure and department the plan gives it to, the last report in force, or that there is none."""
    last: dict[tuple[str, str], ProgressReport] = {}
    for one in reports:
        key = (one.report.measure, one.report.department)
        if one.standing == "已发布" and (key not in last or one.report.reported_on > last[key].reported_on):
            last[key] = one.report
    rows: list[dict[str, Any]] = []
    for measure in catalog.measures.values():
        told = [last[key] for one in reporters(catalog, measure) if (key := (measure.id, one)) in last]
        silent = [one for one in reporters(catalog, measure) if (measure.id, one) not in last]
        rows.append(
            {
                "domain": catalog.domains[measure.domain].name,
                "title": f"{measure.number}．{measure.title}",
                "told": [_in_short(one, catalog) for one in told],
                "silent": catalog.department_names(tuple(silent)),
            }
        )
    st.html(render("ui/records/progress_all.html", rows=rows))


def form(
    catalog: Catalog, contract: Table, measure: Measure, actor: Actor, sample: bool
) -> EnteredRow | None:
    """The form for one more report, where the actor may give one; the row when it was sent, otherwise None."""
    allowed = may_report(catalog, measure, actor)
    said = entry_form.just_said(TABLE)
    if said:
        st.html(render("ui/shell/accepted.html", text=said))
    if not allowed:
        st.html(render("ui/shell/note.html", text=_why_not(catalog, measure, actor)))
        return None
    st.html(render("ui/records/progress_form.html", sample=sample))
    names = {one: catalog.departments[one].name for one in allowed}
    with st.form(f"{entry_form.form_key(TABLE)}-{measure.id}", border=True):
        whose, day, how, far = st.columns(4)
        department = whose.selectbox("部门", list(names), format_func=names.__getitem__)
        reported_on = day.date_input("汇报日期", value=today(), max_value=today(), format="YYYY-MM-DD")
        status = how.selectbox("状态", list(contract.columns["status"].values))
        percent = far.text_input("完成进度（%）", max_chars=20, placeholder="如 60；已完成填 100")
        text = st.text_area(
            f"进展情况（不超过 {LONGEST} 字，请勿写入当事人信息）", max_chars=LONGEST, height=110
        )
        evidence = st.text_input("佐证材料的文件名（可不填）", max_chars=200)
        pressed = st.form_submit_button("提交进展", type="primary")
    if not pressed:
        return None
    row = {
        "measure": measure.id,
        "department": names[department],
        "reported_on": str(reported_on),
        "status": status,
        "percent": percent.strip().rstrip("%％"),
        "text": "\n".join(line.strip() for line in text.strip().splitlines()),
        "evidence": evidence.strip(),
        "entered_by": actor.name,
    }
    at = entry_form.moment(TABLE, tuple(row.values()))
    file_name = f"进展_{measure.id}_{department}_{at:%Y%m%d%H%M%S}.csv"
    return EnteredRow(entry_form.as_csv({**row, "entered_at": str(at)}, contract), file_name)


def wrong(problems: Sequence[Any]) -> None:
    """What the door refuses, before anything is written."""
    lines = [
        f"{one.column}：{one.reason}{f'；{one.suggestion}' if one.suggestion else ''}"
        for one in problems
        if one.severity == "refuse"
    ]
    st.html(render("ui/shell/mistakes.html", lines=lines))


def taken(measure: Measure, already: bool) -> None:
    """Remember to say what became of the report, and empty the form."""
    before = "此前已记录，没有重复写入" if already else "已记录"
    entry_form.taken(TABLE, f"{before}：{measure.title}，发布后计入看板")


def wants_to_publish(held: Sequence[PendingReport], alone: bool) -> bool:
    """Reports that wait, and their button where nothing else would change with them."""
    count = sum(one.rows for one in held if one.table == TABLE)
    if not count:
        return False
    st.html(render("ui/records/progress_waiting.html", count=count, alone=alone))
    return alone and st.button(f"发布 {count} 条进展", key="publish")


def _why_not(catalog: Catalog, measure: Measure, actor: Actor) -> str:
    who = catalog.department_names(reporters(catalog, measure))
    if actor.role != "department":
        return f"进展由责任部门（{who}）的账户填报，审管办可以代填。"
    own = [one.title for one in catalog.measures.values() if may_report(catalog, one, actor)]
    mine = f"本部门可以填报的措施：{'、'.join(own)}。" if own else "方案没有把配套措施分配给本部门。"
    return f"这项措施由{who}填报。{mine}"


def _who(report: ProgressReport) -> str:
    """The account that handed the report in, and the name a file gives where it is another one."""
    named = report.entered_by and report.entered_by != report.account
    return f"{report.account}（表中填报人：{report.entered_by}）" if named else report.account


def _in_short(report: ProgressReport, catalog: Catalog) -> dict[str, str]:
    name = catalog.departments[report.department].name
    return {
        "text": f"{name}：{report.status} {_percent(report)}".rstrip(),
        "when": day_text(report.reported_on),
    }


def _percent(report: ProgressReport) -> str:
    """As it was reported, without added decimals: "60%"."""
    return "" if report.percent is None else f"{report.percent.normalize():f}%"
