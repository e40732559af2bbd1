"""办理破产 in depth: the cases on one time axis, how long they take, where transfers went."""

from collections.abc import Sequence
from fractions import Fraction

import streamlit as st

from scorecard.assessment.number_format import value_text
from scorecard.calendar.period import day_text
from scorecard.charts import insolvency as charts
from scorecard.charts.flow import FlowSegment, FlowStage, flow
from scorecard.topics import insolvency, insolvency_queries
from scorecard.topics.insolvency import Case, Durations, Transfers
from scorecard.topics.insolvency_queries import NEEDED
from scorecard.topics.slices import Slice
from scorecard.ui.shell import identity
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import plot, sheet, slice_for

TABLE = ("bankruptcies",)
OWN = "本院“破”字案件，不含强制清算和其他法院受理的"


def timeline(view: View) -> None:
    """Every case as a line from 受理 to 终结 or to the day looked at."""
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    listed = cases_of(view, chosen)
    drawn = charts.drawn(listed)
    named = sees_numbers(view)
    pending = [case for case in listed if not case.ended]
    over = sum(case.over_two_years for case in pending)
    day = day_text(chosen.last)
    said = f"截至{day}：受理 {len(listed)} 件，已终结 {len(listed) - len(pending)} 件，未结 {len(pending)} 件，其中超两年 {over} 件。"
    left_out = len(listed) - len(drawn)
    show(render("ui/topics/topic_note.html", title="全部案件，一件一行", lines=[
        said,
        charts.SIGNS,
        f"另有较早终结的 {left_out} 件未画出。" if left_out else "",
        "" if named else "案号只向审管办和本部门显示，此处按受理先后编号。",
    ]))  # fmt: skip
    figure = view.cached(
        f"insolvency lines {named}",
        lambda: charts.case_lines(
            sheet(view, "破产案件时间轴", f"截至{day}", f"{OWN}；自受理裁定日至终结裁定日", TABLE),
            drawn,
            _labels(listed, drawn, named=named),
        ),
    )
    plot(view, figure, "insolvency_lines", f"破产案件时间轴。{said}", TABLE)


def cases_of(view: View, chosen: Slice) -> tuple[Case, ...]:
    """The cases as they stood on the last day of the slice."""
    return view.cached(
        "insolvency cases", lambda: insolvency_queries.cases(view.version.connection, view.catalog, chosen)
    )


def sees_numbers(view: View) -> bool:
    """Whether case numbers may stand beside the lines: to those who may see the cases."""
    return identity.current().may("evidence", view.selection.department)


def _labels(listed: Sequence[Case], drawn: Sequence[Case], *, named: bool) -> list[str]:
    """A name for each drawn case: its number for those who may see cases, else its place in the order of acceptance."""
    places = {id(case): place for place, case in enumerate(listed, 1)}
    return [
        f"{case.number if named and case.number else f'第{places[id(case)]}件'}　{case.track}"
        for case in drawn
    ]


# --- how long -------------------------------------------------------------------------------------------------


def lengths(view: View) -> None:
    """Mean and median of closed cases, the median with pending ones, and the age of what is pending."""
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    since = view.catalog.court.statistics_from
    found = insolvency.durations(cases_of(view, chosen), chosen, since)
    base = view.catalog.court.minimum_base
    survival = found.survival
    show(render("ui/topics/insolvency_lengths.html", rows=_length_rows(found, base), left_out=found.left_out,
                   since=day_text(since) if since else "", base=base))  # fmt: skip
    shown = survival.cases >= base
    day = day_text(chosen.last)
    left, right = st.columns(2)
    if shown and survival.steps:
        figure = view.cached("insolvency share", lambda: charts.open_share(
            sheet(view, "自受理之日起满若干天仍未终结的案件所占比例", f"截至{day}　{survival.cases}件，其中未结{survival.pending}件",
                  "Kaplan–Meier 估计，未结案件按删失处理，带状为95%区间", TABLE), survival))  # fmt: skip
        with left:
            plot(
                view,
                figure,
                "insolvency_share",
                f"未终结案件所占比例随天数下降。{_km_text(found, base)}。",
                TABLE,
            )
    figure = view.cached("insolvency ages", lambda: charts.age_bars(
        sheet(view, "未结案件的账龄", f"截至{day}", f"{OWN}；自受理裁定日起按日历月计", TABLE), found.ages))  # fmt: skip
    with right:
        plot(
            view,
            figure,
            "insolvency_ages",
            "未结案件账龄：" + "，".join(f"{one.label}{one.count}件" for one in found.ages),
            TABLE,
        )


