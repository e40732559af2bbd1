"""What the figures of the pages in depth share: the sheet with title and provenance, and a flow picture for black-and-white.

A flow is drawn as bars under bars, every segment as wide as its count and under the one it comes from, told apart by
tint and hatching with words inside: unlike a Sankey it prints in black and white and can be measured with a ruler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from scorecard.charts.axis_ticks import scale
from scorecard.charts.stamp import LINE, Said, left_out, plain, stamp
from scorecard.charts.theme import faded, palette, template

Tone = Literal["main", "side", "out", "open"]
_ROW = 64  # px of a row of a flow
_FOOT = 96
_LINES = 3  # there is room for in it
_HEAD = 74
_NARROW = 0.075  # a segment under this share of the widest row holds no words; the table below names it


@dataclass(frozen=True)
class FigureFrame:
    """What stands around a figure: title, what it counts, where the numbers are from, 示例数据."""

    title: str
    subtitle: str
    provenance: tuple[str, ...]
    sample: bool


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


def flow(sheet: FigureFrame, rows: Sequence[FlowStage], unit: str = "件") -> go.Figure:
    """Stages as bars under bars, widths in what is counted: 件, 条."""
    widest = max((row.start + row.total for row in rows), default=0)
    figure = started(sheet, _HEAD + _FOOT + _ROW * max(len(rows), 1))
    names = [plain(row.name) for row in rows]
    for row, name in zip(rows, names, strict=True):
        at = row.start
        for segment in row.segments:
            if segment.count:
                figure.add_bar(**_bar(segment, name, at, widest, unit))
            at += segment.count
    figure.update_layout(
        barmode="overlay",
        bargap=0.28,
        xaxis={
            "range": [0, widest or 1],
            "showgrid": False,
            **scale(0, widest or 1, unit, 8).axis(),
        },
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": names[::-1], "showgrid": False},
    )
    narrow = [
        f"{row.name}：{segment.name} {segment.count:,}{unit}"
        for row in rows
        for segment in row.segments
        if 0 < segment.count < _NARROW * widest
    ]
    return finished(figure, sheet, empty=not widest, narrow=narrow)


def _bar(segment: FlowSegment, row: str, start: int, widest: int, unit: str) -> dict[str, object]:
    colours = palette()
    fill = {
        "main": colours.ink,
        "side": faded(colours.ink, 0.16),
        "out": colours.paper,
        "open": colours.paper,
    }[segment.tone]
    hatch = {"main": "", "side": "", "out": "/", "open": "."}[segment.tone]
    words = f"{plain(segment.name)}<br><b>{segment.count:,}</b>"
    return {
        "x": [segment.count],
        "y": [row],
        "base": [start],
        "orientation": "h",
        "text": [words if segment.count >= _NARROW * widest else ""],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "textfont": {"size": 13, "color": colours.paper if segment.tone == "main" else colours.ink},
        "marker": {
            "color": fill,
            "line": {"color": colours.ink, "width": 1},
            "pattern": {"shape": hatch, "fgcolor": faded(colours.ink, 0.22), "size": 9, "solidity": 0.12},
        },
        "meta": f"{row}：{plain(segment.name)} {segment.count:,}{unit}",
        "hovertemplate": f"{row}　{plain(segment.name)}　<b>{segment.count:,} {unit}</b><extra></extra>",
    }


def started(sheet: FigureFrame, height: int) -> go.Figure:
    """An empty figure with its title and room for what stands below."""
    figure = go.Figure()
    subtitle = {"text": plain(sheet.subtitle), "font": {"size": 12, "color": palette().grey}}
    figure.update_layout(
        template=template(),
        height=height,
        hovermode="closest",
        title={"text": f"<b>{plain(sheet.title)}</b>", "subtitle": subtitle},
        margin={"l": 8, "r": 24, "t": _HEAD, "b": _FOOT},
    )
    return figure


def finished(
    figure: go.Figure, sheet: FigureFrame, *, empty: bool, signs: str = "", narrow: Sequence[str] = ()
) -> go.Figure:
    """The figure with its provenance below it, 示例数据 on it, and words where there is nothing to draw.

    `signs` says what its marks mean; `narrow` are the parts that have no words in the figure, each as "row：part".
    """
    said = Said("", (signs, *sheet.provenance) if signs else sheet.provenance, sheet.sample)
    lines = said.folded(left_out(narrow))
    more = LINE * max(0, len(lines) - _LINES)
    figure.update_layout(height=figure.layout.height + more, margin_b=_FOOT + more)
    stamp(figure, said, lines, 36)
    if empty:
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        figure.add_annotation(
            x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, text="所选报告期没有可画的案件",
            font={"size": 14, "color": palette().grey},
        )  # fmt: skip
    return figure
