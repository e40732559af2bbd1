"""The selection of period, grain, department and scope, made once for all pages: as widgets and as an address."""

import streamlit as st

from scorecard.calendar.period import GRAIN_LABELS, GRAINS, Grain, Period, containing
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.narrative.provenance import SCOPES
from scorecard.store.open_version import Selection, Version, due_or_complete
from scorecard.ui.shell import picture_buttons
from scorecard.ui.shell.cached import periods

_SHOWN = "_period_shown"  # last month of the period on screen


def choose(version: Version) -> Selection:
    """Show the widgets; what is selected."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        grain: Grain = st.segmented_control(
            "统计方式",
            GRAINS[:1] if version.public else GRAINS,
            default="month",
            required=True,
            format_func=GRAIN_LABELS.__getitem__,
            key="grain",
            bind="query-params",
            persist_state="session",
            on_change=_keep_place,
            args=(version,),
        )
        period = _period(version, grain)
        department = _department(version)
        scope = _scope(version)
        picture_buttons.reserve_place()
    st.session_state[_SHOWN] = period.last_month
    return Selection(period, department, scope)


def _period(version: Version, grain: Grain) -> Period:
    offered = {period.label: period for period in periods(version, grain)}
    labels = list(offered)
    label = st.selectbox(
        "报告期",
        labels,
        index=labels.index(_default(version, grain).label),
        key="period",
        bind="query-params",
        persist_state="session",
        width=190,
    )
    return offered[label]


def _default(version: Version, grain: Grain) -> Period:
    """The last period the extracts cover, or are due to cover, to its end; the newest if there is none."""
    offered = periods(version, grain)
    return next((period for period in offered if period.last <= due_or_complete(version)), offered[0])


def _keep_place(version: Version) -> None:
    """After a change of grain: the period that contains the one on screen, or the default."""
    grain: Grain = st.session_state["grain"]
    period = containing(grain, st.session_state[_SHOWN])
    offered = periods(version, grain)
    st.session_state["period"] = (period if period in offered else _default(version, grain)).label


def _department(version: Version) -> str:
    known = [department for department in version.catalog.departments if department in version.departments]
    if not known:
        return ALL_DEPARTMENTS
    return st.selectbox(
        "部门",
        [ALL_DEPARTMENTS, *known],
        format_func=version.catalog.department_name,
        key="department",
        bind="query-params",
        persist_state="session",
        width=230,
    )


def _scope(version: Version) -> str:
    if version.public or not any(table.firm for table in version.catalog.tables.values()):
        return "all"
    return st.segmented_control(
        "案件范围",
        list(SCOPES),
        default="all",
        required=True,
        format_func=SCOPES.__getitem__,
        key="scope",
        bind="query-params",
        persist_state="session",
    )


def words_of(version: Version, selection: Selection) -> dict[str, str]:
    """The selection in words, for a picture, which has no widgets."""
    return {
        "统计方式": GRAIN_LABELS[selection.grain],
        "报告期": selection.period.label,
        "部门": version.catalog.department_name(selection.department),
        "案件范围": SCOPES[selection.scope],
    }


def query_of(version: Version, selection: Selection) -> dict[str, str]:
    """The selection as a query: what differs from the default, in the words of the widgets."""
    query: dict[str, str] = {"version": version.id} if version.historic else {}
    if selection.grain != "month":
        query["grain"] = GRAIN_LABELS[selection.grain]
    if selection.period != _default(version, selection.grain):
        query["period"] = selection.period.label
    if selection.department != ALL_DEPARTMENTS:
        query["department"] = version.catalog.departments[selection.department].name
    if selection.scope != "all":
        query["scope"] = SCOPES[selection.scope]
    return query
