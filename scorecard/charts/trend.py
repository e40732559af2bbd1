"""Figures: data in, Plotly figure out. Every figure carries its title, its target and its provenance inside it."""

import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from scorecard.charts.axis_ticks import scale
from scorecard.charts.limit_layers import draw_limits, draw_marks, room_for_names
from scorecard.charts.stamp import LINE, Said, plain, stamp
from scorecard.charts.theme import palette, template
from scorecard.charts.trend_layers import draw_line, draw_points, draw_target
from scorecard.narrative.time_axis_notes import footnotes
from scorecard.narrative.trend import Trend, span_of

# One button, the camera, in Chinese: the library's others would edit a picture whose numbers are official, its cloud
# would take it away. Where the library has no word of ours it would say "Download plot as a PNG".
_WORDS = {
    "Download plot as a PNG": "保存图片（PNG）",
    "Preparing image - this may take a few seconds": "正在生成图片",
    "Image download succeeded": "图片已保存",
    "Sorry, there was a problem downloading your image!": "图片没有存成，请重试",
}
_SCALE = 3  # pixels of the saved picture to each of the screen's: 1,900 px wide and more
_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')  # what a file's name may not hold anywhere
HEIGHT = 400
_MOST_TICKS = 9
_ROOM = 4  # lines there is room for without making the figure taller


def config(name: str) -> dict[str, Any]:
    """How the library shows a figure: nothing but a camera, whose picture is saved under `name`."""
    return {
        "displaylogo": False,
        "showSendToCloud": False,
        "scrollZoom": False,
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "locale": "zh-CN",
        "locales": {"zh-CN": {"dictionary": _WORDS, "format": {}}},
        "toImageButtonOptions": {
            "format": "png",
            "filename": _NO_NAME.sub("_", name).strip("_") or "图",
            "scale": _SCALE,
        },
    }


def trend(shown: Trend) -> go.Figure:
    """The series in navy against its target: solid points are settled, hollow ones may still move and say why.

    At monthly grain mean and control limits are fine dotted lines and only the points that signal are coloured; at
    other grains missed periods are marked by an orange ▼. Periods are categories with our own labels,
    so the axis never invents dates.
    """
    figure = go.Figure()
    labels = [point.label for point in shown.points]
    draw_target(figure, shown.points)
    if shown.control is not None:
        draw_limits(figure, shown.control, labels)
    draw_line(figure, shown.points, {one.position for one in shown.marks if one.breaks})
    draw_points(figure, shown)
    draw_marks(figure, shown.marks)
    low, high = span_of(shown)
    said = _said(shown)
    lines = said.folded()
    figure.update_layout(
        template=template(),
        height=HEIGHT + LINE * max(0, len(lines) - _ROOM),
        margin_b=36 + LINE * max(len(lines), _ROOM),
        hovermode="closest",
        title={
            "text": f"<b>{plain(shown.title)}</b>",
            "subtitle": {"text": plain(shown.subtitle), "font": {"size": 12, "color": palette().grey}},
        },
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "tickmode": "array",
            "tickvals": ticks(labels),
            "ticktext": ticks(labels),
            "tickangle": 0,
            "range": [-0.6 - room_for_names(shown.control, labels), len(labels) - 0.4],
        },
        yaxis={
            "range": [low, high],
            **scale(low, high, shown.unit).axis(),
        },
    )
    _stamp(figure, shown, said, lines)
    return figure


def _said(shown: Trend) -> Said:
    """What stands below the figure: its reading, footnotes, the choice of baseline, provenance."""
    return Said(shown.reading, (*footnotes(shown.marks), *shown.notes, *shown.provenance), shown.sample)


def ticks(labels: Sequence[str]) -> list[str]:
    """The labels that are written out: the last one and every n-th before it, so that none overlap."""
    step = max(1, -(-len(labels) // _MOST_TICKS))
    return list(labels[::-1][::step][::-1])


def _stamp(figure: go.Figure, shown: Trend, said: Said, lines: Sequence[str]) -> None:
    stamp(figure, said, lines, 32)
    if not any(point.value is not None for point in shown.points):
        figure.add_annotation(
            x=0.5,
            y=0.5,
            xref="paper",
            yref="paper",
            showarrow=False,
            text="各期基数过小或没有数据，不画线。可改看季度、年度累计或全年。",
            font={"size": 14, "color": palette().grey},
        )
