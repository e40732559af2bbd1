"""A figure that was drawn for a screen, made to fit a sheet: its words legible, none over another, none outside.

Works on a figure as plain data (`figure.to_json`), changes what is measured in pixels, never a value. Widths of text
are estimated, generously: a Chinese letter is as wide as it is high.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from scorecard.briefing.html.figure_axis import LINE, SMALLEST, em, place, text_width
from scorecard.briefing.html.figure_labels import arrange
from scorecard.charts.stamp import LIMIT, STAMP, left_out

_EDGE = 6  # px between an axis and its words, or two words
_LONGEST = 0.34  # of the figure's width: a name before a bar that is longer is folded
_SIDE, _TOP, _TOP_MARKED, _FOOT = 8, 12, 24, 34

FigureJson = dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """The figure as data, its height in px, and a sentence of the parts of bars whose words found no room in it."""

    figure: FigureJson
    height: int
    unnamed: str


def fitted(given: FigureJson, width: int, height: int | None = None) -> Fitted:
    """The bare plot at this width: without title and stamp, hover and templates of words nobody can call up."""
    data, layout = given["data"], given["layout"]
    margin = {**layout.get("template", {}).get("layout", {}).get("margin", {}), **layout.get("margin", {})}
    was = layout["height"] - margin["t"] - margin["b"]
    for name in ("title", "meta", "hovermode"):
        layout.pop(name, None)
    layout["annotations"] = [one for one in layout.get("annotations", []) if one.get("name") != STAMP]
    unnamed_of = [trace.pop("meta", "") for trace in data]
    for trace in data:
        for name in ("hovertemplate", "customdata", "hoverinfo", "hovertext"):
            trace.pop(name, None)
    _legible({"data": data, "layout": layout})
    more = _fold_names(layout["yaxis"], width)
    top = _TOP_MARKED if _marked(layout["annotations"]) else _TOP
    left = _SIDE + _before(layout["yaxis"])
    right = _SIDE
    for _ in range(2):  # what stands to the right of the last point depends on how wide the axis then is
        across = width - left - right
        _room_for_limits(layout, across)
        right = _beside(layout, across)
    _thin(layout["xaxis"], width - left - right)
    unnamed = _unnamed(data, unnamed_of, layout["xaxis"], width - left - right)
    tall = height if height is not None else round(was + more + top + _FOOT)
    arrange(data, layout, width - left - right, tall - top - _FOOT, top - 1)
    layout.update(
        width=width, height=tall, autosize=False, hovermode=False,
        margin={"l": _SIDE, "r": right, "t": top, "b": _FOOT, "pad": margin.get("pad", 0)},
    )  # fmt: skip
    return Fitted({"data": data, "layout": layout}, tall, unnamed)


def _legible(part: Any, inside: str = "") -> None:
    """No font in the figure is under the smallest size; sizes of marks are left alone."""
    if isinstance(part, dict):
        if inside.lower().endswith("font") and "size" in part:
            part["size"] = max(part["size"], SMALLEST)
        for name, value in part.items():
            _legible(value, name)
    elif isinstance(part, list):
        for value in part:
            _legible(value, inside)


def _marked(annotations: Sequence[FigureJson]) -> bool:
    """Whether something stands above the axes: the numbered marks of the time axis."""
    return any(
        one.get("yref") == "paper" and one.get("y") == 1 and one.get("yanchor") == "bottom"
        for one in annotations
    )


# --- names before the bars ------------------------------------------------------------------------------------


def _fold_names(axis: FigureJson, width: int) -> float:
    """Names too long for the side are folded into lines; the px the figure must be taller for it."""
    names = axis.get("categoryarray")
    if not names:
        return 0.0
    longest = _LONGEST * width
    folded = [_folded(name, longest / SMALLEST) for name in names]
    axis.update(tickmode="array", tickvals=list(names), ticktext=folded)
    lines = max(text.count("<br>") for text in folded) + 1
    return 0.0 if lines == 1 else (lines - 1) * SMALLEST * LINE * len(names) * 0.75


def _folded(name: str, most: float) -> str:
    """The name in lines of at most `most` em; entities stay whole, because they are counted as the sign they are."""
    signs = unescape(name)
    lines = [""]
    for sign in signs:
        if em(lines[-1]) + em(sign) > most:
            lines.append("")
        lines[-1] += sign
    return name if len(lines) == 1 else "<br>".join(escape(line, quote=False) for line in lines)


def _before(axis: FigureJson) -> float:
    """px the words of the upright axis take."""
    if axis.get("visible") is False:
        return 0.0
    words = [str(word) for word in axis.get("ticktext") or axis.get("categoryarray") or ()]
    return max((text_width(word, SMALLEST) for word in words), default=0.0) + _EDGE


# --- what stands to the right, and to the left, of the points --------------------------------------------------


def _beside(layout: FigureJson, across: float) -> int:
    """px to the right of the axis for what is written at its end."""
    axis = layout["xaxis"]
    wanted = [float(_SIDE + 4)]
    for one in layout["annotations"]:
        if one.get("xanchor") != "left":
            continue
        width = text_width(one["text"], one["font"]["size"]) * 1.05 + one.get("xshift", 0) + _EDGE
        if one.get("xref") == "paper":
            wanted.append(width - (1 - one["x"]) * across)
        else:
            wanted.append(width - (1 - place(axis, one["x"])) * across)
    return round(max(wanted))


def _room_for_limits(layout: FigureJson, across: float) -> None:
    """The names of the limits stand to the left of the first period; the axis reaches as far to the left as they need."""
    names = [
        one for one in layout["annotations"] if one.get("name") == LIMIT and one.get("xanchor") == "right"
    ]
    if not names:
        return
    axis = layout["xaxis"]
    need = max(text_width(one["text"], one["font"]["size"]) - one.get("xshift", 0) for one in names) + _EDGE
    if need > across / 4:  # on a narrow sheet in two lines, so that the points keep the room
        for one in names:
            one.update(text=one["text"].replace(" ", "<br>", 1), align="right")
        need = (
            max(text_width(one["text"], one["font"]["size"]) - one.get("xshift", 0) for one in names) + _EDGE
        )
    end = axis["range"][1]
    axis["range"] = [-max(0.6, need * end / (across - need)), end]


# --- words along the axis and inside bars ----------------------------------------------------------------------


def _thin(axis: FigureJson, across: float) -> None:
    """Fewer words along the axis where they would touch: every n-th one, at equal distances, the last of periods kept."""
    values, words = axis.get("tickvals"), axis.get("ticktext")
    if not values or not words or len(values) < 2 or axis.get("visible") is False:
        return
    widest = max(text_width(str(word), SMALLEST) for word in words) + 2 * _EDGE
    apart = abs(place(axis, values[1]) - place(axis, values[0])) * across
    step = next(step for step in range(1, len(values) + 1) if apart * step >= widest or step == len(values))
    if axis.get("type") == "category":
        axis["tickvals"], axis["ticktext"] = values[::-1][::step][::-1], words[::-1][::step][::-1]
    else:
        axis["tickvals"], axis["ticktext"] = values[::step], words[::step]


def _unnamed(data: Sequence[FigureJson], named: Sequence[str], axis: FigureJson, across: float) -> str:
    """What the bars are whose words do not fit in them; their words are taken out."""
    found: list[str] = []
    for trace, name in zip(data, named, strict=True):
        if not name:
            continue
        inside = trace.get("textposition") == "inside"
        size = trace.get("textfont", {}).get("size", SMALLEST)
        for number, (text, long) in enumerate(_bars(trace)):
            start, end = axis["range"]
            fits = text_width(text, size) + 4 <= long / (end - start) * across
            if not text or (inside and not fits):
                trace["text"][number] = ""
                found.append(unescape(name))
    return left_out(found)


def _bars(trace: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    return zip(trace["text"], trace["x"], strict=True)
