"""The trend figure of an indicator: target, control limits, line, points, the numbered marks of the time axis."""

from collections.abc import Sequence
from itertools import groupby, pairwise

import plotly.graph_objects as go

from scorecard.assessment.control_chart import ControlChart
from scorecard.assessment.control_limits import Variation
from scorecard.assessment.verdict import JudgedPeriod, VerdictWord
from scorecard.calendar.period import Period
from scorecard.charts.axis_ticks import scale
from scorecard.charts.figure import (
    AHEAD,
    CHOSEN,
    EMPTY,
    LAST,
    LIMIT,
    TAIL,
    TARGET,
    FigureFrame,
    draw_band,
    draw_line,
    finished,
    plain,
    started,
    write,
)
from scorecard.charts.figure_labels import arrange
from scorecard.charts.theme import faded, mark, palette
from scorecard.narrative.control_words import level, possible
from scorecard.narrative.time_axis_notes import AxisNote, footnotes
from scorecard.narrative.trend import Trend, a_year_on, axis_labels, span_of, word_of

_HEIGHT = 400
_ROOM = 4  # lines that fit below the figure without making it taller
_MOST_TICKS = 9
_NAMES = 0.18  # of the axis: what "试用控制上限 100.00%" needs
_SHAPES = {"▲": "triangle-up", "▼": "triangle-down", "◆": "diamond", "○": "circle"}


def trend(series: Trend) -> go.Figure:
    """The series in navy against its target: solid points are settled, hollow ones may still move and say why.

    At monthly grain mean and control limits are fine dotted lines and only the points that signal are coloured; at
    other grains missed periods are marked by an orange ▼. Periods are categories with our own labels,
    so the axis never invents dates.
    """
    lines = (*footnotes(series.marks), *series.notes, *series.provenance)
    frame = FigureFrame(series.title, series.subtitle, lines, series.sample, series.reading)
    figure = started(frame, _HEIGHT, {"b": 100})
    ahead = series.ahead.steps if series.ahead else ()
    coming = [period.label for period, *_ in ahead]
    labels = [*(label for label in axis_labels(series) if label not in coming), *coming]
    _draw_before(figure, series.before)
    _draw_target(figure, series.points)
    if series.control is not None:
        _draw_limits(figure, series.control, labels)
    _draw_ahead(figure, series, ahead)
    _draw_values(figure, series)
    _draw_points(figure, series)
    _draw_marks(figure, series.marks)
    low, high = span_of(series)
    figure.update_layout(
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "tickmode": "array",
            "tickvals": ticks(labels),
            "ticktext": [text.partition("年")[2] if series.before else text for text in ticks(labels)],
            "tickangle": 0,
            "range": [-0.6 - _room_for_names(series.control, labels), len(labels) - 0.4],
        },
        yaxis={"range": [low, high], **scale(low, high, series.unit).axis()},
    )
    finished(figure, frame, room=_ROOM, lift=32)
    if not any(point.value is not None for point in series.points):  # in the axes, so that last year's label gives way
        signed_in = "登录后" if any(point.reading and point.reading.hidden for point in series.points) else ""
        write(
            figure, f"各期基数过小或没有数据，不画线。{signed_in}可改看季度、年度累计或全年。", 14, palette().grey, name=EMPTY,
            x=(len(labels) - 1) / 2, y=(low + high) / 2,
        )  # fmt: skip
    arrange(figure)
    return figure


