"""A figure drawn larger for the meeting room: letters, marks, lines and the room around them, never the numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import plotly.graph_objects as go

_SIZES = ("size", "height", "xshift", "yshift", "borderpad", "borderwidth", "ticklen")
_WITHIN = {"margin": ("l", "r", "t", "b", "pad"), "pad": ("l", "r", "t", "b"), "line": ("width",)}


def enlarged(figure: go.Figure, by: float) -> go.Figure:
    """A copy of the figure in which all that is measured in pixels is `by` times as large; data and axes stay as they are."""
    given: dict[str, Any] = figure.to_dict()
    return go.Figure(
        data=[_larger(trace, by, "") for trace in given["data"]], layout=_larger(given["layout"], by, "")
    )


def _larger(given: Mapping[str, Any], by: float, inside: str) -> dict[str, Any]:
    pixels = (*_SIZES, *_WITHIN.get(inside, ()))
    return {name: _value(name, value, by, pixels=name in pixels) for name, value in given.items()}


def _value(name: str, value: Any, by: float, *, pixels: bool) -> Any:
    if isinstance(value, Mapping):
        return _larger(cast("Mapping[str, Any]", value), by, name)
    if isinstance(value, (list, tuple)):
        return [_value(name, one, by, pixels=pixels) for one in cast("Sequence[Any]", value)]
    return value * by if pixels and value is not None else value
