"""Dated parameters: wages, shares, points, intervals. One rule says which value is in force on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scorecard.records.rows import records

TABLE = "parameters"  # the table contract whose rows are parameters


@dataclass(frozen=True)
class Parameter:
    """One value of a parameter; it speaks for `year` and is in force from `valid_from` on."""

    name: str
    year: int
    value: Decimal
    valid_from: date | None
    source: str = ""


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Parameters in the order they were recorded."""
    return records(Parameter, rows)


def in_force(parameters: Iterable[Parameter], name: str, day: date) -> Parameter | None:
    """The value of a parameter on a day, or None.

    It holds from its `valid_from`, that day included, until the next one begins; of two that begin on one day the one
    for the later year holds. A value without a `valid_from` is in force on no day: nobody has said from when it counts.
    """
    begun = {
        (parameter.valid_from, parameter.year): parameter
        for parameter in parameters
        if parameter.name == name and parameter.valid_from is not None and parameter.valid_from <= day
    }
    return begun[max(begun)] if begun else None
