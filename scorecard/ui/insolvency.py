"""办理破产 in depth: the cases on one time axis, how long they take, who got what, transfers, auctions, administrators."""

from collections.abc import Sequence
from fractions import Fraction

import streamlit as st

from scorecard import charts_insolvency as charts
from scorecard import insolvency, insolvency_rows
from scorecard.charts_topic import Row, Segment, flow
from scorecard.insolvency import Case, Durations, Sums, Transfers
from scorecard.insolvency_rows import AUCTIONS_NEEDED, NEEDED
from scorecard.provenance import day_text
from scorecard.topics import Slice
from scorecard.ui import identity
from scorecard.ui.frame import View
from scorecard.ui.markup import render
from scorecard.ui.pairs import pairs
from scorecard.ui.topics import Topic, plot, sheet, slice_for
from scorecard.wording import figure_text, half_up, value_text

_TABLE = ("bankruptcies",)
_OWN = "本院“破”字案件，不含强制清算和其他法院受理的"


def timeline(view: View) -> None:
    """Every case as a line from 受理 to 终结 or to the day looked at."""
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    listed = _cases(view, chosen)
    drawn = charts.drawn(listed)
    named = _sees_numbers(view)
    pending = [case for case in listed if not case.ended]
    over = sum(case.over_two_years for case in pending)
    day = day_text(chosen.last)
    said = f"截至{day}：受理 {len(listed)} 件，已终结 {len(listed) - len(pending)} 件，未结 {len(pending)} 件，其中超两年 {over} 件。"
    left_out = len(listed) - len(drawn)
    st.html(render("topic_note.html", title="全部案件，一件一行", lines=[
        said,
        "○ 受理　● 终结　▷ 未结　｜ 快审满六个月　粗线为快审案件，橙色为满两年之后仍未结的时间。",
        f"另有较早终结的 {left_out} 件未画出。" if left_out else "",
        "" if named else "案号只向审管办和本部门显示，此处按受理先后编号。",
    ]))  # fmt: skip
    figure = view.kept(
        f"insolvency lines {named}",
        lambda: charts.case_lines(
            sheet(view, "破产案件时间轴", f"截至{day}", f"{_OWN}；自受理裁定日至终结裁定日", _TABLE),
            drawn,
            _labels(listed, drawn, named=named),
        ),
    )
    plot(figure, "insolvency_lines", f"破产案件时间轴。{said}")


def _cases(view: View, chosen: Slice) -> tuple[Case, ...]:
    return view.kept(
        "insolvency cases", lambda: insolvency_rows.cases(view.version.connection, view.catalog, chosen)
    )


def _sees_numbers(view: View) -> bool:
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
    found = insolvency.durations(_cases(view, chosen), chosen, since)
    base = view.catalog.court.minimum_base
    survival = found.survival
    st.html(render("insolvency_lengths.html", rows=_length_rows(found, base), left_out=found.left_out,
                   since=day_text(since) if since else "", base=base))  # fmt: skip
    shown = survival.cases >= base
    day = day_text(chosen.last)
    left, right = st.columns(2)
    if shown and survival.steps:
        figure = view.kept("insolvency share", lambda: charts.open_share(
            sheet(view, "未终结案件所占比例", f"截至{day}　{survival.cases}件，其中未结{survival.pending}件",
                  "Kaplan–Meier 估计，未结案件按删失处理，带状为95%区间", _TABLE), survival))  # fmt: skip
        with left:
            plot(figure, "insolvency_share", f"未终结案件所占比例随天数下降。{_km_text(found, base)}。")
    figure = view.kept("insolvency ages", lambda: charts.age_bars(
        sheet(view, "未结案件的账龄", f"截至{day}", f"{_OWN}；自受理裁定日起按日历月计", _TABLE), found.ages))  # fmt: skip
    with right:
        plot(
            figure,
            "insolvency_ages",
            "未结案件账龄：" + "，".join(f"{one.label}{one.count}件" for one in found.ages),
        )


