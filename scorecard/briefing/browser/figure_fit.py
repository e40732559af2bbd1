"""A figure that was drawn for a screen, made to fit a picture: its words legible, none over another, none outside.

Works on a figure as plain data (`figure.to_json`), changes what is measured in pixels, never a value. Widths of text
are estimated, generously: a Chinese letter is as wide as it is high.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from scorecard.charts.figure import CHOSEN, LIMIT, STAMP, left_out
from scorecard.charts.figure_labels import (
    LINE,
    SMALLEST,
    FigureJson,
    arrange_labels,
    em,
    fraction,
    text_width,
    width_of_labels,
)

_EDGE = 6  # px between an axis and its words, or two words
_LONGEST = 0.34  # of the figure's width: a name before a bar that is longer is folded
_SIDE, _TOP, _TOP_MARKED, _FOOT = 8, 12, 24, 34
_MOUSE_ONLY = ("hovertemplate", "customdata", "hoverinfo", "hovertext")


@dataclass(frozen=True)
class FittedFigure:
    """The figure as data, its height in px, and a sentence of the parts of bars whose words found no room in it."""

    figure: FigureJson
    height: int
    unnamed: str


def fit(figure: FigureJson, width: int, height: int | None = None) -> FittedFigure:
    """The bare plot at this width: without title, stamp and what only a mouse can call up."""
    data, layout = figure["data"], figure["layout"]
    margin = {**layout.get("template", {}).get("layout", {}).get("margin", {}), **layout.get("margin", {})}
    drawn_height = layout["height"] - margin["t"] - margin["b"]
    for name in ("title", "meta", "hovermode"):
        layout.pop(name, None)
    # The chosen period's value is in the figure's reading: at its point it would cover the line where the axis is narrow.
    layout["annotations"] = [each for each in layout.get("annotations", []) if each.get("name") not in (STAMP, CHOSEN)]
    bar_names = [trace.pop("meta", "") for trace in data]
    for trace in data:
        for name in _MOUSE_ONLY:
            trace.pop(name, None)
    _enlarge_fonts(data)
    _enlarge_fonts(layout)
    more = _fold_names(layout["yaxis"], width)
    marked = any(  # the numbered marks of the time axis
        each.get("yref") == "paper" and each.get("y") == 1 and each.get("yanchor") == "bottom"
        for each in layout["annotations"]
    )
    top = _TOP_MARKED if marked else _TOP
    left = _SIDE + _width_of_names(layout["yaxis"])
    right = _SIDE
    for _ in range(2):  # what stands to the right of the last point depends on how wide the axis then is
        across = width - left - right
        _make_room_for_limits(layout, across)
        right = width_of_labels(layout, across)
    across = width - left - right
    _thin_out(layout["xaxis"], across)
    unnamed = _remove_long_words(data, bar_names, layout["xaxis"], across)
    tall = height if height is not None else round(drawn_height + more + top + _FOOT)
    arrange_labels(layout, across, tall - top - _FOOT, top - 1)
    layout.update(
        width=width, height=tall, autosize=False, hovermode=False,
        margin={"l": _SIDE, "r": right, "t": top, "b": _FOOT, "pad": margin.get("pad", 0)},
    )  # fmt: skip
    return FittedFigure({"data": data, "layout": layout}, tall, unnamed)


def _enlarge_fonts(part: Any, inside: str = "") -> None:
    """No font in the figure is under the smallest size; sizes of marks are left alone."""
    if isinstance(part, dict):
        if inside.lower().endswith("font") and "size" in part:
            part["size"] = max(part["size"], SMALLEST)
        for name, value in part.items():
            _enlarge_fonts(value, name)
    elif isinstance(part, list):
        for value in part:
            _enlarge_fonts(value, inside)


# --- names before the bars ------------------------------------------------------------------------------------


def _fold_names(axis: FigureJson, width: int) -> float:
    """Fold names too long for the side into lines; the px the figure must be taller for it."""
    names = axis.get("categoryarray")
    if not names:
        return 0.0
    folded = [_folded(name, _LONGEST * width / SMALLEST) for name in names]
    axis.update(tickmode="array", tickvals=list(names), ticktext=folded)
    return max(text.count("<br>") for text in folded) * SMALLEST * LINE * len(names) * 0.75


def _folded(name: str, most: float) -> str:
    """The name in lines of at most `most` em; entities stay whole, because they are counted as the sign they are."""
    lines = [""]
    for sign in unescape(name):
        if em(lines[-1]) + em(sign) > most:
            lines.append("")
        lines[-1] += sign
    return name if len(lines) == 1 else "<br>".join(escape(line, quote=False) for line in lines)


def _width_of_names(axis: FigureJson) -> float:
    """px the words of the upright axis take."""
    if axis.get("visible") is False:
        return 0.0
    words = [str(word) for word in axis.get("ticktext") or axis.get("categoryarray") or ()]
    return max((text_width(word, SMALLEST) for word in words), default=0.0) + _EDGE


# --- what stands to the right, and to the left, of the points --------------------------------------------------


def _make_room_for_limits(layout: FigureJson, across: float) -> None:
    """The names of the limits stand to the left of the first period; the axis reaches as far to the left as they need."""
    names = [each for each in layout["annotations"] if each.get("name") == LIMIT and each.get("xanchor") == "right"]
    if not names:
        return
    if _needed(names) > across / 4:  # on a narrow sheet in two lines, so that the points keep the room
        for each in names:
            each.update(text=each["text"].replace(" ", "<br>", 1), align="right")
    need, end = _needed(names), layout["xaxis"]["range"][1]
    layout["xaxis"]["range"] = [-max(0.6, need * end / (across - need)), end]


def _needed(names: Sequence[FigureJson]) -> float:
    """px to the left of a point for the widest of these names."""
    return max(text_width(each["text"], each["font"]["size"]) - each.get("xshift", 0) for each in names) + _EDGE


# --- words along the axis and inside bars ----------------------------------------------------------------------


def _thin_out(axis: FigureJson, across: float) -> None:
    """Fewer words along the axis where they would touch: every n-th one, at equal distances, the last of periods stays."""
    values, words = axis.get("tickvals"), axis.get("ticktext")
    if not values or not words or len(values) < 2 or axis.get("visible") is False:
        return
    widest = max(text_width(str(word), SMALLEST) for word in words) + 2 * _EDGE
    apart = abs(fraction(axis, values[1]) - fraction(axis, values[0])) * across
    step = next((step for step in range(1, len(values)) if apart * step >= widest), len(values))
    first = (len(values) - 1) % step if axis.get("type") == "category" else 0
    axis["tickvals"], axis["ticktext"] = values[first::step], words[first::step]


def _remove_long_words(data: Sequence[FigureJson], bar_names: Sequence[str], axis: FigureJson, across: float) -> str:
    """Take the words out of the bars that are too short for them; a sentence with what those bars are."""
    removed: list[str] = []
    for trace, name in zip(data, bar_names, strict=True):
        if not name:
            continue
        start, end = axis["range"]
        size = trace.get("textfont", {}).get("size", SMALLEST)
        for number, (text, long) in enumerate(zip(trace["text"], trace["x"], strict=True)):
            fits = text_width(text, size) + 4 <= long / (end - start) * across
            if not text or (trace.get("textposition") == "inside" and not fits):
                trace["text"][number] = ""
                removed.append(unescape(name))
    return left_out(removed)
