"""Figures of 办理破产: every case on one time axis, the share still open, the ages of pending cases, amounts by case."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from scorecard.charts.axis_ticks import scale
from scorecard.charts.figure import FigureFrame, category_axis, draw_band, draw_line, finished, plain, started, write
from scorecard.charts.theme import faded, palette
from scorecard.topics.insolvency import Case, Sums
from scorecard.topics.survival import AgeGroup, Survival

MOST_LINES = 60  # more cannot be read on one sheet; the newest and everything pending are drawn
SIGNS = "○ 受理　● 终结　▷ 未结　｜ 快审满六个月　粗线为快审案件，橙色为满两年之后仍未结的时间。"
_LINE = 24  # px of a case
_AROUND = 190  # px above and below the cases


def drawn(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases that get a line: all pending ones, then the latest accepted, in the order of acceptance."""
    pending = [case for case in cases if not case.ended][:MOST_LINES]
    room = MOST_LINES - len(pending)
    closed = [case for case in cases if case.ended]
    lines = {id(case) for case in (*pending, *(closed[-room:] if room else []))}
    return tuple(case for case in cases if id(case) in lines)


def case_lines(frame: FigureFrame, cases: Sequence[Case], labels: Sequence[str]) -> go.Figure:
    """One line a case from 受理 (○) to 终结 (●) or to the last day of the period (▷); 快审 in full, others thin.

    A fast track has a mark where its six months are full; what is open beyond two years is orange, thick, and says so.
    """
    if cases:
        frame = FigureFrame(frame.title, frame.subtitle, (SIGNS, *frame.provenance), frame.sample)
    figure = started(frame, _AROUND + _LINE * max(len(cases), 3))
    colours = palette()
    rows = [plain(label) for label in labels]
    lines = list(zip(cases, rows, strict=True))
    for case, row in lines:
        line = {"color": colours.ink, "width": 3.5 if case.fast_track else 1.4}
        draw_line(figure, [case.accepted_on, case.terminated_on or case.day], [row, row], line)
        if case.over_two_years:
            line = {"color": colours.missed, "width": 7}
            draw_line(figure, [case.two_years_on, case.day], [row, row], line)
            words = "▼ 超两年"
            write(figure, words, 12, colours.missed, x=case.day, y=row, xanchor="left", xshift=10)
    for symbol, size, points in (
        ("circle-open", 8, [(c.accepted_on, row, f"受理 {c.accepted_on}") for c, row in lines]),
        ("circle", 9, [
            (c.terminated_on, row, f"终结 {c.terminated_on}　{c.days:,}天") for c, row in lines if c.terminated_on
        ]),
        ("triangle-right-open", 11, [
            (c.day, row, f"未结　已 {c.days:,}天") for c, row in lines if not c.ended
        ]),
        ("line-ns-open", 13, [
            (c.six_months_on, row, f"快审满六个月 {c.six_months_on}") for c, row in lines if c.fast_track
        ]),
    ):  # fmt: skip
        _draw_points(figure, points, symbol, size)
    if cases:
        first, day = min(case.accepted_on for case in cases), cases[0].day
        span = max((day - first).days, 60)
        left = first - timedelta(days=span // 40 + 4)
        ticks = _quarters(left, day)
        figure.update_xaxes(
            range=[left, day + timedelta(days=span // 9 + 8)], showgrid=True, gridcolor=faded(colours.hairline, 0.6),
            tickvals=ticks, ticktext=[f"{tick.year}年{tick.month}月" for tick in ticks],
        )  # fmt: skip
        figure.add_vline(x=day, line={"color": colours.grey, "width": 1, "dash": "dot"})
    figure.update_layout(yaxis={"range": [-0.7, max(len(rows), 1) - 0.3], **category_axis(rows)})
    return finished(figure, frame, empty=not cases)


def _draw_points(figure: go.Figure, points: Sequence[tuple[date, str, str]], symbol: str, size: int) -> None:
    """Signs at (day, row), with a text for the mouse."""
    ink = palette().ink
    figure.add_scatter(
        x=[day for day, _, _ in points],
        y=[row for _, row, _ in points],
        customdata=[text for _, _, text in points],
        mode="markers",
        marker={"symbol": symbol, "size": size, "color": ink, "line": {"width": 1.6, "color": ink}},
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _quarters(first: date, last: date) -> list[date]:
    """Beginnings of quarters for the axis, about eight of them."""
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    quarters = [date(month // 12, month % 12 + 1, 1) for month in months if month % 3 == 0]
    step = -(-len(quarters) // 8) or 1
    return quarters[::-1][::step][::-1]


def open_share(frame: FigureFrame, survival: Survival) -> go.Figure:
    """The share of cases still open by days since acceptance, with its 95 % limits and the median where one half is."""
    figure = started(frame, 400)
    colours = palette()
    known = [step for step in survival.steps if step.low is not None]
    days = [0, *(step.days for step in survival.steps)]
    end = (days[-1] or 1) * 1.03
    lower = [100, *(100 * (step.low or 0) for step in known)]
    upper = [100, *(100 * (step.high or 0) for step in known)]
    draw_band(figure, [0, *(step.days for step in known)], lower, upper, "hv", 0.12)
    figure.add_scatter(
        x=days, y=[100, *(100 * step.share for step in survival.steps)], mode="lines",
        line={"color": colours.ink, "width": 2, "shape": "hv"},
        hovertemplate="满 %{x} 天仍未终结 %{y:.1f}%<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=50, line={"color": colours.grey, "width": 1, "dash": "dot"})
    if survival.median is not None:
        median = float(survival.median)
        marker = {"size": 9, "color": colours.ink}
        figure.add_scatter(x=[median], y=[50], mode="markers", marker=marker, hoverinfo="skip")
        text = f"<b>中位数 {median:,.1f}".replace(".0", "") + "天</b>"
        write(figure, text, 13, colours.ink, x=median, xanchor="left", xshift=8, y=50, yanchor="bottom")
    figure.update_layout(
        xaxis={"range": [0, end], **scale(0, end, "天", 8).axis()},
        yaxis={"range": [0, 104], **scale(0, 104, "%").axis()},
    )
    return finished(figure, frame, empty=not survival.steps)


def age_bars(frame: FigureFrame, groups: Sequence[AgeGroup]) -> go.Figure:
    """Pending cases by age; the oldest group is orange, because the target is about it."""
    figure = started(frame, 290)
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
        xaxis={"range": [0, max(most, 1) * 1.15], "visible": False}, yaxis=category_axis(names), bargap=0.35
    )
    return finished(figure, frame, empty=not most)


def amounts(frame: FigureFrame, sums: Sums, labels: Sequence[str], names: tuple[str, str]) -> go.Figure:
    """Both amounts of every case in 万元 as two dots on one line: the whole (○) and the part of it (●)."""
    figure = started(frame, _AROUND + 28 * max(len(sums.shares), 3))
    ink = palette().ink
    rows = [plain(label) for label in labels]
    parts = [float(share.top) / 10_000 for share in sums.shares]
    wholes = [float(share.bottom) / 10_000 for share in sums.shares]
    end = (max([*parts, *wholes], default=0.0) or 1.0) * 1.05
    for part, whole, row in zip(parts, wholes, rows, strict=True):
        draw_line(figure, [part, whole], [row, row], {"color": faded(ink, 0.35), "width": 1.4})
    for name, values, symbol in ((names[1], wholes, "circle-open"), (names[0], parts, "circle")):
        figure.add_scatter(
            x=values, y=rows, mode="markers", cliponaxis=False,
            marker={"symbol": symbol, "size": 10, "color": ink, "line": {"width": 1.6}},
            hovertemplate=f"%{{y}}<br>{plain(name)} %{{x:,.2f}}万元<extra></extra>",
        )  # fmt: skip
    axis = scale(0, end, "万元", 7).axis()
    figure.update_layout(
        xaxis={"range": [0, end], "showgrid": True, "gridcolor": faded(palette().hairline, 0.6), **axis},
        yaxis={"range": [-0.7, max(len(rows), 1) - 0.3], **category_axis(rows)},
    )
    return finished(figure, frame, empty=not sums.shares)
