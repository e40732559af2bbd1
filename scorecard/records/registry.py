"""The tables whose rows people enter, each with the module of this package that knows its rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from scorecard.catalog.definitions import Catalog
from scorecard.records import (
    annotations,
    baselines,
    decisions,
    official_values,
    parameters,
    progress_reports,
    targets,
    work_calendar,
)
from scorecard.records.rows import Contradiction


class RecordModule(Protocol):
    """A module for the rows of one table: their type, and what a row may not say beyond its contract."""

    @property
    def TABLE(self) -> str:  # noqa: N802
        ...

    @property
    def PROBLEM_CODE(self) -> str:  # noqa: N802
        """The code of a contradiction in a list of problems (etl.problems.KINDS)."""
        ...

    def from_rows(self, rows: Iterable[Mapping[str, Any]]) -> Sequence[object]:
        """Accepted rows as objects, in the order in which they were recorded."""
        ...

    def contradictions(self, row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
        """Everything in an accepted row's values that cannot be right; empty when it is sound."""
        ...


_MODULES: tuple[RecordModule, ...] = (
    annotations, baselines, decisions, official_values, parameters, progress_reports, targets, work_calendar
)  # fmt: skip
RECORDS: Mapping[str, RecordModule] = {module.TABLE: module for module in _MODULES}
