"""Where a value of a figure's axis stands on a sheet, and how much room a figure's words take, in CSS px."""

from collections.abc import Mapping
from datetime import date
from html import unescape
from typing import Any

from scorecard.briefing.layout import text_width as measure

SMALLEST = 12  # px; on paper, where 590 px are 156 mm, 9 pt (小五)
LINE = 1.3  # of the size, from one line to the next
FigureJson = dict[str, Any]


def em(line: str) -> float:
    """The width of a line in heights of a letter; emphasis takes none."""
    return measure.width(unescape(line.replace("<b>", "").replace("</b>", "")), measure.POINTS)


def text_width(text: str, size: float) -> float:
    """px of the longest line of a figure's text."""
    return max((em(line) for line in text.split("<br>")), default=0.0) * size


def text_height(text: str, size: float) -> float:
    """px of all lines of a figure's text."""
    return (text.count("<br>") + 1) * LINE * size


def fraction(axis: Mapping[str, Any], value: Any) -> float:
    """Where a value stands, from 0 at the beginning of the axis to 1 at its end."""
    start, end = (_number(axis, edge) for edge in axis["range"])
    return (_number(axis, value) - start) / ((end - start) or 1)


def _number(axis: Mapping[str, Any], value: Any) -> float:
    """Categories are counted from 0, days by the calendar."""
    if not isinstance(value, str):
        return float(value)
    if axis.get("type") == "category":
        return float(axis["categoryarray"].index(value))
    return float(date.fromisoformat(value[:10]).toordinal())
