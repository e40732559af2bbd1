"""措施进展: the reports on one measure of the plan, the form that adds one, and the last report on each of the 17."""

from collections.abc import Sequence

import streamlit as st

from etl.versions.enter import EntryResult
from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog, Measure
from scorecard.records.progress_reports import LONGEST, TABLE, ProgressReport, may_report, reporters
from scorecard.store.versions import VersionManifest
from scorecard.ui.records.entry_form import enter, form_key
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.selection import select


def select_measure(catalog: Catalog) -> Measure:
    """The measure on screen. A department finds first those on which it may report; the others the plan's order."""
    measures, actor = list(catalog.measures.values()), identity.current()
    if actor.role == "department":
        measures.sort(key=lambda measure: not may_report(catalog, measure, actor, today()))
    names = {measure.id: catalog.row_title(measure.id) for measure in measures}
    chosen = select("配套措施", names, key="measure", bind="query-params", persist_state="session", width=560)
    return catalog.measures[chosen]


def show_plan(catalog: Catalog, measure: Measure) -> None:
    """The plan's text on the measure, and the departments that report on it."""
    departments = catalog.department_names(reporters(catalog, measure, today()))
    show_on_screen("ui/records/progress_plan.html", measure=measure, departments=departments)


def show_reports(reports: Sequence[ProgressReport], catalog: Catalog, measure: Measure) -> None:
    """The reports on a measure, the latest entry first.

    Without the right to the records only reports in force, without their texts and accounts.
    """
    inside = identity.current().may("records")
    own = [one for one in reports if one.measure == measure.id and (inside or one.standing == "已发布")]
    show_on_screen("ui/records/progress.html", reports=own, departments=catalog.departments, inside=inside)


def show_all_measures(reports: Sequence[ProgressReport], catalog: Catalog) -> None:
    """For each measure and each department that reports on it the last report in force, or that there is none."""
    last: dict[tuple[str, str], ProgressReport] = {}
    for report in reports:
        key = (report.measure, catalog.department_on(report.department, today()))
        if report.standing == "已发布" and (key not in last or report.reported_on > last[key].reported_on):
            last[key] = report
    rows: list[tuple[Measure, list[ProgressReport], str]] = []
    for measure in catalog.measures.values():
        departments = reporters(catalog, measure, today())
        own = [last[measure.id, name] for name in departments if (measure.id, name) in last]
        silent = tuple(name for name in departments if (measure.id, name) not in last)
        rows.append((measure, own, catalog.department_names(silent)))
    show_on_screen("ui/records/progress_all.html", rows=rows, catalog=catalog)


def report_form(catalog: Catalog, measure: Measure, version: VersionManifest | None) -> None:
    """The form for one more report; for users who may not report on the measure, the departments that may."""
    actor = identity.current()
    allowed = may_report(catalog, measure, actor, today())
    frame.told(TABLE)
    if not allowed:
        show_on_screen("ui/shell/note.html", text=_why_not(catalog, measure, actor))
        return
    sample = version is not None and version.sample
    show_on_screen("ui/records/progress_form.html", sample=sample)
    names = {name: catalog.departments[name].name for name in allowed}
    with st.form(f"{form_key(TABLE)}-{measure.id}", border=True):
        first, second, third, fourth = st.columns(4)
        department = first.selectbox("责任部门", list(names), format_func=names.__getitem__)
        reported_on = second.date_input("汇报日期", value=today(), max_value=today(), format="YYYY-MM-DD")
        status = third.selectbox("状态", list(catalog.tables[TABLE].columns["status"].values))
        percent = fourth.text_input("完成进度（%）", max_chars=20, placeholder="如 60；已完成填 100")
        text = st.text_area(f"进展情况（不超过 {LONGEST} 字，请勿写入当事人信息）", max_chars=LONGEST, height=110)
        evidence = st.text_input("佐证材料的文件名（可不填）", max_chars=200)
        pressed = st.form_submit_button("提交进展", type="primary")
    if not pressed:
        return
    row = {
        "measure": measure.id,
        "department": department,
        "reported_on": reported_on,
        "status": status,
        "percent": percent.strip().rstrip("%％"),
        "text": "\n".join(line.strip() for line in text.strip().splitlines()),
        "evidence": evidence.strip(),
        "entered_by": actor.name,
    }

    def result_text(result: EntryResult) -> str:
        before = "此前已记录，没有重复写入" if result.already else "已记录"
        return f"{before}：{measure.title}，发布后计入看板"

    file_name = f"进展_{measure.id}_{department}"
    enter(TABLE, row, file_name, version, result_text, time_column="entered_at", publishes=False)


def _why_not(catalog: Catalog, measure: Measure, actor: Actor) -> str:
    departments = catalog.department_names(reporters(catalog, measure, today()))
    if actor.role != "department":
        return f"进展由责任部门（{departments}）的账户填报，审管办可以代填。"
    own = [other.title for other in catalog.measures.values() if may_report(catalog, other, actor, today())]
    who = catalog.own_word(actor.department)
    mine = f"{who}可以填报的措施：{'、'.join(own)}。" if own else f"方案没有把配套措施分配给{who}。"
    return f"这项措施由{departments}填报。{mine}"
