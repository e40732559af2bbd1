"""Accepted rows as objects: each field of a record is the column of its name."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

SEED_BATCH = 0  # the batch of rows that come from the seeds folder, not from an extract
EnteredRow = TypeVar("EnteredRow")


def records(kind: type[EnteredRow], rows: Iterable[Mapping[str, Any]]) -> tuple[EnteredRow, ...]:
    """The rows in their order as records of this dataclass. Their types are right since they were accepted; a blank text is ""."""
    columns = {one.name: "" if one.type is str else None for one in fields(kind)}  # pyright: ignore[reportArgumentType]
    return tuple(
        kind(**{name: blank if row[name] is None else row[name] for name, blank in columns.items() if name in row})
        for row in rows
    )
