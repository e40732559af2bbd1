"""基准与标注: every re-basing and every annotation of the time axis, and the two forms that add one. Nothing is overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from etl.versions.enter import EntryResult
from scorecard.calendar.clock import today
from scorecard.calendar.period import Period, day_of_month, month_index, month_label
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.narrative.control_words import fault_sentence
from scorecard.plan.signals import remark_text
from scorecard.records import annotations, baselines
from scorecard.records.annotations import Annotation
from scorecard.records.baselines import Baseline
from scorecard.store.open_version import Selection, Version
from scorecard.store.versions import VersionManifest
from scorecard.ui.records.entry_form import enter, form_key, roles_that_may
from scorecard.ui.shell import identity, picture_buttons
from scorecard.ui.shell.cached import all_cards, periods, signals_of
from scorecard.ui.shell.page_blocks import show_on_screen, show_template

_ALL = "全部指标"
PROPOSED = "rebase"  # the query parameter that names the indicator whose proposal the form holds


@dataclass(frozen=True)
class RebaseProposal:
    """An indicator whose baseline waits for a decision, why, and from which month on a new one is proposed."""

    indicator: Indicator
    why: str
    start: Period | None


def proposals(version: Version) -> tuple[RebaseProposal, ...]:
    """Matters of 审管办 in the plan's order: latest months of which nothing is said because their baseline is unfit, and signals
    that a department calls lasting.
    """
    months = periods(version, "month")
    if not months:
        return ()
    lasting = {one.indicator.id: one for one in signals_of(version) if one.rebase_from}
    found: list[RebaseProposal] = []
    for name, card in all_cards(version, Selection(months[0], ALL_DEPARTMENTS, "all")).items():
        chart = card.control
        if chart is not None and chart.fault is not None:
            start = chart.proposal.period if chart.proposal else None
            why = fault_sentence(chart, chart.fault) + ("；从这个月起适合作基准" if start else "")
            found.append(RebaseProposal(card.indicator, why, start))
        elif (signal := lasting.get(name)) and (answer := signal.lasting):
            why = f"{signal.rule}；{remark_text(version.catalog, answer)}"
            found.append(RebaseProposal(card.indicator, why, signal.rebase_from))
    return tuple(found)


def show_tables(
    undecided: Sequence[RebaseProposal], decisions: Sequence[Baseline], marks: Sequence[Annotation], catalog: Catalog
) -> None:
    """What waits for a decision, then all rows ever recorded, in the order of the plan and of the axis, each with its state."""
    picture_buttons.reserve_place()
    standing = {row for name in catalog.indicators for row in baselines.in_force(decisions, name)}
    standing |= {row for name in ("", *catalog.indicators) for row in annotations.in_force(marks, name)}

    def state(row: Baseline | Annotation) -> str:
        past = "撤销记录" if row.state == baselines.WITHDRAWN else "已被替代"
        return "现行" if row in standing else past

    show_template(
        "ui/records/time_axis.html",
        undecided=undecided,
        decisions=[
            (indicator.name, decision)
            for indicator in catalog.indicators.values()
            for decision in decisions
            if decision.indicator == indicator.id
        ],
        marks=[
            (catalog.indicators[mark.indicator].name if mark.indicator else _ALL, mark)
            for mark in sorted(marks, key=lambda mark: (mark.month, mark.recorded_at))
            if not mark.indicator or mark.indicator in catalog.indicators
        ],
        month=lambda day: month_label(month_index(day)),
        state=state,
    )


def show_forms(catalog: Catalog, version: VersionManifest, undecided: Sequence[RebaseProposal]) -> None:
    """The two forms; for users who may not record, the roles that may. A re-basing that is proposed is filled in already."""
    if not identity.current().may("targets"):
        text = f"重设基准和标注由{roles_that_may('targets')}的账户记录；您的账户只能查看。"
        show_on_screen("ui/shell/note.html", text=text)
        return
    proposed = next((one for one in undecided if one.indicator.id == st.query_params.get(PROPOSED)), None)
    _baseline_form(catalog, version, proposed)
    _annotation_form(catalog, version)


def _baseline_form(catalog: Catalog, version: VersionManifest, proposed: RebaseProposal | None) -> None:
    """The form for one decision to re-base; its keys name the proposal, so that another one fills it in anew."""
    key = f" {proposed.indicator.id}" if proposed else ""
    start = proposed.start.first if proposed and proposed.start else today()
    why = proposed.why if proposed else ""
    contract = catalog.tables[baselines.TABLE]
    names = {indicator.id: f"{indicator.name}（{indicator.unit}）" for indicator in catalog.indicators.values()}
    with st.form(form_key(baselines.TABLE), border=True):
        first, second, third = st.columns([2, 1, 1])
        at = list(names).index(proposed.indicator.id) if proposed else 0
        indicator = first.selectbox("指标", list(names), at, format_func=names.__getitem__, key=f"baseline_of{key}")
        month = second.date_input(
            "重设起始月（选当月任一天）", value=start, format="YYYY-MM-DD", key=f"baseline_from{key}"
        )
        state = third.selectbox("状态", list(contract.columns["state"].values), key="baseline_state")
        hint = "流程在何时、因何改变，如：小额诉讼标的额上限调整"
        reason = st.text_input("理由", why[:200], max_chars=200, placeholder=hint, key=f"baseline_why{key}")
        decided_by = st.text_input("决定人", max_chars=40, key="baseline_who")
        pressed = st.form_submit_button("记录重设基准", type="primary")
    row = {
        "indicator": indicator,
        "from_month": _named_month(month, catalog),
        "state": state,
        "reason": reason.strip(),
        "decided_by": decided_by.strip(),
    }
    if pressed:
        asked = {"reason": "请填写理由", "decided_by": "请填写决定人"}
        _enter(baselines.TABLE, row, f"基准_{indicator}", version, asked, "decided_at")


def _annotation_form(catalog: Catalog, version: VersionManifest) -> None:
    """The form for one annotation of the time axis."""
    contract = catalog.tables[annotations.TABLE]
    names = {"": _ALL, **{indicator.id: indicator.name for indicator in catalog.indicators.values()}}
    with st.form(form_key(annotations.TABLE), border=True):
        first, second, third, fourth = st.columns([2, 1, 1, 1])
        indicator = first.selectbox("指标", list(names), format_func=names.__getitem__, key="mark_of")
        month = second.date_input("月份（选当月任一天）", value=today(), format="YYYY-MM-DD", key="mark_month")
        kind = third.selectbox("类别", list(contract.columns["kind"].values), key="mark_kind")
        state = fourth.selectbox("状态", list(contract.columns["state"].values), key="mark_state")
        text = st.text_input("事项", max_chars=annotations.LONGEST, placeholder="如：集中送达中心启用", key="mark_text")
        reason = st.text_input("原因或依据", max_chars=200, key="mark_why")
        recorded_by = st.text_input("记录人", max_chars=40, key="mark_who")
        pressed = st.form_submit_button("记录标注", type="primary")
    row = {
        "indicator": indicator,
        "month": _named_month(month, catalog),
        "kind": kind,
        "text": text.strip(),
        "reason": reason.strip(),
        "state": state,
        "recorded_by": recorded_by.strip(),
    }
    if pressed:
        asked = {"text": "请填写事项", "reason": "请填写原因或依据", "recorded_by": "请填写记录人"}
        _enter(annotations.TABLE, row, f"标注_{indicator or 'all'}", version, asked, "recorded_at")


def _enter(
    table: str,
    row: Mapping[str, object],
    file_name: str,
    version: VersionManifest,
    asked: Mapping[str, str],
    time_column: str,
) -> None:
    missing = [text for column, text in asked.items() if not row[column]]
    enter(table, row, file_name, version, _result_text, time_column=time_column, missing=missing)


def _result_text(result: EntryResult) -> str:
    before = "此前已记录，没有重复写入" if result.already else "已记录"
    after = "并已发布" if result.published else "；另有变动尚未发布，将与它们一起发布，请到“数据报送”页查看"
    return f"{before}{after}"


def _named_month(day: date, catalog: Catalog) -> date:
    """The month a day belongs to, as records name it: by the first day of the calendar month of its name."""
    return day_of_month(catalog.court.months.month_of(day), 1)
