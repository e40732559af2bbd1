"""What publishing a version would change, as plain facts: rows, indicators, balances, parts. No database, no screen.

Counts are of everything; lists are bounded by `LISTED` and say so by being shorter than their count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from scorecard.narrative.changes import IndicatorChanges

LISTED = 10_000  # rows of one list kept; the screen shows far fewer, the rest is in the file


@dataclass(frozen=True)
class RowChange:
    """A row, or one cell of it: in which file and line it stands, its key, and what was and will be there."""

    source: str
    line: int
    key: str
    column: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class BackwardsRows:
    """Rows of one table that went backwards in one way; `words` in the table's own headers."""

    words: str
    count: int
    rows: tuple[RowChange, ...]


@dataclass(frozen=True)
class TableImpact:
    """One table, row by row. `absent` counts rows that stay although no newly accepted file holds them (None: no new file,
    or only corrections and files of earlier days, which are not expected to hold every open row).

    `absent_open` are those among them that are still open: forgotten, or simply not yet closed.
    """

    table: str
    name: str
    before: int
    after: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    columns: tuple[tuple[str, int], ...] = ()  # (header, rows in which it changed)
    new_rows: tuple[RowChange, ...] = ()
    cells: tuple[RowChange, ...] = ()
    missing_rows: tuple[RowChange, ...] = ()
    absent: int | None = None
    absent_open: int | None = None
    absent_rows: tuple[RowChange, ...] = ()
    backwards: tuple[BackwardsRows, ...] = ()
    note: str = ""

    @property
    def touched(self) -> bool:
        """Whether anything about the table is worth a line."""
        return bool(self.new or self.changed or self.missing or self.absent_open or self.note)


@dataclass(frozen=True)
class CorrectionImpact:
    """A correction (更正): its rows, and those of which a later file says something newer that stays (`cells`)."""

    table: str
    file: str
    as_of: str
    rows: int
    overridden: int
    cells: tuple[RowChange, ...]  # before: what the correction says; after: what stands


@dataclass(frozen=True)
class StockFlow:
    """期初 + 新收 − 结案 against 期末, of all rows, a department or a case type."""

    by: Literal["all", "department", "type"]
    name: str
    opening: int
    received: int
    closed: int
    closing: int

    @property
    def expected(self) -> int:
        return self.opening + self.received - self.closed

    @property
    def difference(self) -> int:
        """期末 less what it ought to be; 0 when the flow closes."""
        return self.closing - self.expected


@dataclass(frozen=True)
class BalanceCase:
    """A row behind a difference: why, what it adds to the difference of all, and the departments it went between."""

    row: RowChange
    reason: str
    effect: int
    left: str = ""
    joined: str = ""


@dataclass(frozen=True)
class Balance:
    """The stock and flow of one table between the published cut (`since`) and the new one (`until`)."""

    table: str
    name: str
    since: date | None
    until: date | None
    flows: tuple[StockFlow, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()  # (reason, rows)
    cases: tuple[BalanceCase, ...] = ()
    skipped: str = ""

    @property
    def open_flows(self) -> tuple[StockFlow, ...]:
        """Those that do not close."""
        return tuple(flow for flow in self.flows if flow.difference)


@dataclass(frozen=True)
class Parts:
    """A total and its parts. `other` is what no part holds: 其他, with the rows behind it."""

    what: str
    by: str
    total: int
    parts: tuple[tuple[str, int], ...]
    rows: tuple[RowChange, ...] = ()

    @property
    def other(self) -> int:
        return self.total - sum(count for _, count in self.parts)


@dataclass(frozen=True)
class Impact:
    """What publishing `candidate` in place of `current` would change."""

    candidate: str
    current: str | None
    leaves_sample: bool
    taken_in: tuple[Mapping[str, Any], ...]  # records of batches only the candidate is built from
    left_out: tuple[Mapping[str, Any], ...]  # and of those only the published version is
    tables: tuple[TableImpact, ...]
    balances: tuple[Balance, ...]
    parts: tuple[Parts, ...]
    indicators: IndicatorChanges
    corrections: tuple[CorrectionImpact, ...] = ()
    contradicted: tuple[str, ...] = ()  # sentences on declared zeros with rows in their month
    quieter: tuple[str, ...] = ()  # sentences on columns that the newest extract says much less of
    vanished: tuple[tuple[str, tuple[RowChange, ...]], ...] = ()  # each open question on rows that vanished, with them
    if_taken_out: IndicatorChanges | None = None  # what would change if all of these had been withdrawn in the source

    @property
    def nothing(self) -> bool:
        """True when both show the same rows, values and words."""
        changed = self.indicators
        values = (changed.changes, changed.new, changed.gone, changed.redefined, changed.parts_changed)
        rows = (any(table.touched for table in self.tables), any(one.overridden for one in self.corrections))
        return not any((*values, *rows, self.contradicted, self.vanished))