def _length_rows(found: Durations, base: int) -> list[tuple[str, str, str, str]]:
    """(which cases, how many, mean, median); under the minimum base the count alone."""
    survival = found.survival
    rows: list[tuple[str, str, str, str]] = []
    for one in found.closed:
        count = f"n={one.closed}"
        told = (_days(one.mean), _days(one.median)) if one.closed >= base else (count, count)
        rows.append((one.label, f"{one.closed}件", *told))
    cases = f"{survival.cases}件，其中未结{survival.pending}件"
    return [*rows, ("连同未结案件（估计）", cases, "不适用", _km_text(found, base))]


def _km_text(found: Durations, base: int) -> str:
    survival = found.survival
    if survival.cases < base:
        return f"n={survival.cases}"
    if survival.median is None:
        return "半数以上尚未终结，中位数还不能估计"
    high = _days(survival.high) if survival.high is not None else "尚不能确定"
    low = _days(survival.low) if survival.low is not None else "尚不能确定"
    return f"{_days(survival.median)}（95%区间 {low}—{high}）"


def _days(days: Fraction | None) -> str:
    return value_text(days, "天")


# --- transfers -----------------------------------------------------------------------


def transferred(view: View) -> None:
    """执转破: transferred → decided → accepted, by court."""
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    found = view.cached(
        "insolvency transfers",
        lambda: insolvency_queries.transfers(view.version.connection, view.catalog, chosen),
    )
    accepted, refused = sum(n for _, n in found.accepted), sum(n for _, n in found.refused)
    said = f"{view.selection.period.label}移送 {found.referred} 件：受理 {accepted} 件，未受理 {refused} 件，尚未裁定 {found.waiting} 件。"
    show(render("ui/topics/topic_note.html", title="执转破：移送之后", lines=[
        said, "按移送日期跟踪同一批移送；“执转破受理率”按审查裁定日归期，两者的件数可以不同。"]))  # fmt: skip
    figure = view.cached("insolvency funnel", lambda: flow(
        sheet(view, "执转破去向", f"{view.selection.period.label}移送的案件", "来源为执转破、移送日期在报告期内的破产申请", TABLE),
        _funnel(found)))  # fmt: skip
    plot(view, figure, "insolvency_funnel", said, TABLE)
    show(render("ui/topics/topic_counts.html", head=("去向", "件数"), rows=[
        *((f"受理　{court}", n) for court, n in found.accepted), *found.refused, ("尚未裁定", found.waiting)]))  # fmt: skip


def _funnel(found: Transfers) -> list[FlowStage]:
    accepted, refused = sum(n for _, n in found.accepted), sum(n for _, n in found.refused)
    return [
        FlowStage("移送", (FlowSegment("移送审查", found.referred, "main"),)),
        FlowStage(
            "裁定",
            (
                FlowSegment("裁定受理", accepted, "main"),
                FlowSegment("未受理", refused, "out"),
                FlowSegment("尚未裁定", found.waiting, "open"),
            ),
        ),
        FlowStage(
            "受理法院与未受理",
            (
                *(FlowSegment(name, n) for name, n in found.accepted),
                *(FlowSegment(name, n, "out") for name, n in found.refused),
            ),
        ),
    ]
