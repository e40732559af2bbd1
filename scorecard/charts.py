"""Figures: data in, Plotly figure out. Every figure carries its title, its target and its provenance inside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from scorecard.cards import Point
from scorecard.theme import faded, mark, palette, template

# No mode bar: its words are English, and it would offer to edit a picture whose numbers are official.
PLOT_CONFIG = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False, "scrollZoom": False}
HEIGHT = 400
_MOST_TICKS = 9


@dataclass(frozen=True)
class Trend:
    """What a trend figure shows. `provenance` lines are burned in; `chosen` is the key of the period being read."""

    title: str
    subtitle: str
    unit: str
    points: tuple[Point, ...]
    chosen: str
    share: bool
    provenance: tuple[str, ...]
    sample: bool


def trend(shown: Trend) -> go.Figure:
    """The series in navy against its target: solid points are settled, hollow ones may still move and say why.

    Missed periods are marked by an orange ▼, nothing else is coloured. Periods are categories with our own labels,
    so the axis never invents dates.
    """
    figure = go.Figure()
    labels = [point.label for point in shown.points]
    _draw_target(figure, shown.points)
    _draw_line(figure, shown.points)
    _draw_points(figure, shown)
    low, high = _range(shown)
    figure.update_layout(
        template=template(),
        height=HEIGHT,
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
            "range": [-0.6, len(labels) - 0.4],
        },
        yaxis={
            "range": [low, high],
            "ticksuffix": shown.unit,
            "tickformat": ",~f",
            "nticks": 6,
        },
    )
    _stamp(figure, shown)
    return figure


def ticks(labels: Sequence[str]) -> list[str]:
    """The labels that are written out: the last one and every n-th before it, so that none overlap."""
    step = max(1, -(-len(labels) // _MOST_TICKS))
    return list(labels[::-1][::step][::-1])


def plain(text: str) -> str:
    """Text for a figure: Plotly reads HTML in labels, and data must never become a link or a tag."""
    return escape(text, quote=False)


def _draw_target(figure: go.Figure, points: Sequence[Point]) -> None:
    """A dashed, labelled line for one bound, a pale band between two; steps where the target changed."""
    colours = palette()
    labels = [point.label for point in points]
    lower, upper = [point.lower for point in points], [point.upper for point in points]
    if any(low is not None and high is not None for low, high in zip(lower, upper, strict=True)):
        edge = {"x": labels, "mode": "lines", "line": {"width": 0, "shape": "hvh"}, "hoverinfo": "skip"}
        figure.add_scatter(y=lower, **edge)
        figure.add_scatter(y=upper, fill="tonexty", fillcolor=faded(colours.accent, 0.10), **edge)
    for bound in (lower, upper):
        if any(value is not None for value in bound):
            figure.add_scatter(
                x=labels,
                y=bound,
                mode="lines",
                line={"color": colours.accent, "width": 1.2, "dash": "dash", "shape": "hvh"},
                hoverinfo="skip",
            )
    _label_target(figure, points)


def _label_target(figure: go.Figure, points: Sequence[Point]) -> None:
    """The target's own words at the right end of its line, on the side where the last value is not."""
    last = next(
        (point for point in reversed(points) if point.lower is not None or point.upper is not None), None
    )
    if last is None:
        return
    bounds = [bound for bound in (last.lower, last.upper) if bound is not None]
    value = next((point.value for point in reversed(points) if point.value is not None), bounds[0])
    at = max(bounds, key=lambda bound: abs(bound - value))
    figure.add_annotation(
        x=1,
        xref="paper",
        y=at,
        text="目标<br>" + plain(last.target).replace("（", "<br>（"),
        xanchor="left",
        yanchor="top" if value >= at else "bottom",
        xshift=6,
        align="left",
        showarrow=False,
        font={"size": 12, "color": palette().accent},
    )


def _draw_line(figure: go.Figure, points: Sequence[Point]) -> None:
    """Settled periods in a full line; dotted on from the last settled one where values may still move."""
    colour = palette().ink
    labels = [point.label for point in points]
    settled = [point.value if point.settled else None for point in points]
    figure.add_scatter(
        x=labels,
        y=settled,
        mode="lines",
        line={"color": colour, "width": 2},
        hoverinfo="skip",
        connectgaps=False,
    )
    first = next((index for index, point in enumerate(points) if not point.settled), None)
    if first is not None:
        moving = [point.value if index >= first - 1 else None for index, point in enumerate(points)]
        figure.add_scatter(
            x=labels,
            y=moving,
            mode="lines",
            line={"color": colour, "width": 1.2, "dash": "dot"},
            hoverinfo="skip",
        )


