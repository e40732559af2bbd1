"""基准与标注: every re-basing and every mark on the time axis, and the two forms that add one. Nothing is overwritten."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from scorecard.access import RIGHTS, ROLE_NAMES, Role
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.records import annotations, baselines
from scorecard.records.annotations import Annotation
from scorecard.records.baselines import Baseline
from scorecard.ui.records import entry_form
from scorecard.ui.records.entry_form import EnteredRow, as_csv, form_key, just_said, moment
from scorecard.ui.shell import picture_buttons
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render

SIGNED_IN: tuple[Role, ...] = ("leadership", "department", "case_management", "administrator")
_ALL = "全部指标"
_Mistakes = Callable[[Mapping[str, object], Catalog], list[tuple[str, str, str, str]]]


def tables(decisions: Sequence[Baseline], marks: Sequence[Annotation], catalog: Catalog) -> None:
    """All rows ever recorded, in the order of the plan and of the axis, with what holds now."""
    picture_buttons.place()
    standing = {one for name in catalog.indicators for one in baselines.in_force(decisions, name)}
    shown = {one for name in ("", *catalog.indicators) for one in annotations.in_force(marks, name)}
    show(
        render(
            "ui/records/time_axis.html",
            decisions=[
                {
                    "indicator": indicator.name,
                    "when": f"{one.from_month.year}年{one.from_month.month}月",
                    "state": "现行" if one in standing else _past(one.state),
                    "reason": one.reason,
                    "who": one.decided_by,
                    "at": day_text(one.decided_at.date()),
                }
                for indicator in catalog.indicators.values()
                for one in decisions
                if one.indicator == indicator.id
            ],
            marks=[
                {
                    "indicator": catalog.indicators[one.indicator].name if one.indicator else _ALL,
                    "when": f"{one.month.year}年{one.month.month}月",
                    "kind": one.kind,
                    "text": one.text,
                    "state": "现行" if one in shown else _past(one.state),
                    "reason": one.reason,
                    "who": one.recorded_by,
                    "at": day_text(one.recorded_at.date()),
                }
                for one in sorted(marks, key=lambda one: (one.month, one.recorded_at))
                if not one.indicator or one.indicator in catalog.indicators
            ],
        )
    )


def _past(state: str) -> str:
    return "撤销记录" if state == baselines.WITHDRAWN else "已被替代"


def baseline_form(catalog: Catalog, contract: Table) -> EnteredRow | None:
    """The form for one decision to re-base; the row when it was sent and is sound."""
    names = {one.id: f"{one.name}（{one.unit}）" for one in catalog.indicators.values()}
    with st.form(form_key(baselines.TABLE), border=True):
        first, second, third = st.columns([2, 1, 1])
        indicator = first.selectbox("指标", list(names), format_func=names.__getitem__, key="baseline_of")
        month = second.date_input(
            "重设起始月（选当月任一天）", value=today(), format="YYYY-MM-DD", key="baseline_from"
        )
        state = third.selectbox("状态", list(contract.columns["state"].values), key="baseline_state")
        reason = st.text_input(
            "理由",
            max_chars=200,
            placeholder="流程在何时、因何改变，如：小额诉讼标的额上限调整",
            key="baseline_why",
        )
        who = st.text_input("决定人", max_chars=40, key="baseline_who")
        pressed = st.form_submit_button("记录重设基准", type="primary")
    if not pressed:
        return None
    row: dict[str, Any] = {
        "indicator": indicator,
        "from_month": _first_day(month),
        "state": state,
        "reason": reason.strip(),
        "decided_by": who.strip(),
    }
    row["decided_at"] = moment(baselines.TABLE, tuple(row.values()))
    blank = [("reason", "请填写理由"), ("decided_by", "请填写决定人")]
    return _entry(row, contract, catalog, baselines.mistakes, blank, f"基准_{indicator}")


def mark_form(catalog: Catalog, contract: Table) -> EnteredRow | None:
    """The form for one mark on the time axis; the row when it was sent and is sound."""
    names = {"": _ALL, **{one.id: one.name for one in catalog.indicators.values()}}
    with st.form(form_key(annotations.TABLE), border=True):
        first, second, third, fourth = st.columns([2, 1, 1, 1])
        indicator = first.selectbox("指标", list(names), format_func=names.__getitem__, key="mark_of")
        month = second.date_input(
            "月份（选当月任一天）", value=today(), format="YYYY-MM-DD", key="mark_month"
        )
        kind = third.selectbox("类别", list(contract.columns["kind"].values), key="mark_kind")
        state = fourth.selectbox("状态", list(contract.columns["state"].values), key="mark_state")
        text = st.text_input(
            "事项", max_chars=annotations.LONGEST, placeholder="如：集中送达中心启用", key="mark_text"
        )
        reason = st.text_input("原因或依据", max_chars=200, key="mark_why")
        who = st.text_input("记录人", max_chars=40, key="mark_who")
        pressed = st.form_submit_button("记录标注", type="primary")
    if not pressed:
        return None
    row: dict[str, Any] = {
        "indicator": indicator,
        "month": _first_day(month),
        "kind": kind,
        "text": text.strip(),
        "reason": reason.strip(),
        "state": state,
        "recorded_by": who.strip(),
    }
    row["recorded_at"] = moment(annotations.TABLE, tuple(row.values()))
    blank = [("text", "请填写事项"), ("reason", "请填写原因或依据"), ("recorded_by", "请填写记录人")]
    return _entry(row, contract, catalog, annotations.mistakes, blank, f"标注_{indicator or 'all'}")


def _entry(
    row: dict[str, Any],
    contract: Table,
    catalog: Catalog,
    mistakes: _Mistakes,
    blank: Sequence[tuple[str, str]],
    name: str,
) -> EnteredRow | None:
    """The row as a CSV for the door, or None and what is wrong with it: a batch is never changed afterwards."""
    wrong = [said for column, said in blank if not row[column]]
    wrong += [
        f"{contract.header(column)}：{found}；应为：{expected}{f'；{remedy}' if remedy else ''}"
        for column, found, expected, remedy in mistakes(row, catalog)
    ]
    if wrong:
        st.html(render("ui/shell/mistakes.html", lines=wrong))
        return None
    at = row["decided_at"] if "decided_at" in row else row["recorded_at"]
    cells = {column: str(value) for column, value in row.items()}
    return EnteredRow(as_csv(cells, contract), f"{name}_{at:%Y%m%d%H%M%S}.csv")


def _first_day(day: date) -> date:
    return day.replace(day=1)


def readers() -> None:
    """In place of the forms, for those who may not record: who may."""
    roles = "、".join(ROLE_NAMES[role] for role in SIGNED_IN if "targets" in RIGHTS[role])
    st.html(render("ui/shell/note.html", text=f"重设基准和标注由{roles}的账户记录；您的账户只能查看。"))


def taken(table: str, already: bool, published: bool) -> None:
    """Remember to say what became of the row, and empty its form."""
    before = "此前已记录，没有重复写入" if already else "已记录"
    after = "并已发布" if published else "；另有变动尚未发布，将与它们一起发布，请到“数据报送”页查看"
    entry_form.taken(table, f"{before}{after}")


def just_taken() -> None:
    """What became of the row recorded last, said once."""
    for table in (baselines.TABLE, annotations.TABLE):
        said = just_said(table)
        if said:
            st.html(render("ui/shell/accepted.html", text=said))
