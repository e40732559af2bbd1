"""The parts of a trend figure: target, line, points and their labels, each drawn onto a Plotly figure."""

from collections.abc import Collection, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.assessment.spc import Variation
from scorecard.assessment.verdict import VerdictWord
from scorecard.charts.stamp import CHOSEN, LAST, TARGET, plain
from scorecard.charts.theme import faded, mark, palette
from scorecard.narrative.trend import Trend, span_of, word_of

_SHAPES = {"▲": "triangle-up", "▼": "triangle-down", "◆": "diamond", "○": "circle"}


def draw_target(figure: go.Figure, points: Sequence[JudgedPeriod]) -> None:
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


def _label_target(figure: go.Figure, points: Sequence[JudgedPeriod]) -> None:
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
        name=TARGET,
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


def draw_line(figure: go.Figure, points: Sequence[JudgedPeriod], breaks: Collection[int] = ()) -> None:
    """Settled periods in a full line; dotted on from the last settled one where values may still move.

    The line stops before every position in `breaks`: what follows was counted by another definition.
    """
    colour = palette().ink
    labels = [point.label for point in points]
    settled = [point.value if point.settled else None for point in points]
    for start, end in pairwise([0, *sorted(breaks), len(points)]):
        figure.add_scatter(
            x=labels[start:end],
            y=settled[start:end],
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


def draw_points(figure: go.Figure, shown: Trend) -> None:
    """Navy circles; coloured, and of another shape, are only the points that say something by themselves.

    Under statistical process control those are the signals; without it, the missed targets. Hollow points may move.
    """
    colours = palette()
    drawn = [point for point in shown.points if point.value is not None]
    told: list[VerdictWord | Variation | None] = [word_of(shown, point) for point in drawn]
    tones = [mark(word).colour if word else colours.ink for word in told]
    figure.add_scatter(
        x=[point.label for point in drawn],
        y=[point.value for point in drawn],
        mode="markers",
        marker={
            "opacity": 1,
            "symbol": [_SHAPES[mark(word).symbol] if word else "circle" for word in told],
            "size": [
                10 if word or point.key == shown.chosen else 6
                for word, point in zip(told, drawn, strict=True)
            ],
            "color": [
                tone if point.settled else colours.paper for tone, point in zip(tones, drawn, strict=True)
            ],
            "line": {"width": 1.6, "color": tones},
        },
        customdata=[
            [plain(point.text), plain(point.halves), _marked(point, word), plain(point.target)]
            for word, point in zip(told, drawn, strict=True)
        ],
        hovertemplate=(
            "<b>%{x}　%{customdata[0]}</b><br>%{customdata[1]}<br>目标 %{customdata[3]}<br>%{customdata[2]}"
            "<extra></extra>"
        ),
        cliponaxis=False,
    )
    if drawn:
        _label_last(figure, drawn[-1], span_of(shown))
        _label_chosen(figure, drawn, shown.chosen)


def _marked(point: JudgedPeriod, told: VerdictWord | Variation | None) -> str:
    words: list[VerdictWord | Variation] = [point.verdict.word]
    if told and told != point.verdict.word:
        words.append(told)
    return "　".join(f"{mark(word).symbol} {word}" for word in words)


def _label_last(figure: go.Figure, point: JudgedPeriod, span: tuple[float, float]) -> None:
    """The last value to the right of its point, away from its target and clear of the axis."""
    assert point.value is not None
    bounds = [bound for bound in (point.lower, point.upper) if bound is not None]
    clear = point.value > span[0] + 0.12 * (span[1] - span[0])
    below = len(bounds) == 1 and point.value < bounds[0] and clear
    word = "" if point.settled else f"<br>{point.verdict.word}"
    figure.add_annotation(
        name=LAST,
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


def _label_chosen(figure: go.Figure, drawn: Sequence[JudgedPeriod], chosen: str) -> None:
    """The chosen period's value, above a crest and below a trough; the last one already has its own."""
    index = next((at for at, point in enumerate(drawn[:-1]) if point.key == chosen), None)
    if index is None:
        return
    point = drawn[index]
    beside = (*drawn[max(index - 1, 0) : index], drawn[index + 1])
    around = [other.value for other in beside if other.value is not None]
    crest = (point.value or 0.0) >= sum(around) / len(around)
    figure.add_annotation(
        name=CHOSEN,
        x=point.label,
        y=point.value,
        text=f"<b>{plain(point.text)}</b>",
        showarrow=False,
        yshift=18 if crest else -18,
        font={"size": 13, "color": _tone(point)},
    )


def _tone(point: JudgedPeriod) -> str:
    return mark(point.verdict.word).colour if point.settled else palette().grey
