"""Figures of counts as bars for black-and-white print, and of what a topic comes to month by month.

A flow is drawn as bars under bars, every segment as wide as its count and under the one it comes from, told apart by
tint and hatching with words inside: unlike a Sankey it prints in black and white and can be measured with a ruler.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import plotly.graph_objects as go

from scorecard.assessment.number_format import value_text
from scorecard.charts.axis_ticks import scale
from scorecard.charts.figure import LAST, FigureFrame, category_axis, draw_line, finished, plain, started, write
from scorecard.charts.figure_labels import arrange
from scorecard.charts.theme import faded, palette

Tone = Literal["main", "side", "out", "open"]
_ROW = 64  # px of a row of a flow
_AROUND = 170  # px above and below the rows
_NARROW = 0.075  # a segment under this share of the widest row holds no words; the table below names it
_BAR = {"orientation": "h", "insidetextanchor": "middle", "textangle": 0, "constraintext": "none", "cliponaxis": False}


@dataclass(frozen=True)
class FlowSegment:
    """One part of a row, in the order it is given."""

    name: str
    count: int
    tone: Tone = "side"


@dataclass(frozen=True)
class FlowStage:
    """One stage of a flow."""

    name: str
    segments: tuple[FlowSegment, ...]

    @property
    def total(self) -> int:
        return sum(segment.count for segment in self.segments)


def flow(frame: FigureFrame, rows: Sequence[FlowStage]) -> go.Figure:
    """Stages as bars under bars, as wide as they have cases."""
    widest = max((row.total for row in rows), default=0)
    figure = started(frame, _AROUND + _ROW * max(len(rows), 1))
    narrow: list[str] = []
    for row in rows:
        at = 0
        for segment in row.segments:
            if segment.count:
                named = segment.count >= _NARROW * widest
                _draw_segment(figure, segment, row.name, at, named=named)
                if not named:
                    narrow.append(f"{row.name}：{segment.name} {segment.count:,}件")
            at += segment.count
    figure.update_layout(
        barmode="overlay",
        bargap=0.28,
        xaxis={"range": [0, widest or 1], "showgrid": False, **scale(0, widest or 1, "件", 8).axis()},
        yaxis=category_axis([plain(row.name) for row in rows]),
    )
    return finished(figure, frame, empty=not widest, narrow=narrow)


def _draw_segment(figure: go.Figure, segment: FlowSegment, row: str, start: int, *, named: bool) -> None:
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
        meta=f"{plain(row)}：{name} {count}件",
        hovertemplate=f"{plain(row)}　{name}　<b>{count} 件</b><extra></extra>",
        **_BAR,
    )


_DASHES = (("solid", "circle"), ("dash", "square-open"), ("dot", "diamond-open"), ("dashdot", "circle-open"))


def months(
    frame: FigureFrame, labels: Sequence[str], lines: Mapping[str, Sequence[Fraction | None]], unit: str
) -> go.Figure:
    """A line for each name over the months, told apart by dash and point, named at its end; a gap where nothing may be said."""
    figure, colours = started(frame, 340, {"b": 100}), palette()
    drawn = {name: [None if one is None else float(one) for one in line] for name, line in lines.items()}
    high = max((value for line in drawn.values() for value in line if value is not None), default=0.0) * 1.12 or 1.0
    for (name, line), (dash, symbol) in zip(drawn.items(), _DASHES * len(drawn), strict=False):
        draw_line(figure, labels, line, {"color": colours.ink, "width": 1.6, "dash": dash}, connectgaps=False)
        words = [f"{plain(name)} {value_text(one, unit)}" if one is not None else "" for one in lines[name]]
        figure.add_scatter(
            x=labels, y=line, mode="markers", marker={"symbol": symbol, "size": 7, "color": colours.ink},
            text=words, hovertemplate="<b>%{x}</b>　%{text}<extra></extra>", cliponaxis=False,
        )  # fmt: skip
        last = next((at for at in reversed(range(len(line))) if line[at] is not None), None)
        if last is not None:
            place = {"x": labels[last], "y": line[last], "xanchor": "left", "xshift": 8, "yanchor": "middle"}
            write(figure, words[last], 12, colours.ink, name=LAST, align="left", **place)
    axis = {"type": "category", "categoryorder": "array", "categoryarray": list(labels), "tickangle": 0}
    marks = list(labels[::-3])
    figure.update_layout(
        xaxis={**axis, "tickmode": "array", "tickvals": marks, "ticktext": marks, "range": [-0.5, len(labels) - 0.5]},
        yaxis={"range": [0, high], **scale(0, high, unit).axis()},
    )
    finished(figure, frame, empty=not any(value is not None for line in drawn.values() for value in line))
    arrange(figure)
    return figure
