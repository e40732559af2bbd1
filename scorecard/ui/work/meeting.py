"""会商: the matters of a session one after the other, each with its facts on one screen and a place for what is decided."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from scorecard.access import Actor
from scorecard.assessment.cards import Card
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.plan.agenda import AgendaItem, agenda, late, requested
from scorecard.plan.decision_progress import evidence_of, then_and_now
from scorecard.records.decisions import (
    LISTED,
    LONGEST,
    STATUSES,
    TABLE,
    Decision,
    began,
    falls_to,
    latest_decisions,
    unresolved,
)
from scorecard.storage.spreadsheet_csv import write_csv
from scorecard.store.worklist_rows import tallies, unjudged_lists
from scorecard.ui.records.entry_form import enter, form_key
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import data_dir, signals_of
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_template
from scorecard.ui.work import worklists

_TERM = timedelta(days=30)  # proposed due date; whoever records changes it
# Header -> field, of the file of minutes.
_MINUTES = {
    "会商日期": "session", "事项": "title", "结论": "conclusion", "责任部门": "department", "期限": "due", "状态": "status",
    "办结依据": "evidence", "记录人": "who", "记录时间": "at", "会商时的情况": "facts", "数据版本": "version",
}  # fmt: skip


def matters_of(view: View, decisions: Sequence[Decision]) -> tuple[AgendaItem, ...]:
    """What today's session has before it, by the whole court's values of the chosen period; of a department what it answers for."""
    counts, whose = tallies(view.version.connection, view.catalog), view.selection.department
    cards, lines, signals = view.whole.cards, view.measures(), signals_of(view.version)
    unjudged = unjudged_lists(view.version.connection, view.catalog)
    items = agenda(view.catalog, cards, lines, counts, decisions, view.version.targets, today(), signals, unjudged)
    if whose == ALL_DEPARTMENTS:
        return items
    return tuple(item for item in items if whose in view.catalog.answering(item.departments, today()))


def select_matter(
    view: View, items: Sequence[AgendaItem], decisions: Sequence[Decision]
) -> tuple[tuple[AgendaItem, ...], AgendaItem | None]:
    """The agenda as a list of titles, and the matter that is open: the one the address names, which may be put on it so."""
    now, named = today(), st.query_params.get("matter", "")
    if named and named not in {item.id for item in items}:
        extra = requested(view.catalog, view.whole.cards, decisions, named, now)
        items = (*items, extra) if extra is not None else items
    opened = next((item for item in items if item.id == named), items[0] if items else None)
    show_template(
        "ui/work/meeting_head.html",
        items=items,
        opened=opened,
        carried=sum(item.carried for item in items),
        decided=sum(item.decided for item in items),
        late=late(items, now),
        label=f"{view.scope}　{view.selection.period.label}",
        own=view.selection.department != ALL_DEPARTMENTS,
        whole=view.catalog.words.whole,
        href=lambda item: view.href("meeting", matter=item.id),
        departments=lambda item: view.catalog.department_names(item.departments, now),
    )
    if not items:
        frame.guide(
            "没有需要会商的事项",
            "没有未达标、真实恶化、信号逾期未说明、台账超期、欠进展汇报或目标待复核的事项，以前的决定也都已了结。",
        )
    return tuple(items), opened


def show_matter(view: View, matter: AgendaItem, number: int, total: int) -> None:
    """Everything that is known of one matter, and what was decided on it before."""
    catalog, now, cards = view.catalog, today(), view.whole.cards
    card = cards.get(matter.name) if matter.subject == "indicator" else None
    show_template(
        "ui/work/meeting_matter.html",
        matter=matter,
        number=number,
        total=total,
        card=card,
        partner=cards.get(card.indicator.counterweight) if card else None,
        since=_since(view, matter),
        href=_address(view, matter, card),
        card_href=view.card_href,
        departments=catalog.department_names(matter.departments, now),
        history=[_decision_row(catalog, decision, decision.late(now)) for decision in matter.history],
        late=matter.last.late(now) if matter.last else 0,
    )


def _since(view: View, matter: AgendaItem) -> str:
    """What became of the decision that is to be done, of an indicator."""
    open_one = matter.last if matter.subject == "indicator" and matter.last and matter.last.status == "待办" else None
    return view.since(matter.name, began(matter.history, open_one)) if open_one else ""


def _address(view: View, matter: AgendaItem, card: Card | None) -> str:
    """Where the matter's own page is."""
    if card is not None:
        return view.card_href(card)
    if matter.subject == "signal" and (about := view.cards.get(matter.name.partition(":")[0])):
        return view.card_href(about)
    if matter.subject == "target":
        return view.href("targets")
    if matter.subject == "worklist" and matter.name in view.catalog.worklists:
        return worklists.address(view, view.catalog.worklists[matter.name])
    return view.row_href(matter.name.partition(":")[0]) if matter.subject == "report" else ""


