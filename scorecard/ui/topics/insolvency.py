"""办理破产 in depth: the cases on one time axis, how long they take."""

from collections.abc import Sequence
from fractions import Fraction

import streamlit as st

from scorecard.assessment.number_format import value_text
from scorecard.calendar.period import day_text
from scorecard.charts import insolvency as charts
from scorecard.topics import insolvency
from scorecard.topics.insolvency import NEEDED, Case, Durations
from scorecard.topics.slices import Slice
from scorecard.ui.shell import identity
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import mark_case_rows, show_template
from scorecard.ui.topics.topic import show_figure, show_note, slice_for

TABLE = ("bankruptcies",)
OWN = "本院“破”字案件，不含强制清算和其他法院受理的"


def timeline(view: View) -> None:
    """Every case as a line from 受理 to 终结 or to the day looked at."""
    slice_ = slice_for(view, NEEDED)
    if slice_ is None:
        return
    cases = cases_of(view, slice_)
    drawn = charts.drawn(cases)
    named = sees_numbers(view)
    pending = [case for case in cases if not case.ended]
    over = sum(case.over_two_years for case in pending)
    day = day_text(slice_.last)
    sentence = f"截至{day}：受理 {len(cases)} 件，已终结 {len(cases) - len(pending)} 件，未结 {len(pending)} 件，其中超两年 {over} 件。"
    left_out = len(cases) - len(drawn)
    show_note(
        "全部案件，一件一行",
        sentence,
        charts.SIGNS,
        f"另有较早终结的 {left_out} 件未画出。" if left_out else "",
        "" if named else f"案号只向审管办和{view.catalog.words.own}显示，此处按受理先后编号。",
    )
    show_figure(
        view,
        f"insolvency_lines {named}",
        "破产案件时间轴",
        lambda frame: charts.case_lines(frame, drawn, _labels(cases, drawn, named=named)),
        f"破产案件时间轴。{sentence}",
        TABLE,
        basis=f"{OWN}；自受理裁定日至终结裁定日",
        subtitle=f"截至{day}",
    )


def cases_of(view: View, slice_: Slice) -> tuple[Case, ...]:
    """The cases as they stood on the last day of the slice."""
    return view.cached("insolvency cases", lambda: insolvency.cases(view.version.connection, view.catalog, slice_))


def sees_numbers(view: View) -> bool:
    """Whether case numbers may stand beside the lines: to those who may see the cases; pictures then say who took them."""
    actor = identity.current()
    named = actor.may("evidence", view.selection.department)
    if named:
        mark_case_rows(actor)
    return named


def _labels(cases: Sequence[Case], drawn: Sequence[Case], *, named: bool) -> list[str]:
    """A name for each drawn case: its number for those who may see cases, else its place in the order of acceptance."""
    places = {id(case): place for place, case in enumerate(cases, 1)}
    return [f"{case.number if named and case.number else f'第{places[id(case)]}件'}　{case.track}" for case in drawn]


# --- how long -------------------------------------------------------------------------------------------------


def lengths(view: View) -> None:
    """Mean and median of closed cases, the median with pending ones, and the age of what is pending."""
    slice_ = slice_for(view, NEEDED)
    if slice_ is None:
        return
    since = view.catalog.court.statistics_from
    durations = insolvency.durations(cases_of(view, slice_), slice_, since)
    base = view.catalog.court.minimum_base
    survival = durations.survival
    show_template("ui/topics/insolvency_lengths.html", rows=_length_rows(durations, base), left_out=durations.left_out,
                   since=day_text(since) if since else "", base=base)  # fmt: skip
    shown = survival.cases >= base
    day = day_text(slice_.last)
    left, right = st.columns(2)
    if shown and survival.steps:
        with left:
            show_figure(
                view,
                "insolvency_share",
                "自受理之日起满若干天仍未终结的案件所占比例",
                lambda frame: charts.open_share(frame, survival),
                f"未终结案件所占比例随天数下降。{_km_text(durations, base)}。",
                TABLE,
                basis="Kaplan–Meier 估计，未结案件按删失处理，带状为95%区间",
                subtitle=f"截至{day}　{survival.cases}件，其中未结{survival.pending}件",
            )
    with right:
        show_figure(
            view,
            "insolvency_ages",
            "未结案件的账龄",
            lambda frame: charts.age_bars(frame, durations.ages),
            "未结案件账龄：" + "，".join(f"{group.label}{group.count}件" for group in durations.ages),
            TABLE,
            basis=f"{OWN}；自受理裁定日起按日历月计",
            subtitle=f"截至{day}",
        )


def _length_rows(durations: Durations, base: int) -> list[tuple[str, str, str, str]]:
    """(which cases, how many, mean, median); under the minimum base the count alone."""
    survival = durations.survival
    rows: list[tuple[str, str, str, str]] = []
    for group in durations.closed:
        count = f"{group.closed}件"
        values = (_days(group.mean), _days(group.median)) if group.closed >= base else (count, count)
        rows.append((group.label, f"{group.closed}件", *values))
    cases = f"{survival.cases}件，其中未结{survival.pending}件"
    return [*rows, ("连同未结案件（估计）", cases, "不适用", _km_text(durations, base))]


def _km_text(durations: Durations, base: int) -> str:
    survival = durations.survival
    if survival.cases < base:
        return f"{survival.cases}件"
    if survival.median is None:
        return "半数以上尚未终结，中位数还不能估计"
    high = _days(survival.high) if survival.high is not None else "尚不能确定"
    low = _days(survival.low) if survival.low is not None else "尚不能确定"
    return f"{_days(survival.median)}（95%区间 {low}—{high}）"


def _days(days: Fraction | None) -> str:
    return value_text(days, "天")
