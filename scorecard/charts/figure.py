"""What every figure shares: its frame of words, the lines below it, 示例数据, the camera, and its larger copy.

The words below a figure also stand in its `layout.meta`, unfolded, so that a paper can set them as text of its own;
escaped, because Plotly may be told to write out its meta.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, cast

import plotly.graph_objects as go

from scorecard.charts.theme import faded, palette, template

# Names of annotations: a paper removes the stamp from the picture, and moves the others in a narrower one.
STAMP = "stamp"
LIMIT = "limit"
TARGET = "target"
LAST = "last"
TAIL = "tail"
CHOSEN = "chosen"
AHEAD = "ahead"
EMPTY = "empty"

LINE = 16  # px of a line below a figure
_WIDE = 70  # Chinese characters of such a line
_ROOM = 3  # lines that fit below a figure without making it taller
_LIFT = 36  # px between the axes and 示例数据
_MARGIN = {"l": 8, "r": 24, "t": 74, "b": 96}

_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s]+')

_PIXELS = ("size", "height", "xshift", "yshift", "borderpad", "borderwidth", "ticklen")
_PIXELS_WITHIN = {"margin": ("l", "r", "t", "b", "pad"), "pad": ("l", "r", "t", "b"), "line": ("width",)}


@dataclass(frozen=True)
class FigureFrame:
    """The words around a figure: title above, below it its reading (value, verdict, target) and the provenance lines."""

    title: str
    subtitle: str
    provenance: tuple[str, ...]
    sample: bool
    reading: str = ""


def started(frame: FigureFrame, height: int, margin: Mapping[str, int] = _MARGIN) -> go.Figure:
    """An empty figure with its title and room for the lines below it."""
    figure = go.Figure()
    figure.update_layout(
        template=template(),
        height=height,
        hovermode="closest",
        title={
            "text": f"<b>{plain(frame.title)}</b>",
            "subtitle": {"text": plain(frame.subtitle), "font": {"size": 12, "color": palette().grey}},
        },
        margin=margin,
    )
    return figure


def finished(
    figure: go.Figure,
    frame: FigureFrame,
    *,
    empty: bool = False,
    narrow: Sequence[str] = (),
    room: int = _ROOM,
    lift: int = _LIFT,
) -> go.Figure:
    """The figure with its words below it and 示例数据 on it, taller if the words need more lines than there is `room` for.

    `narrow` are the parts without words in the figure, each as "row：part"; an `empty` figure says so without axes.
    """
    lines = [
        line[at : at + _WIDE]
        for line in (left_out(narrow), frame.reading, *frame.provenance)
        for at in range(0, len(line), _WIDE)
    ]
    more, layout = LINE * max(0, len(lines) - room), cast("Any", figure.layout)
    figure.update_layout(
        height=layout.height + more,
        margin_b=layout.margin.b + more,
        meta={
            "reading": plain(frame.reading),
            "lines": [plain(line) for line in frame.provenance],
            "sample": frame.sample,
        },
    )
    write(
        figure, "<br>".join(plain(line) for line in lines), 11, palette().grey, name=STAMP, align="left",
        x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top", yshift=-40,
    )  # fmt: skip
    if frame.sample:
        tone = palette().doubtful
        write(
            figure, "示例数据", 13, tone, name=STAMP, bordercolor=tone, borderwidth=1, borderpad=4,
            x=1, xref="paper", xanchor="right", y=1, yref="paper", yanchor="bottom", yshift=lift,
        )  # fmt: skip
    if empty:
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        write(figure, "所选报告期没有可画的案件", 14, palette().grey, x=0.5, y=0.5, xref="paper", yref="paper")
    return figure


def write(figure: go.Figure, text: str, size: int, colour: str, **place: object) -> None:
    """Words on the figure, without an arrow."""
    figure.add_annotation(text=text, showarrow=False, font={"size": size, "color": colour}, **place)


def draw_line(
    figure: go.Figure, x: Sequence[object], y: Sequence[object], line: Mapping[str, object], **more: object
) -> None:
    """A line that does not answer to the mouse; its points do."""
    figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", **more)


def draw_band(
    figure: go.Figure,
    x: Sequence[object],
    lower: Sequence[float | None],
    upper: Sequence[float | None],
    shape: str,
    opacity: float,
) -> None:
    """A pale band between two edges."""
    draw_line(figure, x, lower, {"width": 0, "shape": shape})
    fill = faded(palette().accent, opacity)
    draw_line(figure, x, upper, {"width": 0, "shape": shape}, fill="tonexty", fillcolor=fill)


def category_axis(names: Sequence[str]) -> dict[str, object]:
    """An upright axis with the names from top to bottom."""
    return {"type": "category", "categoryorder": "array", "categoryarray": list(names[::-1]), "showgrid": False}


def plain(text: str) -> str:
    """Text for a figure: Plotly reads HTML in labels, and data must never become a link or a tag."""
    return escape(text, quote=False)


def left_out(narrow: Sequence[str]) -> str:
    """What the parts too narrow for their words are, each given as "row：part": "……小额诉讼：移送 8件、终结 3件；……"."""
    rows: dict[str, list[str]] = {}
    for named in narrow:
        row, colon, part = named.partition("：")
        rows.setdefault(row + colon, []).append(part)
    parts = "；".join(row + "、".join(parts) for row, parts in rows.items())
    return f"图中写不下的部分：{parts}。" if parts else ""


def config(name: str) -> dict[str, Any]:
    """How the library shows a figure: no button but a camera, whose picture is saved under `name`."""
    shown = tomllib.loads(Path(__file__).with_name("config.toml").read_text("utf-8"))
    shown["toImageButtonOptions"]["filename"] = _NOT_IN_FILE_NAMES.sub("_", name).strip("_") or "图"
    return shown


def enlarged(figure: go.Figure, by: float) -> go.Figure:
    """A copy of the figure in which every length in pixels is `by` times as large; data and axes stay as they are."""
    return go.Figure(_enlarged(figure.to_dict(), by, "", pixels=False))


def _enlarged(value: Any, by: float, inside: str, *, pixels: bool) -> Any:
    """A part of a figure: `inside` is the name it stands under, `pixels` whether its numbers are lengths in pixels."""
    if isinstance(value, Mapping):
        names = (*_PIXELS, *_PIXELS_WITHIN.get(inside, ()))
        parts = cast("Mapping[str, Any]", value)
        return {name: _enlarged(part, by, name, pixels=name in names) for name, part in parts.items()}
    if isinstance(value, (list, tuple)):
        return [_enlarged(part, by, inside, pixels=pixels) for part in cast("Sequence[Any]", value)]
    return value * by if pixels and value is not None else value
