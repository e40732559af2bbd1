"""Notes on a figure's time axis: new targets, re-basings, events and changed definitions.

Each is a numbered mark in the picture and a footnote below it, so that nobody reads a decision as a change of work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scorecard.assessment.verdict import JudgedPeriod
from scorecard.calendar.period import Grain, day_text, month_index, month_label
from scorecard.records.annotations import Annotation
from scorecard.records.baselines import Baseline

_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True)
class AxisNote:
    """A mark before the point at `position`, or on it; `breaks` where the curve must not run through."""

    symbol: str
    position: int
    before: bool
    breaks: bool
    note: str


def axis_notes(
    points: Sequence[JudgedPeriod], grain: Grain, annotations: Sequence[Annotation], cuts: Sequence[Baseline] = ()
) -> tuple[AxisNote, ...]:
    """All marks of a figure in time order; those outside its periods are left out."""
    notes: list[tuple[int, int, bool, bool, str]] = []  # position, order within it, before, breaks, note
    for at, point in enumerate(points[1:], 1):
        was = points[at - 1].target
        if point.target != was:
            notes.append((at, 0, True, False, f"{point.label}起目标由“{was}”改为“{point.target}”"))
    for cut in cuts:
        at = _place(points, grain, cut.from_month)
        if at is not None:
            who = f"{cut.decided_by}，{day_text(cut.decided_at.date())}"
            notes.append((at, 1, True, False, f"{points[at].label}起重设基准：{cut.reason}（{who}）"))
    for event in annotations:
        at = _place(points, grain, event.month)
        if at is not None:
            who = f"{event.recorded_by}，{day_text(event.recorded_at.date())}"
            kind = "口径调整，前后不可直接相比：" if event.breaks else ""
            text = f"{month_label(month_index(event.month))}　{kind}{event.text}（{event.reason}；{who}）"
            notes.append((at, 2, event.breaks, event.breaks, text))
    return tuple(
        AxisNote(_NUMBERS[number] if number < len(_NUMBERS) else f"({number + 1})", at, before, breaks, note)
        for number, (at, _, before, breaks, note) in enumerate(sorted(notes, key=lambda note: note[:2]))
    )


def footnotes(notes: Sequence[AxisNote]) -> tuple[str, ...]:
    """The notes with their numbers, in the order of the axis."""
    return tuple(f"{mark.symbol} {mark.note}" for mark in notes)


def _place(points: Sequence[JudgedPeriod], grain: Grain, month: date) -> int | None:
    """The position of the period in which the month lies."""
    found = (
        at for at, one in enumerate(points) if one.period.months.containing(grain, month_index(month)) == one.period
    )
    return next(found, None)
