"""What the tables that people enter share: accepted rows as objects, and what is wrong with a row beyond its contract."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from scorecard.catalog.definitions import Catalog
from scorecard.errors import hint

SEED_BATCH = 0  # the batch of rows that come from the seeds folder, not from an extract
EnteredRow = TypeVar("EnteredRow")


def records(kind: type[EnteredRow], rows: Iterable[Mapping[str, Any]]) -> tuple[EnteredRow, ...]:
    """The rows as records of this dataclass, each field the column of its name. Types are right since acceptance; a blank text is ""."""
    columns = {one.name: "" if one.type is str else None for one in fields(kind)}  # pyright: ignore[reportArgumentType]
    return tuple(
        kind(**{name: blank if row[name] is None else row[name] for name, blank in columns.items() if name in row})
        for row in rows
    )


class Contradiction(NamedTuple):
    """What the contract allows and still cannot be right: column id, what the row says, what is expected, what to do (may be empty)."""

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
