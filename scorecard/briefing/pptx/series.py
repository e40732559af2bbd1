"""The rows of numbers behind a native chart: values, targets, limits, and how each point of the values is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Literal

from scorecard.assessment.control_limits import Limits
from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.briefing.layout.number_formats import Digits, bound_digits, rounded
from scorecard.charts.theme import mark
from scorecard.narrative.control_words import level, possible
from scorecard.narrative.trend import Trend, word_of
from scorecard.records.targets import Bounds

VALUES = "数值"
_YEARLY = "全年"  # how a target for the year begins in words; what is drawn of it is the part due by each period


@dataclass(frozen=True)
class Series:
    """One line of the chart. It is not drawn up to the points in `breaks`: what follows is not the same thing."""

    name: str
    kind: Literal["value", "target", "limit"]
    digits: tuple[Digits | None, ...]
    breaks: frozenset[int] = frozenset()

    @property
    def last(self) -> int | None:
        """The position of its last number."""
        return next((at for at in reversed(range(len(self.digits))) if self.digits[at] is not None), None)


@dataclass(frozen=True)
class Dot:
    """How a point of the values is drawn; hollow where the value may still move. `word` is what its shape says."""

    symbol: str
    colour: str
    hollow: bool
    word: str


def chart_series(trend: Trend) -> tuple[Series, ...]:
    """The values first, then the bounds of the target, then mean and limits; empty ones are left out."""
    breaks = frozenset(note.position for note in trend.marks if note.breaks)
    values = tuple(None if point.exact is None else rounded(point.exact, trend.unit) for point in trend.points)
    return (
        Series(VALUES, "value", values, breaks),
        *_bounds(trend, "目标下限", lambda bounds: bounds.lower),
        *_bounds(trend, "目标上限", lambda bounds: bounds.upper),
        *_limits(trend),
    )


def dots(trend: Trend) -> dict[int, Dot]:
    """By position, the points that are not a plain navy circle."""
    by_position: dict[int, Dot] = {}
    for at, point in enumerate(trend.points):
        word = word_of(trend, point)
        if point.exact is not None and (word or not point.settled):
            tone = mark(word) if word else None
            by_position[at] = Dot(
                tone.symbol if tone else "○", tone.colour if tone else "", not point.settled, word or ""
            )
    return by_position


def unsettled_periods(points: tuple[JudgedPeriod, ...]) -> tuple[str, ...]:
    """The periods whose drawn value may still move, with why; a run of them by its first and last."""
    runs = [
        (word, list(run))
        for word, run in groupby(
            points, lambda point: "" if point.settled or point.exact is None else point.verdict.word
        )
        if word
    ]
    return tuple(f"{run[0].label}{f'至{run[-1].label}' if len(run) > 1 else ''}（{word}）" for word, run in runs)


def _bounds(trend: Trend, name: str, of: Callable[[Bounds], Fraction | None]) -> tuple[Series, ...]:
    """One bound of the target; a new target begins a new line, a yearly total's pace goes on rising."""
    digits = tuple(
        None if point.bounds is None or (value := of(point.bounds)) is None else bound_digits(value, trend.unit)
        for point in trend.points
    )
    changed = frozenset(at for at, (was, now) in enumerate(pairwise(trend.points), 1) if was.target != now.target)
    owed = [point.target for point, drawn in zip(trend.points, digits, strict=True) if drawn is not None]
    part = "进度" if owed and all(text.startswith(_YEARLY) for text in owed) else ""
    return (Series(f"{part}{name}", "target", digits, changed),) if owed else ()


def _limits(trend: Trend) -> tuple[Series, ...]:
    """Mean and limits, each part's from its first month to the next part; a limit no value can reach is left out."""
    control = trend.control
    if control is None:
        return ()
    at = {point.label: position for position, point in enumerate(trend.points)}
    firsts = [at.get(control.months[part.start].period.label) for part in control.parts]
    ends = [*firsts, len(trend.points)][1:]
    spans = [
        (first, end, part.limits)
        for part, first, end in zip(control.parts, firsts, ends, strict=True)
        if part.limits is not None and not part.limits.flat and first is not None and end is not None
    ]

    def line(name: str, of: Callable[[Limits], Fraction], possible_in: Callable[[Limits], bool]) -> tuple[Series, ...]:
        digits: list[Digits | None] = [None] * len(trend.points)
        last = ""
        for first, end, by in spans:
            if possible_in(by):
                digits[first:end] = [bound_digits(of(by), trend.unit)] * (end - first)
                last = f"{'试用' if by.trial else ''}{name} {level(of(by), trend.unit)}"
        starts = frozenset(first for first, _, _ in spans)
        return (Series(last, "limit", tuple(digits), starts),) if any(digits) else ()

    return (
        *line("控制上限", lambda by: by.upper, lambda by: possible(by, control)[1] == by.upper),
        *line("均值", lambda by: by.mean, lambda _: True),
        *line("控制下限", lambda by: by.lower, lambda by: possible(by, control)[0] == by.lower),
    )
