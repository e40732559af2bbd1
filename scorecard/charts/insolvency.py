"""Figures of 办理破产: every case on one time axis, the share still open, the ages of what is pending, amounts by case."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from scorecard.charts.axis_ticks import scale
from scorecard.charts.flow import FigureFrame, finished, started
from scorecard.charts.stamp import plain
from scorecard.charts.theme import faded, palette
from scorecard.topics.insolvency import Case, Sums
from scorecard.topics.survival import AgeGroup, Survival

MOST_LINES = 60  # more cannot be read on one sheet; the newest and everything pending are drawn
SIGNS = "○ 受理　● 终结　▷ 未结　｜ 快审满六个月　粗线为快审案件，橙色为满两年之后仍未结的时间。"
_LINE = 24
_AROUND = 190


def drawn(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases that get a line: all pending ones, then the latest accepted, in the order of acceptance."""
    pending = [case for case in cases if not case.ended][:MOST_LINES]
    room = MOST_LINES - len(pending)
    closed = [case for case in cases if case.ended]
    kept = {id(case) for case in (*pending, *(closed[-room:] if room else []))}
    return tuple(case for case in cases if id(case) in kept)


def case_lines(sheet: FigureFrame, cases: Sequence[Case], labels: Sequence[str]) -> go.Figure:
    """One line a case from 受理 (○) to 终结 (●) or to the day looked at (▷); 快审 in full, others thin.

    A fast track has a mark where its six months are full; what is open beyond two years is orange, thick, and says so.
    """
    figure = started(sheet, _AROUND + _LINE * max(len(cases), 3))
    colours = palette()
    rows = [plain(label) for label in labels]
    for case, row in zip(cases, rows, strict=True):
        figure.add_scatter(
            x=[case.accepted_on, case.terminated_on or case.day],
            y=[row, row],
            mode="lines",
            line={"color": colours.ink, "width": 3.5 if case.fast_track else 1.4},
            hoverinfo="skip",
        )
        if case.over_two_years:
            figure.add_scatter(
                x=[case.two_years_on, case.day],
                y=[row, row],
                mode="lines",
                line={"color": colours.missed, "width": 7},
                hoverinfo="skip",
            )
    listed = list(zip(cases, rows, strict=True))
    _points(figure, [(c.accepted_on, row, f"受理 {c.accepted_on}") for c, row in listed], "circle-open", 8)
    ended = [
        (c.terminated_on, row, f"终结 {c.terminated_on}　{c.days:,}天")
        for c, row in listed
        if c.terminated_on
    ]
    _points(figure, ended, "circle", 9)
    waiting = [(c.day, row, f"未结　已 {c.days:,}天") for c, row in listed if not c.ended]
    _points(figure, waiting, "triangle-right-open", 11)
    marked = [(c.six_months_on, row, f"快审满六个月 {c.six_months_on}") for c, row in listed if c.fast_track]
    _points(figure, marked, "line-ns-open", 13)
    for case, row in listed:
        if case.over_two_years:
            figure.add_annotation(
                x=case.day, y=row, text="▼ 超两年", showarrow=False, xanchor="left", xshift=10,
                font={"size": 12, "color": colours.missed},
            )  # fmt: skip
    if cases:
        span = max((cases[0].day - min(case.accepted_on for case in cases)).days, 60)
        left = min(case.accepted_on for case in cases) - timedelta(days=span // 40 + 4)
        ticks, words = _quarters(left, cases[0].day)
        figure.update_xaxes(
            range=[left, cases[0].day + timedelta(days=span // 9 + 8)],
            tickvals=ticks, ticktext=words, showgrid=True, gridcolor=faded(colours.hairline, 0.6),
        )  # fmt: skip
        figure.add_vline(x=cases[0].day, line={"color": colours.grey, "width": 1, "dash": "dot"})
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=rows[::-1], showgrid=False,
        range=[-0.7, max(len(rows), 1) - 0.3],
    )  # fmt: skip
    return finished(figure, sheet, empty=not cases, signs=SIGNS if cases else "")


def _points(figure: go.Figure, points: Sequence[tuple[date, str, str]], symbol: str, size: int) -> None:
    figure.add_scatter(
        x=[point[0] for point in points],
        y=[point[1] for point in points],
        customdata=[point[2] for point in points],
        mode="markers",
        marker={
            "symbol": symbol,
            "size": size,
            "color": palette().ink,
            "line": {"width": 1.6, "color": palette().ink},
        },
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _quarters(first: date, last: date) -> tuple[list[date], list[str]]:
    """Axis marks at the beginning of quarters, about eight of them: 2026年1月."""
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    quarters = [date(month // 12, month % 12 + 1, 1) for month in months if month % 3 == 0]
    step = -(-len(quarters) // 8) or 1
    kept = quarters[::-1][::step][::-1]
    return kept, [f"{day.year}年{day.month}月" for day in kept]


def open_share(sheet: FigureFrame, found: Survival) -> go.Figure:
    """The share of cases still open by days since acceptance, with its 95 % limits and the median where one half is."""
    figure = started(sheet, 400)
    colours = palette()
    known = [step for step in found.steps if step.low is not None]
    days = [0, *(step.days for step in found.steps)]
    end = (days[-1] or 1) * 1.03
    edge = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    span = [0, *(step.days for step in known)]
    figure.add_scatter(x=span, y=[100, *(100 * (step.low or 0) for step in known)], **edge)
    figure.add_scatter(
        x=span, y=[100, *(100 * (step.high or 0) for step in known)], fill="tonexty",
        fillcolor=faded(colours.accent, 0.12), **edge,
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=[100, *(100 * step.share for step in found.steps)], mode="lines",
        line={"color": colours.ink, "width": 2, "shape": "hv"},
        hovertemplate="满 %{x} 天仍未终结 %{y:.1f}%<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=50, line={"color": colours.grey, "width": 1, "dash": "dot"})
    if found.median is not None:
        figure.add_scatter(
            x=[float(found.median)],
            y=[50],
            mode="markers",
            marker={"size": 9, "color": colours.ink},
            hoverinfo="skip",
        )
        figure.add_annotation(
            x=float(found.median), y=50, text=f"<b>中位数 {float(found.median):,.1f}".replace(".0", "") + "天</b>",
            showarrow=False, xanchor="left", yanchor="bottom", xshift=8, font={"size": 13, "color": colours.ink},
        )  # fmt: skip
    figure.update_layout(
        xaxis={"range": [0, end], **scale(0, end, "天", 8).axis()},
        yaxis={"range": [0, 104], **scale(0, 104, "%").axis()},
    )
    return finished(figure, sheet, empty=not found.steps)


def age_bars(sheet: FigureFrame, groups: Sequence[AgeGroup]) -> go.Figure:
    """Pending cases by age, oldest group in orange with its word: the target is about those."""
    figure = started(sheet, 290)
    colours = palette()
    names = [group.label for group in groups]
    figure.add_bar(
        x=[group.count for group in groups],
        y=names,
        orientation="h",
        text=[f"<b>{group.count}件</b>" for group in groups],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [*([faded(colours.ink, 0.3)] * (len(groups) - 1)), colours.missed],
            "line": {"color": colours.ink, "width": 1},
        },
        hoverinfo="skip",
    )
    most = max((group.count for group in groups), default=0)
    figure.update_layout(
        xaxis={"range": [0, max(most, 1) * 1.15], "visible": False},
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": names[::-1], "showgrid": False},
        bargap=0.35,
    )
    return finished(figure, sheet, empty=not most)


def amounts(sheet: FigureFrame, sums: Sums, labels: Sequence[str], names: tuple[str, str]) -> go.Figure:
    """Both amounts of every case in 万元 as two dots on one line: the whole (○) and the part of it (●)."""
    figure = started(sheet, _AROUND + 28 * max(len(sums.shares), 3))
    rows = [plain(label) for label in labels]
    most = max((max(share.top, share.bottom) for share in sums.shares), default=0)
    end = (float(most) / 10_000 or 1.0) * 1.05
    for share, row in zip(sums.shares, rows, strict=True):
        figure.add_scatter(
            x=[float(share.top) / 10_000, float(share.bottom) / 10_000], y=[row, row], mode="lines",
            line={"color": faded(palette().ink, 0.35), "width": 1.4}, hoverinfo="skip",
        )  # fmt: skip
    for name, values, symbol in (
        (names[1], [share.bottom for share in sums.shares], "circle-open"),
        (names[0], [share.top for share in sums.shares], "circle"),
    ):
        figure.add_scatter(
            x=[float(value) / 10_000 for value in values], y=rows, mode="markers", cliponaxis=False,
            marker={"symbol": symbol, "size": 10, "color": palette().ink, "line": {"width": 1.6}},
            hovertemplate=f"%{{y}}<br>{plain(name)} %{{x:,.2f}}万元<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        xaxis={"range": [0, end], **scale(0, end, "万元", 7).axis(), "showgrid": True,
               "gridcolor": faded(palette().hairline, 0.6)},
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": rows[::-1], "showgrid": False,
               "range": [-0.7, max(len(rows), 1) - 0.3]},
    )  # fmt: skip
    return finished(figure, sheet, empty=not sums.shares)
