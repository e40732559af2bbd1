"""Points for adopted information, by the points table of the year's assessment: dated parameters, none unless entered.

Every adoption counts by the points in force on its day; a piece adopted at several levels counts at each. What has no
points is counted and named, never given some.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scorecard.records.parameters import Parameter, in_force

PREFIX = "信息采用计分-"  # parameter names: 信息采用计分-国家级, 信息采用计分-省级 …


@dataclass(frozen=True)
class Points:
    """The points of adoptions, and how many adoptions no points were set for."""

    total: Decimal
    unset: int


def has_table(parameters: Iterable[Parameter]) -> bool:
    """Whether any points were ever entered: without, no points are shown at all."""
    return any(parameter.name.startswith(PREFIX) for parameter in parameters)


def standards(parameters: Iterable[Parameter], last: date) -> tuple[Parameter, ...]:
    """The points of every level that have begun by a day, the newest first: the table that points are computed by."""
    begun = [one for one in parameters if one.name.startswith(PREFIX) and one.valid_from and one.valid_from <= last]
    return tuple(sorted(begun, key=lambda one: one.valid_from or date.min, reverse=True))


def points(parameters: Sequence[Parameter], adoptions: Sequence[tuple[str, date]]) -> Points:
    """The points of (level, day) adoptions."""
    values = [
        parameter.value
        for level, day in adoptions
        if (parameter := in_force(parameters, f"{PREFIX}{level}", day)) is not None
    ]
    return Points(sum(values, Decimal(0)), len(adoptions) - len(values))
