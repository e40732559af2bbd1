"""Annotations on the time axis of a figure: the month, the event, the reason, and who recorded it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from scorecard.catalog.definitions import Catalog
from scorecard.records.baselines import WITHDRAWN
from scorecard.records.rows import Contradiction, records, unknown_indicator

TABLE, PROBLEM_CODE = "annotations", "annotation_contradicts"
REDEFINED = "口径调整"  # numbers before and after it are not comparable: the curve breaks
LONGEST = 60  # characters of what is written into a figure; the reason may be longer


@dataclass(frozen=True)
class Annotation:
    """One annotation; `indicator` is empty when it concerns all of them."""

    indicator: str
    month: date
    kind: str
    text: str
    reason: str
    state: str
    recorded_by: str
    recorded_at: datetime

    @property
    def breaks(self) -> bool:
        return self.kind == REDEFINED


from_rows = partial(records, Annotation)  # in the order of the rows


def redefinitions(catalog: Catalog) -> tuple[Annotation, ...]:
    """The dated changes of definition that the seeds declare, as marks: what breaks at a mark breaks at them."""
    return tuple(
        Annotation(
            indicator=indicator.id,
            month=one.valid_from,
            kind=REDEFINED,
            text="改用新口径",
            reason=one.basis,
            state="",
            recorded_by="指标口径",
            recorded_at=datetime.combine(one.valid_from, time()),
        )
        for indicator in catalog.indicators.values()
        for one in indicator.definitions[:-1]
        if one.valid_from is not None
    )


def in_force(marks: Sequence[Annotation], indicator: str) -> tuple[Annotation, ...]:
    """The annotations of an indicator and of all indicators, in time order, without withdrawn ones."""
    last: dict[tuple[date, str, str], Annotation] = {}
    for mark in sorted(marks, key=lambda mark: mark.recorded_at):
        if mark.indicator in ("", indicator):
            last[mark.month, mark.text, mark.indicator] = mark
    return tuple(last[key] for key in sorted(last) if last[key].state != WITHDRAWN)


def break_months(marks: Sequence[Annotation], indicator: str) -> tuple[date, ...]:
    """First days of the months from which on an indicator is counted otherwise, in time order."""
    return tuple(sorted({mark.month for mark in in_force(marks, indicator) if mark.breaks}))


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    wrong = unknown_indicator(row, catalog) if row["indicator"] else []
    month, text = row["month"], str(row["text"] or "")
    assert isinstance(month, date)
    if month.day != 1:
        wrong.append(Contradiction("month", f"{month} 不是月初", "该月1日"))
    if len(text) > LONGEST:
        expected = f"不超过 {LONGEST} 字"
        wrong.append(Contradiction("text", f"事项 {len(text)} 字", expected, "详情写在“原因或依据”里"))
    return wrong
