"""Points for adopted information, by the points table of the year's assessment: dated parameters, none unless entered.

Every adoption counts by the points in force on its day; a piece adopted at several levels counts at each. What has no
points is counted and named, never given some.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.records.parameters import Parameter, in_force

PREFIX = "信息采用计分-"  # parameter names: 信息采用计分-国家级, 信息采用计分-省级 …
LEVELS = ("国家级", "省级", "市级", "区级")
TABLE = "information_reports"
Adoptions = Mapping[str, Sequence[tuple[str, date]]]  # department -> (level, day) of each


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


def department_lines(
    catalog: Catalog, parameters: Sequence[Parameter], found: Adoptions, whose: str
) -> list[tuple[str, list[int], str]]:
    """Department, adoptions at each level and their points, in the plan's order; of a department its own."""
    return [
        (
            department.name,
            [sum(level == one for level, _ in found[who]) for one in LEVELS],
            _text(parameters, found[who]),
        )
        for who, department in catalog.departments.items()
        if who in found and whose in (ALL_DEPARTMENTS, who)
    ]


def _text(parameters: Sequence[Parameter], adopted: Sequence[tuple[str, date]]) -> str:
    score = points(parameters, adopted)
    text = f"{score.total.normalize():f}"
    return f"{text}（另有{score.unset}次采用没有计分标准，未计）" if score.unset else text


def standard_lines(catalog: Catalog, parameters: Iterable[Parameter], last: date) -> list[tuple[str, str, str, str]]:
    """Level, points, first day and document of every standard: titles of the sources it names by id, otherwise as written."""
    return [
        (
            one.name.removeprefix(PREFIX),
            f"{one.value.normalize():f}",
            day_text(one.valid_from) if one.valid_from else "",
            "、".join(
                catalog.sources[id].title if id in catalog.sources else id for id in one.source.split("、") if id
            ),
        )
        for one in standards(parameters, last)
    ]
