"""Points for adopted information, by the points table of the year's assessment: dated parameters, none unless entered.

Every adoption counts by the points in force on its day; a piece adopted at several levels counts at each. What has no
points is counted and named, never given some.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

PREFIX = "信息采用计分-"  # parameter names: 信息采用计分-国家级, 信息采用计分-省级 …


@dataclass(frozen=True)
class Points:
    """What adoptions come to, and how many of them no points were set for."""

    total: Decimal
    unset: int


def has_table(parameters: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any points were ever entered: without, no points are shown at all."""
    return any(str(one["name"]).startswith(PREFIX) for one in parameters)


def worth(parameters: Iterable[Mapping[str, Any]], level: str, day: date) -> Decimal | None:
    """The points of one adoption at a level on a day; None where none are in force."""
    valid = [
        one
        for one in parameters
        if one["name"] == f"{PREFIX}{level}" and one["valid_from"] is not None and one["valid_from"] <= day
    ]
    latest = max(valid, key=lambda one: (one["valid_from"], one["year"]), default=None)
    return None if latest is None else Decimal(latest["value"])


def points(parameters: Sequence[Mapping[str, Any]], adoptions: Iterable[tuple[str, date]]) -> Points:
    """The points of (level, day) adoptions."""
    found = [worth(parameters, level, day) for level, day in adoptions]
    return Points(
        sum((one for one in found if one is not None), Decimal(0)), sum(one is None for one in found)
    )
