"""Mean and control limits as fine dotted lines, and the numbered marks of the time axis, drawn onto a Plotly figure."""

from collections.abc import Sequence

import plotly.graph_objects as go

from scorecard.assessment.control_chart import ControlChart
from scorecard.assessment.spc import LimitSegment
from scorecard.charts.stamp import LIMIT
from scorecard.charts.theme import faded, palette
from scorecard.narrative.control_words import level, possible
from scorecard.narrative.time_axis_notes import AxisNote

_NAMES = 0.18  # of the axis: what "试用控制上限 100.00%" needs


def draw_limits(figure: go.Figure, shown: ControlChart, labels: Sequence[str]) -> None:
    """Each part's mean and limits from its first month to the next part; a limit no value can reach is not drawn."""
    at = {label: position for position, label in enumerate(labels)}
    firsts = [at.get(shown.months[part.start].period.label) for part in shown.parts]
    ends = [*firsts, len(labels)][1:]
    for part, first, end in zip(shown.parts, firsts, ends, strict=True):
        if part.limits is not None and not part.limits.flat and first is not None and end is not None:
            outside = first == 0
            _draw(figure, shown, part, labels[first:end], named=end == len(labels), outside=outside)


def room_for_names(shown: ControlChart | None, labels: Sequence[str]) -> float:
    """How far the axis reaches to the left of the first period, so that the names of the limits cover no value."""
    named = shown is not None and any(part.limits and not part.limits.flat for part in shown.parts)
    return _NAMES * len(labels) if named and shown and len(shown.parts) == 1 else 0.0


def _draw(
    figure: go.Figure,
    shown: ControlChart,
    part: LimitSegment,
    labels: Sequence[str],
    *,
    named: bool,
    outside: bool,
) -> None:
    by, colours = part.limits, palette()
    assert by is not None
    low, high = possible(by, shown)
    trial = "试用" if by.trial else ""
    for value, name, drawn, anchor in (
        (by.upper, f"{trial}控制上限", by.upper == high, "bottom"),
        (by.mean, "均值", True, "bottom"),
        (by.lower, f"{trial}控制下限", by.lower == low, "top"),
    ):
        if not drawn:
            continue
        figure.add_scatter(
            x=list(labels),
            y=[float(value)] * len(labels),
            mode="lines",
            line={"color": colours.grey, "width": 1, "dash": "dot"},
            hoverinfo="skip",
            name=name,
        )
        if named:
            figure.add_annotation(
                name=LIMIT,
                x=labels[0],
                y=float(value),
                text=f"{name} {level(value, shown.indicator.unit)}",
                showarrow=False,
                xanchor="right" if outside else "left",
                xshift=-8 if outside else 0,
                yanchor="middle" if outside else anchor,
                font={"size": 11, "color": colours.grey},
            )


def draw_marks(figure: go.Figure, marks: Sequence[AxisNote]) -> None:
    """A thin upright line with its number above: between two periods for a change, on the period for an event."""
    colours = palette()
    for one in marks:
        place = one.position - 0.5 if one.before else one.position
        figure.add_shape(
            type="line",
            x0=place,
            x1=place,
            y0=0,
            y1=1,
            yref="paper",
            layer="below",
            line={
                "color": faded(colours.grey, 0.8),
                "width": 1,
                "dash": "solid" if one.breaks else "dot",
            },
        )
    places: dict[float, str] = {}
    for one in marks:
        place = one.position - 0.5 if one.before else one.position
        places[place] = places.get(place, "") + one.symbol
    for place, symbols in places.items():
        figure.add_annotation(
            x=place,
            y=1,
            yref="paper",
            text=symbols,
            showarrow=False,
            yanchor="bottom",
            font={"size": 12, "color": colours.grey},
        )
