"""The bare plot of a trend for paper: an SVG drawn on the server, complete without a legend, readable at 75 mm and in grey.

It shows the facts of the figure on the screen (scorecard/charts/trend.py). Lengths inside are points, so that an office program
that rounds the sizes of letters to whole units rounds none; caption, notes and provenance are the paper's own text.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby, pairwise

from scorecard.assessment.number_format import half_up
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.charts.axis_ticks import scale
from scorecard.charts.figure_labels import GAP, PAPER_LINE, LabelPlace, LabelSheet, TextBox, folded, paper_width
from scorecard.charts.sparkline import sparkline_svg
from scorecard.charts.theme import mark, palette
from scorecard.narrative.control_words import possible
from scorecard.narrative.time_axis_notes import footnotes
from scorecard.narrative.trend import Trend, a_year_on, axis_labels, span_of, word_of
from scorecard.templating import render

_POINTS, _PIXELS = 72 / 25.4, 96 / 25.4  # in a millimetre: a small trend is laid out in those of the screen
_NARROW, _SMALL, _LARGE = 100, 7.5, 8.5  # mm, and the size of letters below and above
_STEPS = (1, 2, 3, 4, 6, 12, 24, 36)  # of the time axis, from one written period to the next
_SOURCE = 6.5  # points of what stands below a picture
_CROWDED = 7  # points from one period to the next
_EMPTY = "各期基数过小或没有数据，不画线"


def paper_chart(trend: Trend, width: float, height: float) -> str:
    """The plot as SVG, `width` by `height` mm."""
    return render(
        "charts/paper_chart.svg", plot=_plot(trend, width, height), width=width, height=height, colours=palette()
    )


def paper_picture(
    trend: Trend, width: float, caption: str, export: str, manifest: str, more: Sequence[str] = ()
) -> str:
    """The trend as a picture of its own, `width` mm wide: below the plot its caption, and small what it says and where it is from.

    `export` is the number of its record, `manifest` that record, which the file itself carries; `more` are further lines.
    """
    plot = _plot(trend, width, 30 + 0.22 * width)
    halves, state, *court = trend.provenance
    source = "　".join((state, f"导出编号 {export}", *court))
    said = "　".join((trend.subtitle.partition("　单位")[0], trend.reading, halves[halves.index("分子/分母") :]))
    captions, lines = list(folded(caption, plot.size + 1, plot.width)), list[str]()
    for line in (said, *footnotes(trend.marks), *more, source):
        lines += folded(line, _SOURCE, plot.width)
    below = [plot.height + (plot.size + 1) * PAPER_LINE * row for row in range(1, len(captions) + 1)]
    small = [below[-1] + 3 + _SOURCE * PAPER_LINE * row for row in range(1, len(lines) + 1)]
    tall = small[-1] + 3
    return render(
        "charts/paper_picture.svg", plot=plot, width=width, height=tall / _POINTS, tall=tall, colours=palette(), small=_SOURCE,
        caption=caption, manifest=manifest, captions=zip(below, captions, strict=True), lines=zip(small, lines, strict=True),
    )  # fmt: skip


def caption_of(trend: Trend) -> str:
    """ "债权清偿率（2026年1—10月，%）"."""
    read = next((point.label for point in trend.points if point.key == trend.chosen), "")
    return f"{trend.title}（{'，'.join(filter(None, (read, trend.unit)))}）"


def _plot(trend: Trend, width: float, height: float) -> "_Plot":
    return _Plot(trend, width * _POINTS, height * _POINTS, _SMALL if width < _NARROW else _LARGE)


def small_trend(trend: Trend, width: float, height: float) -> str:
    """The trend for a cell of a table, `width` by `height` mm; empty where there are fewer than two values."""
    labels = axis_labels(trend)
    at = {point.key: labels.index(point.label) for point in trend.points}
    at |= {point.key: labels.index(a_year_on(point)) for point in trend.before}
    return sparkline_svg(
        trend.points, round(width * _PIXELS), round(height * _PIXELS), trend.control.limits if trend.control else None,
        before=trend.before, at=at, size=len(labels), extent=(f"{width}mm", f"{height}mm"),
    )  # fmt: skip


class _Plot:
    """Where everything of a chart stands."""

    def __init__(self, trend: Trend, width: float, height: float, size: float) -> None:
        self.trend, self.width, self.height, self.size = trend, width, height, size
        self.ahead = trend.ahead.steps if trend.ahead else ()
        coming = [period.label for period, *_ in self.ahead]
        self.periods = [*(label for label in axis_labels(trend) if label not in coming), *coming]
        self.at = {point.key: self.periods.index(point.label) for point in trend.points}
        self.at |= {point.key: self.periods.index(a_year_on(point)) for point in trend.before}
        self.told = [point for point in trend.points if point.value is not None]
        self.low, self.high = span_of(trend)
        self.top, self.bottom = (size * PAPER_LINE + 2 if trend.marks else size / 2 + 1), height - size * PAPER_LINE - 4
        scales = (scale(self.low, self.high, trend.unit, most) for most in (3, 4, 5, 6, 7))
        marks = next((each for each in scales if len(each.values) > 2), scale(self.low, self.high, trend.unit))
        words = [word.removesuffix(trend.unit) for word in marks.words[:-1]]
        self.ticks = tuple(zip(marks.values, (*words, marks.words[-1]), strict=True))  # the uppermost says the unit
        self.left = max(paper_width(word, size) for _, word in self.ticks) + 4
        end = [self._target_label(), *(box for box, at, _ in self._value_labels() if at == len(self.periods) - 1)]
        self.right = width - max((box.width for box in end if box), default=0.0) - GAP - 2
        self.step = (self.right - self.left - 2 * GAP) / max(len(self.periods) - 1, 1)

    # --- places -------------------------------------------------------------------------------------------------

    def x(self, place: float) -> float:
        """Of a period by its number; beyond the first and the last one the ends of the axes."""
        if place < 0 or place > len(self.periods) - 1:
            return round(self.left if place < 0 else self.right, 2)
        lone = (self.right - self.left) / 2 - GAP if len(self.periods) == 1 else 0.0
        return round(self.left + GAP + lone + place * self.step, 2)

    def y(self, value: float) -> float:
        return round(self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top), 2)

    def _place(self, point: JudgedPeriod) -> LabelPlace | None:
        """None without a value, and for one that still moves, so far away that the axis does not reach it."""
        within = point.value is not None and self.low <= point.value <= self.high
        return (self.x(self.at[point.key]), self.y(point.value or 0.0)) if within else None

    def _runs(self, points: Iterable[JudgedPeriod]) -> list[list[LabelPlace]]:
        """The places between the gaps."""
        places = groupby(map(self._place, points), bool)
        return [[place for place in run if place] for known, run in places if known]

    # --- lines --------------------------------------------------------------------------------------------------

    @cached_property
    def settled(self) -> list[list[LabelPlace]]:
        """Runs of settled values; one ends before every mark that breaks the line."""
        breaks = sorted({note.position for note in self.trend.marks if note.breaks})
        parts = (self.trend.points[start:end] for start, end in pairwise([0, *breaks, len(self.trend.points)]))
        held = (groupby(part, lambda point: point.settled) for part in parts)
        return [run for part in held for settled, points in part if settled for run in self._runs(points)]

    @cached_property
    def moving(self) -> list[list[LabelPlace]]:
        """From the last settled value before the first that moves."""
        points = self.trend.points
        first = next((at for at, point in enumerate(points) if not point.settled), None)
        return [] if first is None else self._runs(points[max(first - 1, 0) :])

    @cached_property
    def before(self) -> list[list[LabelPlace]]:
        return self._runs(self.trend.before)

    @cached_property
    def projected(self) -> list[list[LabelPlace]]:
        """Lower edge, middle and upper edge of the projection, each from the value that is read."""
        start = next((self._place(point) for point in self.told if point.key == self.trend.chosen), None)
        if not self.ahead or start is None:
            return []
        x = [self.x(self.periods.index(period.label)) for period, *_ in self.ahead]
        return [[start, *zip(x, map(self.y, line), strict=True)] for line in list(zip(*self.ahead, strict=True))[1:]]

    @cached_property
    def targets(self) -> list[list[list[LabelPlace]]]:
        """For each stretch of a kind of target its bounds as steps, two where it is a band.

        The last goes on to the end of the axis, over months that only last year's line and the projection reach.
        """
        stretches: list[list[list[LabelPlace]]] = []
        for _, alike in groupby(
            self.trend.points, lambda each: (each.goal.kind if each.goal else "", *map(bool, _bounds(each)))
        ):
            run = list(alike)
            ends = [(self.at[point.key] - 0.5, self.at[point.key] + 0.5) for point in run]
            if run[-1] is self.trend.points[-1]:
                ends[-1] = (ends[-1][0], len(self.periods))
            sides = zip(*map(_bounds, run), strict=True)
            stretches.append(
                [
                    [(self.x(x), self.y(bound[0])) for bound, reach in zip(side, ends, strict=True) for x in reach]
                    for side in sides
                    if all(side)
                ]
            )
        return stretches

    @cached_property
    def limits(self) -> list[tuple[float, float, float, float]]:
        """Left, upper, right and lower edge of the usual range of each part; none where nothing varies."""
        chart, bands = self.trend.control, list[tuple[float, float, float, float]]()
        if chart is None:
            return bands
        firsts = [self.at.get(chart.months[part.start].period.key) for part in chart.parts]
        for part, first, end in zip(chart.parts, firsts, [*firsts, len(self.periods)][1:], strict=True):
            if part.limits and not part.limits.flat and first is not None and end is not None:
                low, high = possible(part.limits, chart)
                bands.append((self.x(first - 0.5), self.y(float(high)), self.x(end - 0.5), self.y(float(low))))
        return bands

    # --- words --------------------------------------------------------------------------------------------------

    def _box(self, *lines: str, colour: str = "") -> TextBox:
        return TextBox(lines, colour or palette().grey, self.size)

    def _target_label(self) -> TextBox | None:
        last = next((point for point in reversed(self.trend.points) if any(_bounds(point))), None)
        if last is None or last.bounds is None:
            return None
        bounds = (bound for bound in (last.bounds.lower, last.bounds.upper) if bound is not None)
        text = "—".join(half_up(bound, 2).rstrip("0").rstrip(".") for bound in bounds)
        return self._box(f"目标{text}{'*' if last.tentative else ''}", colour=palette().accent)

    def _value_labels(self) -> list[tuple[TextBox, int, float]]:
        """Words, place and value: the last settled value, what still moves, the value that is read, last year's last."""
        labels: list[tuple[TextBox, int, float]] = []
        if self.told:
            last = self.told[-1]
            lead = next((point for point in reversed(self.told) if point.settled), last)
            asked = next((point for point in self.told if point.key == self.trend.chosen), lead)
            every = {point.key: point for point in (lead, last, asked)}.values()
            labels += [self._value_label(point, lead) for point in every]
        last = next((point for point in reversed(self.trend.before) if point.value is not None), None)
        if last is not None:
            labels.append((self._box(f"上年{last.figure}"), self.at[last.key], last.value or 0.0))
        return labels

    def _value_label(self, point: JudgedPeriod, lead: JudgedPeriod) -> tuple[TextBox, int, float]:
        at, value = self.at[point.key], min(max(point.value or 0.0, self.low), self.high)
        if point.settled:
            return self._box(point.figure, colour=mark(point.verdict.word).colour), at, value
        beyond = "" if value == point.value else "（图外）"
        return self._box(f"{'' if point is lead else '暂'}{point.figure}{beyond}", point.verdict.word), at, value

    def labels(self) -> list[tuple[float, float, str, str]]:
        """All words inside the sheet: values first, then the target, then what may stand anywhere along its line."""
        bounds = [line for stretch in self.targets for line in stretch]
        values = [*self.settled, *self.moving, *self.before]
        lines = [part for line in (*values, *self.projected, *bounds) for part in pairwise(line)]
        sheet = LabelSheet(self.width, self.bottom + 2, [*((place, place) for run in values for place in run), *lines])
        for box, at, value in self._value_labels():
            last = at == len(self.periods) - 1
            sheet.put(box.beside(self.right, self.y(value)) if last else box.around(self.x(at), self.y(value)))
        target = self._target_label()
        if target is not None:
            ends = next([line[-1][1] for line in stretch] for stretch in reversed(self.targets) if stretch)
            value = self.y(self.told[-1].value or 0.0) if self.told else 0.0
            sheet.put(target.beside(self.right, max(ends, key=lambda each: abs(each - value))))
        if self.projected:
            _, low, likely, high = next(reversed(self.ahead))
            sheet.put(self._box(f"照此推算{likely:,}（{low:,}—{high:,}）").around(*self.projected[2][-1]))
        for left, upper, right, lower in self.limits[-1:]:
            chart = self.trend.control
            box = self._box(f"正常波动范围{'（试用）' if chart and chart.limits and chart.limits.trial else ''}")
            lefts = [left + 1 + part * max(right - left - box.width - 2, 0) / 6 for part in range(7)]
            tops = (upper, lower - box.height, upper - box.height, lower)
            sheet.put(box.at(x, top) for top in tops for x in lefts)
        if not self.told:
            box = self._box(_EMPTY)
            lefts = [self.left + (self.right - self.left - box.width) * part / 4 for part in (2, 0, 4)]
            tops = [self.top + (self.bottom - self.top) * part / 8 for part in (4, 3, 5, 2, 6, 1)]
            sheet.put(box.at(left, top) for top in tops for left in lefts)
        return [line for box in sheet.placed for line in box.written()]

    def points(self) -> list[dict[str, object]]:
        """A dot for each value, hollow while it may move; of another shape and larger where it says something by itself."""
        small = 0.9 if self.step < _CROWDED else 1.4
        points: list[dict[str, object]] = []
        for point in self.told:
            word, place = word_of(self.trend, point), self._place(point)
            tone = mark(word).colour if word else palette().ink
            if place is not None:
                symbol, fill = mark(word).symbol if word else "", tone if point.settled else palette().paper
                radius = 2.2 if word else small if point.settled else 1.4
                points.append({"x": place[0], "y": place[1], "symbol": symbol, "tone": tone, "fill": fill, "r": radius})
        return points

    def time_axis(self) -> list[tuple[float, str]]:
        """The last period and every n-th before it, as close as their words allow; the year where it changes."""
        texts: list[tuple[float, str]] = []
        for step in _STEPS:
            texts, year, free, fits = [], "", 0.0, True
            for at in range((len(self.periods) - 1) % step, len(self.periods), step):
                own, _, rest = self.periods[at].partition("年")
                text = rest if rest and (own == year or self.trend.before) else self.periods[at]
                half, year = paper_width(text, self.size) / 2, own
                x = min(max(self.x(at), half), self.width - half)
                fits, free = fits and x - half >= free, x + half + GAP
                texts.append((round(x, 1), text))
            if fits:
                break
        return texts

    def marks(self) -> list[tuple[float, str, bool]]:
        """Where a mark of the time axis stands, its numbers, and whether the line breaks there."""
        found: dict[float, tuple[str, bool]] = {}
        for note in self.trend.marks:
            x = self.x(note.position - 0.5 if note.before else note.position)
            symbols, breaks = found.get(x, ("", False))
            found[x] = symbols + note.symbol, breaks or note.breaks
        return [(x, *told) for x, told in found.items()]


def _bounds(point: JudgedPeriod) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The lower and the upper bound, each empty where there is none."""
    lower, upper = point.lower, point.upper
    return () if lower is None else (lower,), () if upper is None else (upper,)
