"""Figures of counts and days as bars for black-and-white print: flows, and the times of stages.

A flow is drawn as bars under bars, every segment as wide as its count and under the one it comes from, told apart by
tint and hatching with words inside: unlike a Sankey it prints in black and white and can be measured with a ruler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from scorecard.charts.axis_ticks import scale
from scorecard.charts.figure import FigureFrame, category_axis, finished, plain, started
from scorecard.charts.theme import faded, palette
from scorecard.topics.disputes import Stage, Stages

Tone = Literal["main", "side", "out", "open"]
_ROW = 64  # px of a row of a flow
_AROUND = 170  # px above and below the rows
_NARROW = 0.075  # a segment under this share of the widest row holds no words; the table below names it
_BAR = {"orientation": "h", "insidetextanchor": "middle", "textangle": 0, "constraintext": "none", "cliponaxis": False}
TOGETHER = "同一批案件"


@dataclass(frozen=True)
class FlowSegment:
    """One part of a row, in the order it is given."""

    name: str
    count: int
    tone: Tone = "side"


@dataclass(frozen=True)
class FlowStage:
    """One stage of a flow; `start` is where it begins under the row above, in cases."""

    name: str
    segments: tuple[FlowSegment, ...]
    start: int = 0

    @property
    def total(self) -> int:
        return sum(segment.count for segment in self.segments)


def flow(frame: FigureFrame, rows: Sequence[FlowStage], unit: str = "件") -> go.Figure:
    """Stages as bars under bars, widths in what is counted: 件, 条."""
    widest = max((row.start + row.total for row in rows), default=0)
    figure = started(frame, _AROUND + _ROW * max(len(rows), 1))
    narrow: list[str] = []
    for row in rows:
        at = row.start
        for segment in row.segments:
            if segment.count:
                named = segment.count >= _NARROW * widest
                _draw_segment(figure, segment, row.name, at, unit, named=named)
                if not named:
                    narrow.append(f"{row.name}：{segment.name} {segment.count:,}{unit}")
            at += segment.count
    figure.update_layout(
        barmode="overlay",
        bargap=0.28,
        xaxis={"range": [0, widest or 1], "showgrid": False, **scale(0, widest or 1, unit, 8).axis()},
        yaxis=category_axis([plain(row.name) for row in rows]),
    )
    return finished(figure, frame, empty=not widest, narrow=narrow)


def _draw_segment(figure: go.Figure, segment: FlowSegment, row: str, start: int, unit: str, *, named: bool) -> None:
    colours = palette()
    name, count = plain(segment.name), f"{segment.count:,}"
    fill = {"main": colours.ink, "side": faded(colours.ink, 0.16)}.get(segment.tone, colours.paper)
    hatch = {"out": "/", "open": "."}.get(segment.tone, "")
    figure.add_bar(
        x=[segment.count],
        y=[plain(row)],
        base=[start],
        text=[f"{name}<br><b>{count}</b>" if named else ""],
        textposition="inside",
        textfont={"size": 13, "color": colours.paper if segment.tone == "main" else colours.ink},
        marker={
            "color": fill,
            "line": {"color": colours.ink, "width": 1},
            "pattern": {"shape": hatch, "fgcolor": faded(colours.ink, 0.22), "size": 9, "solidity": 0.12},
        },
        meta=f"{plain(row)}：{name} {count}{unit}",
        hovertemplate=f"{plain(row)}　{name}　<b>{count} {unit}</b><extra></extra>",
        **_BAR,
    )


def stage_times(frame: FigureFrame, stages: Stages, minimum_base: int) -> go.Figure:
    """Mean days of stages. Those apart start at zero each, because they do not add up; those of one set of cases follow on.

    A mean over fewer cases than the minimum is left out: its count stands in the table beside the figure.
    """
    apart = [stage for stage in stages.apart if stage.cases >= minimum_base]
    together = [stage for stage in stages.together if stage.cases >= minimum_base]
    figure = started(frame, 400)
    rows = [f"{stage.name}（{stage.cases:,}件）" for stage in apart]
    for stage, row in zip(apart, rows, strict=True):
        _draw_stage(figure, stage, row)
    at = 0.0
    if together:
        rows.append(f"{TOGETHER}（{together[0].cases:,}件）")
    for number, stage in enumerate(together):
        _draw_stage(figure, stage, rows[-1], at, pale=number % 2 == 1)
        at += float(stage.mean or 0)
    end = (max([at, *(float(stage.mean or 0) for stage in apart)]) or 1) * 1.12
    figure.update_layout(
        barmode="overlay",
        bargap=0.35,
        xaxis={"range": [0, end], **scale(0, end, "天", 8).axis()},
        yaxis=category_axis([plain(row) for row in rows]),
    )
    return finished(figure, frame, empty=not rows)


def _draw_stage(figure: go.Figure, stage: Stage, row: str, start: float = 0.0, *, pale: bool = False) -> None:
    colours = palette()
    mean = float(stage.mean or 0)
    words = f"{mean:,.1f}天"
    figure.add_bar(
        x=[mean],
        y=[plain(row)],
        base=[start],
        text=[words if start == 0.0 and TOGETHER not in row else f"{plain(stage.name)}<br>{words}"],
        textposition="inside" if TOGETHER in row else "outside",
        textfont={"size": 12, "color": colours.ink},
        marker={"color": faded(colours.ink, 0.08 if pale else 0.24), "line": {"color": colours.ink, "width": 1}},
        meta=f"{plain(stage.name)} {words}",
        hovertemplate=f"{plain(stage.name)}　平均 {words}，{stage.cases:,}件<extra></extra>",
        **_BAR,
    )