def _decision_row(catalog: Catalog, decision: Decision, days: int) -> dict[str, object]:
    return {
        "item": decision.item,
        "title": decision.title,
        "session": day_text(decision.session_on),
        "conclusion": decision.conclusion,
        "department": catalog.departments[decision.department].name
        if decision.department in catalog.departments
        else "—",
        "due": day_text(decision.due_on) if decision.due_on else "—",
        "status": decision.status,
        "evidence": decision.evidence,
        "late": days,
        "who": decision.recorded_by,
        "at": f"{decision.decided_at:%Y-%m-%d %H:%M}",
        "facts": decision.facts,
        "version": decision.version,
    }


def standing(view: View, decisions: Sequence[Decision]) -> dict[str, object]:
    """What the sessions did: how many the period had, and the decision in force on every matter, open ones by due date first.

    Of a selected department only what was decided for it; sessions are the whole court's.
    """
    period, whose, now = view.selection.period, view.selection.department, today()
    held = [one for one in decisions if period.first <= one.session_on <= period.last and one.status != LISTED]
    latest = latest_decisions(decisions)
    force = {
        item: one for item, one in latest.items() if whose == ALL_DEPARTMENTS or falls_to(one, whose, view.catalog, now)
    }
    still = unresolved(tuple(force.values()))
    settled = sorted((one for one in force.values() if one not in still), key=lambda one: one.decided_at, reverse=True)
    return {
        "sessions": len({decision.session_on for decision in held}),
        "decided": len({decision.item for decision in held} & force.keys()),
        "total": len(force),
        "closed": sum(decision.status == "已办结" for decision in force.values()),
        "open": len(still),
        "late": sum(decision.late(now) > 0 for decision in still),
        "rows": [
            _decision_row(view.catalog, one, one.late(now)) | {"href": view.href("meeting", matter=one.item)}
            for one in (*still, *settled)
        ],
    }


def decision_form(view: View, matter: AgendaItem, actor: Actor) -> None:
    """The form that records the decision on a matter; a later row corrects an earlier one."""
    if not actor.may("decisions"):
        frame.private_note("由审管办记录", "结论、责任部门和期限由审管办（领导小组办公室）登录后记录。")
        return
    if view.version.historic:
        frame.private_note("这是以前的版本", "会商决定只按当前版本记录：请点上方的“返回当前版本”。")
        return
    frame.told(TABLE)
    catalog, last = view.catalog, matter.last
    names = {department.id: department.name for department in catalog.departments.values()}
    first = (last.department if last and last.department in names else None) or next(iter(matter.departments), "")
    key = f"{matter.id} {form_key(TABLE)}"  # another matter, and the next row on this one, has a form of its own
    with st.form(f"decide {key}", border=True):
        conclusion = st.text_area("结论", max_chars=LONGEST, height=140, key=f"conclusion {key}")
        who, until, how = st.columns([2, 1.4, 1.4])
        department = who.selectbox(
            "责任部门",
            list(names),
            index=list(names).index(first) if first in names else None,
            format_func=names.__getitem__,
            key=f"department {key}",
        )
        due_on = until.date_input(
            "期限", value=today() + _TERM, min_value=today(), format="YYYY-MM-DD", key=f"due {key}"
        )
        status = how.selectbox("状态", STATUSES, key=f"status {key}")
        evidence = _evidence(view, matter, key)
        pressed = st.form_submit_button("记录", type="primary")
    if not pressed:
        return
    missing = [] if conclusion.strip() else ["请填写结论"]
    if status == "待办" and not department:
        missing.append("请选择责任部门")
    if status == "已办结" and not evidence:
        missing.append("办结须有依据：请勾选记录以来的数值，或填写文件名称、文号")
    _record(
        view, matter, actor, missing, conclusion=conclusion.strip(), department=department, status=status,
        due_on=due_on if status == "待办" else None, evidence=evidence if status == "已办结" else "",
    )  # fmt: skip