def _length_rows(found: Durations, base: int) -> list[tuple[str, str, str, str]]:
    """(which cases, how many, mean, median); under the minimum base the count alone."""
    rows = [
        (
            one.label,
            f"{one.closed}件",
            *((_days(one.mean), _days(one.median)) if one.closed >= base else (f"n={one.closed}",) * 2),
        )
        for one in found.closed
    ]
    survival = found.survival
    return [
        *rows,
        (
            "连同未结案件（估计）",
            f"{survival.cases}件，其中未结{survival.pending}件",
            "不适用",
            _km_text(found, base),
        ),
    ]


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


# --- who got what ---------------------------------------------------------------------------------------------


def money(view: View) -> None:
    """清偿 and 成本 as Σ/Σ with each case's part."""
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    listed, named = _cases(view, chosen), _sees_numbers(view)
    for key, title, sums, names in (
        ("recovery", "债权清偿", insolvency.recovery(listed, chosen), ("清偿额", "确认债权额")),
        ("cost", "破产成本", insolvency.costs(listed, chosen), ("破产费用与共益债务", "财产变价总额")),
    ):
        _sums(view, key, title, sums, names, named=named)


def _sums(view: View, key: str, title: str, sums: Sums, names: tuple[str, str], *, named: bool) -> None:
    base = view.catalog.court.minimum_base
    labels = [
        share.number if named and share.number else f"第{n}件" for n, share in enumerate(sums.shares, 1)
    ]
    told = len(sums.shares) >= base
    rows = [
        (
            label,
            share.ended_on.isoformat(),
            _yuan(share.top),
            _yuan(share.bottom),
            _part(share.top, sums.top),
            _part(share.bottom, sums.bottom),
        )
        for label, share in zip(labels, sums.shares, strict=True)
    ]
    total = (_yuan(sums.top), _yuan(sums.bottom), _rate(sums) if told else f"n={len(sums.shares)}")
    st.html(render("insolvency_sums.html", title=title, names=names, rows=rows, total=total, unknown=sums.unknown,
                   told=told, base=base, wider=view.ytd_href("insolvency") if not told else ""))  # fmt: skip
    if sums.shares:
        figure = view.kept(f"insolvency {key} {named}", lambda: charts.amounts(
            sheet(view, f"{title}：每件案件的两个数额", f"{view.selection.period.label}终结　● {names[0]}　○ {names[1]}",
                  f"{_OWN}；先分别合计、再相除，不是各案比率的平均", _TABLE), sums, labels, names))  # fmt: skip
        plot(
            figure,
            f"insolvency_{key}",
            f"{title}，{len(sums.shares)}件：{names[0]}合计{total[0]}，{names[1]}合计{total[1]}。",
        )


def _yuan(amount: object) -> str:
    return value_text(Fraction(str(amount)) / 10_000, "万元")


def _part(amount: object, total: object) -> str:
    """The case's part of a sum, in percent; none of a sum of nothing."""
    return (
        f"{figure_text(Fraction(str(amount)) / Fraction(str(total)) * 100, '%')}%"
        if Fraction(str(total))
        else "—"
    )


def _rate(sums: Sums) -> str:
    return "—" if sums.rate is None else value_text(sums.rate * 100, "%")


# --- transfers, auctions, administrators -----------------------------------------------------------------------