def _draw_points(figure: go.Figure, shown: Trend) -> None:
    colours = palette()
    drawn = [point for point in shown.points if point.value is not None]
    missed = [point.verdict.word == "未达标" for point in drawn]
    figure.add_scatter(
        x=[point.label for point in drawn],
        y=[point.value for point in drawn],
        mode="markers",
        marker={
            "opacity": 1,
            "symbol": ["triangle-down" if bad else "circle" for bad in missed],
            "size": [
                10 if bad or point.key == shown.chosen else 6
                for bad, point in zip(missed, drawn, strict=True)
            ],
            "color": [
                (mark(point.verdict.word).colour if bad else colours.ink) if point.settled else colours.paper
                for bad, point in zip(missed, drawn, strict=True)
            ],
            "line": {
                "width": 1.6,
                "color": [
                    mark(point.verdict.word).colour if bad else colours.ink
                    for bad, point in zip(missed, drawn, strict=True)
                ],
            },
        },
        customdata=[
            [plain(point.text), plain(point.halves), _marked(point), plain(point.target)] for point in drawn
        ],
        hovertemplate=(
            "<b>%{x}　%{customdata[0]}</b><br>%{customdata[1]}<br>目标 %{customdata[3]}<br>%{customdata[2]}"
            "<extra></extra>"
        ),
        cliponaxis=False,
    )
    if drawn:
        _label_last(figure, drawn[-1], _range(shown))
        _label_chosen(figure, drawn, shown.chosen)


def _marked(point: Point) -> str:
    return f"{mark(point.verdict.word).symbol} {point.verdict.word}"


def _label_last(figure: go.Figure, point: Point, span: tuple[float, float]) -> None:
    """The last value to the right of its point, away from its target and clear of the axis."""
    assert point.value is not None
    bounds = [bound for bound in (point.lower, point.upper) if bound is not None]
    clear = point.value > span[0] + 0.12 * (span[1] - span[0])
    below = len(bounds) == 1 and point.value < bounds[0] and clear
    word = "" if point.settled else f"<br>{point.verdict.word}"
    figure.add_annotation(
        x=point.label,
        y=point.value,
        text=f"<b>{plain(point.text)}</b>{word}",
        showarrow=False,
        xanchor="left",
        align="left",
        xshift=6,
        yanchor="top" if below else "bottom",
        font={"size": 13, "color": _tone(point)},
    )


def _label_chosen(figure: go.Figure, drawn: Sequence[Point], chosen: str) -> None:
    """The chosen period's value, above a crest and below a trough; the last one already has its own."""
    index = next((at for at, point in enumerate(drawn[:-1]) if point.key == chosen), None)
    if index is None:
        return
    point = drawn[index]
    beside = (*drawn[max(index - 1, 0) : index], drawn[index + 1])
    around = [other.value for other in beside if other.value is not None]
    crest = (point.value or 0.0) >= sum(around) / len(around)
    figure.add_annotation(
        x=point.label,
        y=point.value,
        text=f"<b>{plain(point.text)}</b>",
        showarrow=False,
        yshift=18 if crest else -18,
        font={"size": 13, "color": _tone(point)},
    )


def _tone(point: Point) -> str:
    return mark(point.verdict.word).colour if point.settled else palette().grey


def _range(shown: Trend) -> tuple[float, float]:
    """The span of values and targets with some air; from 0 unless that would flatten the line, shares end at 100."""
    values = [
        value
        for point in shown.points
        for value in (point.value, point.lower, point.upper)
        if value is not None
    ]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    air = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low < 0.5 * high or low - air < 0 <= low else low - air
    ceiling = high + air * 1.4
    return floor - (high - floor) * 0.03, min(ceiling, 104.0) if shown.share and high <= 100 else ceiling


def _stamp(figure: go.Figure, shown: Trend) -> None:
    """Where the numbers come from, in the picture itself; a sample says so twice."""
    colours = palette()
    figure.add_annotation(
        x=0,
        y=0,
        xref="paper",
        yref="paper",
        yshift=-40,
        xanchor="left",
        yanchor="top",
        align="left",
        showarrow=False,
        text="<br>".join(plain(line) for line in shown.provenance),
        font={"size": 11, "color": colours.grey},
    )
    if shown.sample:
        figure.add_annotation(
            x=1,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="right",
            yanchor="bottom",
            yshift=32,
            showarrow=False,
            text="示例数据",
            font={"size": 13, "color": colours.doubtful},
            bordercolor=colours.doubtful,
            borderwidth=1,
            borderpad=4,
        )
    if not any(point.value is not None for point in shown.points):
        figure.add_annotation(
            x=0.5,
            y=0.5,
            xref="paper",
            yref="paper",
            showarrow=False,
            text="各期基数过小或没有数据，不画线。可改看季度、年度累计或全年。",
            font={"size": 14, "color": colours.grey},
        )