def ticks(labels: Sequence[str]) -> list[str]:
    """The labels that are written out: the last one and every n-th before it, so that none overlap."""
    step = max(1, -(-len(labels) // _MOST_TICKS))
    return list(labels[::-1][::step][::-1])


# --- target and control limits --------------------------------------------------------------------------------


def _draw_target(figure: go.Figure, points: Sequence[JudgedPeriod]) -> None:
    """A dashed, labelled line for one bound, a pale band between two; steps where the target changed, ends where its kind did."""
    colour = palette().accent
    for (_, has_lower, has_upper), alike in groupby(points, _kind_of_target):
        run = list(alike)
        labels = [point.label for point in run]
        lower, upper = [point.lower for point in run], [point.upper for point in run]
        if has_lower and has_upper:
            draw_band(figure, labels, lower, upper, "hvh", 0.10)
        for bound in (lower if has_lower else (), upper if has_upper else ()):
            if bound:
                draw_line(figure, labels, bound, {"color": colour, "width": 1.2, "dash": "dash", "shape": "hvh"})
    # The target's own words at the right end of its line, on the side where the last value is not.
    last = next((point for point in reversed(points) if _bounds(point)), None)
    if last is None:
        return
    bounds = _bounds(last)
    value = next((point.value for point in reversed(points) if point.value is not None), bounds[0])
    at = max(bounds, key=lambda bound: abs(bound - value))
    write(
        figure, f"目标 {plain(last.target)}", 12, colour, name=TARGET, align="left",
        x=1, xref="paper", xanchor="left", xshift=6, y=at, yanchor="middle",
    )  # fmt: skip


def _kind_of_target(point: JudgedPeriod) -> tuple[str, bool, bool]:
    """What a line may be drawn through: bounds of another kind are no step of it."""
    return point.goal.kind if point.goal else "", point.lower is not None, point.upper is not None


def _bounds(point: JudgedPeriod) -> list[float]:
    return [bound for bound in (point.lower, point.upper) if bound is not None]


def _draw_limits(figure: go.Figure, chart: ControlChart, labels: Sequence[str]) -> None:
    """Each part's mean and limits from its first month to the next part; a limit no value can reach is not drawn.

    Their names stand at the first month of the last part, left of the axis's first period where there is only one part.
    """
    grey = palette().grey
    at = {label: position for position, label in enumerate(labels)}
    firsts = [at.get(chart.months[part.start].period.label) for part in chart.parts]
    for part, first, end in zip(chart.parts, firsts, [*firsts, len(labels)][1:], strict=True):
        limits = part.limits
        if limits is None or limits.flat or first is None or end is None:
            continue
        low, high = possible(limits, chart)
        trial = "试用" if limits.trial else ""
        for value, name, reached, anchor in (
            (limits.upper, f"{trial}控制上限", limits.upper == high, "bottom"),
            (limits.mean, "均值", True, "bottom"),
            (limits.lower, f"{trial}控制下限", limits.lower == low, "top"),
        ):
            if not reached:
                continue
            months = list(labels[first:end])
            line = {"color": grey, "width": 1, "dash": "dot"}
            draw_line(figure, months, [float(value)] * len(months), line, name=name)
            if end == len(labels):
                place: dict[str, object] = (
                    {"xanchor": "right", "xshift": -8, "yanchor": "middle"}
                    if first == 0
                    else {"xanchor": "left", "xshift": 0, "yanchor": anchor}
                )
                text = f"{name} {level(value, chart.indicator.unit)}"
                write(figure, text, 11, grey, name=LIMIT, x=months[0], y=float(value), **place)


def _room_for_names(chart: ControlChart | None, labels: Sequence[str]) -> float:
    """How far the axis reaches to the left of the first period, so that the names of the limits cover no value."""
    limits = chart.parts[0].limits if chart is not None and len(chart.parts) == 1 else None
    return 0.0 if limits is None or limits.flat else _NAMES * len(labels)


def _draw_ahead(figure: go.Figure, series: Trend, ahead: Sequence[tuple[Period, int, int, int]]) -> None:
    """The projection of a year: dashed from the last value on, with its band, and named as one."""
    if not ahead:
        return
    start = next(point for point in series.points if point.key == series.chosen)
    labels = [start.label, *(period.label for period, *_ in ahead)]
    lower, middle, upper = ([start.value, *ends] for ends in list(zip(*ahead, strict=True))[1:])
    draw_band(figure, labels, lower, upper, "linear", 0.14)
    draw_line(figure, labels, middle, {"color": palette().ink, "width": 1.4, "dash": "dash"}, name="推算")
    _, low, most_likely, high = ahead[-1]
    text = f"照此推算{most_likely:,}（{low:,}—{high:,}）"
    write(figure, text, 12, palette().grey, name=AHEAD, x=labels[-1], xanchor="right", y=high, yanchor="bottom")


def _draw_before(figure: go.Figure, points: Sequence[JudgedPeriod]) -> None:
    """Last year's line, thin and grey, with its gaps and its year at its end: what a cumulative value is compared with."""
    told = [point for point in points if point.value is not None]
    if not told:
        return
    grey = palette().grey
    labels, values = [a_year_on(point) for point in points], [point.value for point in points]
    draw_line(figure, labels, values, {"color": grey, "width": 1.2}, connectgaps=False)
    year = f"{told[-1].label.partition('年')[0]}年"
    write(
        figure, year, 11, grey, name=LIMIT, x=a_year_on(told[-1]), y=told[-1].value, xanchor="right", yanchor="bottom"
    )


# --- the values -----------------------------------------------------------------------------------------------


def _draw_values(figure: go.Figure, series: Trend) -> None:
    """Settled periods in a full line; dotted on from the last settled one where values may still move.

    The line stops before every mark that breaks it: what follows was counted by another definition.
    """
    colour, points = palette().ink, series.points
    labels = [point.label for point in points]
    settled = [point.value if point.settled else None for point in points]
    breaks = sorted({note.position for note in series.marks if note.breaks})
    for start, end in pairwise([0, *breaks, len(points)]):
        line = {"color": colour, "width": 2}
        draw_line(figure, labels[start:end], settled[start:end], line, connectgaps=False)
    first = next((index for index, point in enumerate(points) if not point.settled), None)
    if first is not None:
        moving = [point.value if index >= first - 1 else None for index, point in enumerate(points)]
        draw_line(figure, labels, moving, {"color": colour, "width": 1.2, "dash": "dot"})


def _draw_points(figure: go.Figure, series: Trend) -> None:
    """Navy circles; coloured, and of another shape, are only the points that say something by themselves.

    Under statistical process control those are the signals; without it, the missed targets. Hollow points may move.
    """
    colours, (low, high) = palette(), span_of(series)
    points = [point for point in series.points if point.value is not None]
    words: list[VerdictWord | Variation | None] = [word_of(series, point) for point in points]
    tones = [mark(word).colour if word else colours.ink for word in words]
    figure.add_scatter(
        x=[point.label for point in points],
        y=[point.value for point in points],
        mode="markers",
        marker={
            "opacity": 1,
            "symbol": [_SHAPES[mark(word).symbol] if word else "circle" for word in words],
            "size": [
                10 if word or point.key == series.chosen else 6 for word, point in zip(words, points, strict=True)
            ],
            "color": [tone if point.settled else colours.paper for tone, point in zip(tones, points, strict=True)],
            "line": {"width": 1.6, "color": tones},
        },
        customdata=[
            [plain(point.text), plain(point.halves), _words(point, word), plain(point.target)]
            for word, point in zip(words, points, strict=True)
        ],
        hovertemplate=(
            "<b>%{x}　%{customdata[0]}</b><br>%{customdata[1]}<br>目标 %{customdata[3]}<br>%{customdata[2]}"
            "<extra></extra>"
        ),
        cliponaxis=any(not low <= (point.value or 0.0) <= high for point in points),
    )
    if points:
        _label_values(figure, points, series.chosen, (low, high))


def _words(point: JudgedPeriod, word: VerdictWord | Variation | None) -> str:
    """The verdict of a point, and the word it is coloured by where that is another."""
    words: list[VerdictWord | Variation] = [point.verdict.word]
    if word and word != point.verdict.word:
        words.append(word)
    return "　".join(f"{mark(word).symbol} {word}" for word in words)


def _label_values(figure: go.Figure, points: Sequence[JudgedPeriod], chosen: str, span: tuple[float, float]) -> None:
    """The last settled value, bold; what still moves after it, small and said to be so; the chosen period's value."""
    end = len(points) - 1
    lead = next((at for at in range(end, -1, -1) if points[at].settled), end)
    asked = next((at for at, point in enumerate(points) if point.key == chosen), lead)
    if lead == end:
        _label_last(figure, points[end], span)
    else:
        shown = span[0] <= (points[end].value or 0.0) <= span[1]
        text = f"暂{plain(points[end].text)}{'' if shown else '（图外）'}<br>{points[end].verdict.word}"
        place = {"x": points[end].label, "y": points[end].value, "xanchor": "left", "xshift": 6, "yanchor": "middle"}
        write(figure, text, 12, palette().grey, name=TAIL, align="left", **place)
        _label_within(figure, points, lead, LAST)
    if asked not in (lead, end):
        _label_within(figure, points, asked, CHOSEN)


def _label_last(figure: go.Figure, point: JudgedPeriod, span: tuple[float, float]) -> None:
    """The last value to the right of its point, away from its target and clear of the axis."""
    assert point.value is not None
    bounds = _bounds(point)
    clear = point.value > span[0] + 0.12 * (span[1] - span[0])
    below = len(bounds) == 1 and point.value < bounds[0] and clear
    word = "" if point.settled else f"<br>{point.verdict.word}"
    write(
        figure, f"<b>{plain(point.text)}</b>{word}", 13, _tone(point), name=LAST, align="left",
        x=point.label, xanchor="left", xshift=6, y=point.value, yanchor="top" if below else "bottom",
    )  # fmt: skip


def _label_within(figure: go.Figure, points: Sequence[JudgedPeriod], at: int, name: str) -> None:
    """A value before the end of the line, above a crest and below a trough."""
    point = points[at]
    around = [each.value for each in (*points[max(at - 1, 0) : at], *points[at + 1 : at + 2]) if each.value is not None]
    crest = (point.value or 0.0) >= sum(around) / len(around)
    text, shift = f"<b>{plain(point.text)}</b>", 18 if crest else -18
    write(figure, text, 13, _tone(point), name=name, x=point.label, y=point.value, yanchor="middle", yshift=shift)


def _tone(point: JudgedPeriod) -> str:
    return mark(point.verdict.word).colour if point.settled else palette().grey


# --- marks of the time axis -----------------------------------------------------------------------------------


def _draw_marks(figure: go.Figure, notes: Sequence[AxisNote]) -> None:
    """A thin upright line with its number above: between two periods for a change, on the period for an event."""
    grey = palette().grey
    symbols: dict[float, str] = {}
    for note in notes:
        at = note.position - 0.5 if note.before else note.position
        symbols[at] = symbols.get(at, "") + note.symbol
        dash = "solid" if note.breaks else "dot"
        figure.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", layer="below",
            line={"color": faded(grey, 0.8), "width": 1, "dash": dash},
        )  # fmt: skip
    for at, text in symbols.items():
        write(figure, text, 12, grey, x=at, y=1, yref="paper", yanchor="bottom")