def transferred(view: View) -> None:
    """执转破: transferred → decided → accepted, by court."""
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    found = view.kept(
        "insolvency transfers",
        lambda: insolvency_rows.transfers(view.version.connection, view.catalog, chosen),
    )
    accepted, refused = sum(n for _, n in found.accepted), sum(n for _, n in found.refused)
    said = f"{view.selection.period.label}移送 {found.referred} 件：受理 {accepted} 件，未受理 {refused} 件，尚未裁定 {found.waiting} 件。"
    st.html(render("topic_note.html", title="执转破：移送之后", lines=[
        said, "按移送日期跟踪同一批移送；“执转破受理率”按审查裁定日归期，两者的件数可以不同。"]))  # fmt: skip
    figure = view.kept("insolvency funnel", lambda: flow(
        sheet(view, "执转破去向", f"{view.selection.period.label}移送的案件", "来源为执转破、移送日期在报告期内的破产申请", _TABLE),
        _funnel(found)))  # fmt: skip
    plot(figure, "insolvency_funnel", said)
    st.html(render("topic_counts.html", head=("去向", "件数"), rows=[
        *((f"受理　{court}", n) for court, n in found.accepted), *found.refused, ("尚未裁定", found.waiting)]))  # fmt: skip


def _funnel(found: Transfers) -> list[Row]:
    accepted, refused = sum(n for _, n in found.accepted), sum(n for _, n in found.refused)
    return [
        Row("移送", (Segment("移送审查", found.referred, "main"),)),
        Row(
            "裁定",
            (
                Segment("裁定受理", accepted, "main"),
                Segment("未受理", refused, "out"),
                Segment("尚未裁定", found.waiting, "open"),
            ),
        ),
        Row(
            "受理法院与未受理",
            (
                *(Segment(name, n) for name, n in found.accepted),
                *(Segment(name, n, "out") for name, n in found.refused),
            ),
        ),
    ]


def estates(view: View) -> None:
    """Auctions by round, and administrators in the order of their names, which are not shown."""
    _auctions(view)
    chosen = slice_for(view, NEEDED)
    if chosen is None:
        return
    found = insolvency_rows.administrators(view.version.connection, view.catalog, chosen)
    st.html(render("insolvency_administrators.html", rows=found, day=day_text(chosen.last)))


def _auctions(view: View) -> None:
    chosen = slice_for(view, AUCTIONS_NEEDED)
    if chosen is None:
        return
    found = view.kept(
        "insolvency auctions", lambda: insolvency_rows.auctions(view.version.connection, view.catalog, chosen)
    )
    tried = sum(one.sold + one.unsold for one in found)
    sold = sum(one.sold for one in found)
    start, price = sum((one.start for one in found), 0), sum((one.price for one in found), 0)
    told = tried >= view.catalog.court.minimum_base
    premium = (Fraction(price) - Fraction(start)) / Fraction(start) if start else None
    said = f"{view.selection.period.label}结束的拍卖、变卖：成交 {sold} 次，流拍 {tried - sold} 次。" + (
        f"成交率 {value_text(Fraction(sold, tried) * 100, '%')}，溢价率 {value_text(premium * 100 if premium is not None else None, '%')}。"
        if told and tried else "件数过少，只列数。"
    )  # fmt: skip
    st.html(render("insolvency_auctions.html", said=said, rows=[
        (one.name, one.sold, one.unsold, one.withdrawn, one.unknown, _yuan(one.start), _yuan(one.price)) for one in found]))  # fmt: skip
    rows = [
        Row(
            one.name,
            (
                Segment("成交", one.sold, "main"),
                Segment("流拍", one.unsold, "out"),
                Segment("撤回", one.withdrawn, "open"),
                Segment("结果未填", one.unknown),
            ),
        )
        for one in found
    ]
    figure = view.kept("insolvency rounds", lambda: flow(
        sheet(view, "破产财产网络拍卖、变卖", view.selection.period.label, "“破”字案件财产，结束日期在报告期内，一个标的物的一轮为一次",
              ("asset_disposals",)), rows))  # fmt: skip
    plot(figure, "insolvency_rounds", said)


TOPICS: dict[str, Topic] = {
    "案件时间轴": timeline,
    "审理时长": lengths,
    "清偿与成本": money,
    "执转破": transferred,
    "财产处置与管理人": estates,
    "制衡对照": lambda view: pairs(view, "insolvency"),
}