def list_matter(view: View, matter: AgendaItem, actor: Actor, items: Sequence[AgendaItem]) -> None:
    """The button that puts a matter on the agenda to stay, where nothing but the address has put it there."""
    if (
        actor.may("decisions")
        and not view.version.historic
        and matter.id not in {item.id for item in items}
        and st.button("列入议程", type="primary")
    ):
        _record(view, matter, actor, (), conclusion="列入议程，待会商", status=LISTED)


def _evidence(view: View, matter: AgendaItem, key: str) -> str:
    """By what a matter is done, asked for in the form: what the program proposes, and a document; empty while neither is given."""
    open_one = matter.last if matter.last and matter.last.status == "待办" else None
    begun = began(matter.history, open_one) if open_one else None
    card = view.newest.get(matter.name) if matter.subject == "indicator" else None
    proposed = "" if begun is None else evidence_of(card, begun) if card else then_and_now(begun, matter.facts)
    with st.expander("办结依据（状态选“已办结”时必填）", expanded=open_one is not None):
        taken = bool(proposed) and st.checkbox(proposed, key=f"proposed {key}")
        if not proposed:
            st.caption("记录以来还没有可比的数值，请以文件为依据。")
        document = st.text_input("依据的文件名称、文号", max_chars=200, key=f"document {key}").strip()
    return "；".join(text for text in (proposed if taken else "", f"文件：{document}" if document else "") if text)


def _record(view: View, matter: AgendaItem, actor: Actor, missing: Sequence[str], **decided: object) -> None:
    facts = "；".join((*matter.reasons, *matter.facts))
    row = {"item": matter.id, "title": matter.title, "session_on": today(), "facts": facts, **decided}
    row |= {"version": view.version.id, "recorded_by": actor.name}
    said = "已列入议程" if decided["status"] == LISTED else "已记录"
    enter(
        TABLE,
        row,
        "会商",
        view.version.manifest,
        lambda result: "此前已记录，没有重复写入" if result.already else f"{said}：{matter.title}",
        time_column="decided_at",
        missing=missing,
        publishes=False,
    )


def show_minutes(view: View, decisions: Sequence[Decision]) -> None:
    """Every decision ever recorded, the newest first, and its file."""
    rows = [_decision_row(view.catalog, decision, decision.late(today())) for decision in reversed(decisions)]
    show_template("ui/work/meeting_minutes.html", rows=rows, sample=view.version.manifest.sample)
    if rows:
        download(
            "导出会商记录（CSV）",
            f"会商记录_{today()}.csv",
            lambda actor: minutes_csv(view, decisions, actor),
            needs="export",
            key="minutes",
        )


def minutes_csv(view: View, decisions: Sequence[Decision], actor: Actor) -> bytes:
    """The minutes as a CSV file. Raises Forbidden without the right to export."""
    with audit.recorded(data_dir(), actor, "导出", "会商记录", version=view.version.id, rows=len(decisions)):
        actor.require("export")
        rows = [_decision_row(view.catalog, row, 0) for row in decisions]
        return write_csv(list(_MINUTES), ([str(row[key]) for key in _MINUTES.values()] for row in rows))
