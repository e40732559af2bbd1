"""Contradictions in a row that people enter: statements that its contract allows and that still cannot be right."""

from collections.abc import Mapping
from typing import NamedTuple

from scorecard.catalog.definitions import Catalog
from scorecard.errors import hint


class Contradiction(NamedTuple):
    """One contradiction: the column id, what the row says, what is expected, and what to do (may be empty)."""

    column: str
    statement: str
    expected: str
    remedy: str = ""


def unknown_indicator(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """The contradiction of an indicator that is not registered; empty when it is."""
    name = str(row["indicator"])
    if name in catalog.indicators:
        return []
    problem = f"“{name}”不是已登记的指标"
    return [Contradiction("indicator", problem, "指标口径页所列的指标 id", hint(name, catalog.indicators))]
