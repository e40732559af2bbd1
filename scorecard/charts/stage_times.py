"""Stage times as bars: each stage over its own cases, and the same stages end to end over the same cases."""

import plotly.graph_objects as go

from scorecard.charts.axis_ticks import scale
from scorecard.charts.flow import FigureFrame, finished, started
from scorecard.charts.stamp import plain
from scorecard.charts.theme import faded, palette
from scorecard.topics.disputes import Stage, Stages

TOGETHER = "同一批案件"


def stage_times(sheet: FigureFrame, found: Stages, minimum_base: int) -> go.Figure:
    """Means in days. Stages apart start at zero each, because they do not add up; those of one set of cases follow on.

    A mean over fewer cases than the minimum is left out: its count stands in the table beside the figure.
    """
    apart = [stage for stage in found.apart if stage.cases >= minimum_base]
    together = [stage for stage in found.together if stage.cases >= minimum_base]
    figure = started(sheet, 400)
    for stage in apart:
        _bar(figure, stage, f"{stage.name}（{stage.cases:,}件）", 0.0)
    at = 0.0
    row = f"{TOGETHER}（{together[0].cases:,}件）" if together else ""
    for number, stage in enumerate(together):
        _bar(figure, stage, row, at, pale=number % 2 == 1)
        at += float(stage.mean or 0)
    rows = [*(plain(f"{stage.name}（{stage.cases:,}件）") for stage in apart), *([row] if row else [])]
    longest = max([at, *(float(stage.mean or 0) for stage in apart)], default=0.0)
    end = (longest or 1) * 1.12
    figure.update_layout(
        barmode="overlay",
        bargap=0.35,
        xaxis={"range": [0, end], **scale(0, end, "天", 8).axis()},
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": rows[::-1], "showgrid": False},
    )
    return finished(figure, sheet, empty=not rows)


def _bar(figure: go.Figure, stage: Stage, row: str, start: float, *, pale: bool = False) -> None:
    colours = palette()
    mean = float(stage.mean or 0)
    words = f"{mean:,.1f}天"
    figure.add_bar(
        x=[mean],
        y=[plain(row)],
        base=[start],
        orientation="h",
        text=[words if start == 0.0 and TOGETHER not in row else f"{plain(stage.name)}<br>{words}"],
        textposition="inside" if TOGETHER in row else "outside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        textfont={"size": 12, "color": colours.ink},
        marker={
            "color": faded(colours.ink, 0.08 if pale else 0.24),
            "line": {"color": colours.ink, "width": 1},
        },
        meta=f"{plain(stage.name)} {words}",
        hovertemplate=f"{plain(stage.name)}　平均 {words}，{stage.cases:,}件<extra></extra>",
    )
