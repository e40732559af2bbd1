"""What departments say of their indicators: why a signal is there, and comments, each of one period.

Of the same indicator, period, kind and department the row recorded last stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scorecard.records.rows import records

TABLE = "remarks"
CAUSE, COMMENT = "信号原因", "评论"
LASTING = "长期"


@dataclass(frozen=True)
class IndicatorRemark:
    """One remark on an indicator, by its name, of the whole court and all cases; `value_then` is the value it was made of."""

    indicator: str
    kind: str
    value_year: int
    span: str
    department: str
    text: str
    lasting: str
    value_then: str
    said_on: date

    @property
    def at(self) -> tuple[int, str]:
        """Its period as `of_span` reads it in the court's months."""
        return self.value_year, self.span


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[IndicatorRemark, ...]:
    """The remarks that stand, the latest said first."""
    last = {(one.indicator, one.at, one.kind, one.department): one for one in records(IndicatorRemark, rows)}
    return tuple(sorted(last.values(), key=lambda one: one.said_on, reverse=True))
