"""What happened in which month, who wrote it down and why: the marks on the time axis of a figure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scorecard.catalog.definitions import Catalog
from scorecard.records.baselines import WITHDRAWN, unknown_indicator

TABLE = "annotations"  # the table contract whose rows are these marks
REDEFINED = "口径调整"  # numbers before and after it are not comparable: the curve breaks
LONGEST = 60  # characters of what is written into a figure; the reason may be longer


@dataclass(frozen=True)
class Annotation:
    """One mark. `indicator` is empty for one that concerns all of them."""

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
        """Whether the curve must not run through it."""
        return self.kind == REDEFINED


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Annotation, ...]:
    """Marks in the order they were recorded; rows come from the door, so their types are right."""
    return tuple(
        Annotation(
            indicator=row["indicator"] or "",
            month=row["month"],
            kind=row["kind"],
            text=row["text"],
            reason=row["reason"],
            state=row["state"],
            recorded_by=row["recorded_by"],
            recorded_at=row["recorded_at"],
        )
        for row in rows
    )


def in_force(marks: Sequence[Annotation], indicator: str) -> tuple[Annotation, ...]:
    """The marks to be shown with an indicator, in time order: its own and those for all; withdrawn ones are left out."""
    last: dict[tuple[date, str, str], Annotation] = {}
    for one in sorted(marks, key=lambda one: one.recorded_at):
        if one.indicator in ("", indicator):
            last[one.month, one.text, one.indicator] = one
    return tuple(last[key] for key in sorted(last) if last[key].state != WITHDRAWN)


def mistakes(row: Mapping[str, object], catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """(column, found, expected, remedy) for each thing a mark may not say; empty when it is sound."""
    found = unknown_indicator(row, catalog) if row["indicator"] else []
    month, text = row["month"], str(row["text"] or "")
    assert isinstance(month, date)
    if month.day != 1:
        found.append(("month", f"{month} 不是月初", "该月1日", ""))
    if len(text) > LONGEST:
        found.append(("text", f"事项 {len(text)} 字", f"不超过 {LONGEST} 字", "详情写在“原因或依据”里"))
    return found
