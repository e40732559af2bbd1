"""The tables that a file may belong to, recognised by its headers.

Only the first 256 KB of a text are read, and no cell is compared by likeness: a hostile file costs no more than a good one.
"""

from dataclasses import dataclass

from etl.problems import Findings
from etl.reading import decoding
from etl.reading.headers import (
    BATCH,
    LINE,
    REASON,
    CsvRecord,
    Unreadable,
    best_record,
    first_records,
    fold,
    names_of,
    without_unit,
)
from etl.reading.spelling.periods import widened
from etl.reading.workbooks.opening import sheet_names
from scorecard.calendar.period import CALENDAR
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog

_HEAD = 1 << 18
_SHOWN = 40  # characters of an unknown header
_NEAR = 5  # candidates within a fifth of the best fit are offered too


@dataclass(frozen=True)
class Candidate:
    """A table that the file may belong to: matched headers, all headers, missing required ones, unknown ones."""

    table: str
    matched: int
    headers: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def fit(self) -> int:
        """Matched headers less missing required ones."""
        return self.matched - len(self.missing)


def recognise(raw: bytes, catalog: Catalog, sheet: str = "") -> tuple[Candidate, ...]:
    """The tables the file may belong to, best first: several when the headers fit several about as well, none when none fits.

    Of a workbook with several sheets one must be named. Tables whose rows people enter on a page (targets, reports
    of progress) are not among them.
    """
    records = _records(raw, catalog, sheet)
    found = (_candidate(table, records) for table in catalog.tables.values() if table.comes_as_file)
    candidates = [candidate for candidate in found if candidate is not None]
    candidates.sort(key=lambda one: (-one.fit, -one.matched, len(catalog.tables[one.table].columns)))
    best = candidates[0].fit if candidates else 0
    return tuple(candidate for candidate in candidates if candidate.fit >= best - max(1, best // _NEAR))


def sheets(raw: bytes, catalog: Catalog) -> tuple[str, ...]:
    """The sheets of a workbook among which a person can choose; none for anything else."""
    return sheet_names(raw, catalog.court.max_upload_mb)


def _records(raw: bytes, catalog: Catalog, sheet: str) -> list[CsvRecord]:
    """The first lines of the file; none when they cannot be read."""
    head = raw if decoding.workbook_format(raw) else raw[:_HEAD]
    if len(raw) > len(head):
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]  # never within a character
    if not head:
        return []
    decoded = decoding.read_text(head, catalog.court.max_upload_mb, sheet)
    if not isinstance(decoded, decoding.Decoded):
        return []
    try:
        return first_records(decoded.utf8)
    except Unreadable:
        return []


def _candidate(table: Table, records: list[CsvRecord]) -> Candidate | None:
    if wide := widened(records, "", table, {}, CALENDAR, Findings()):
        table = wide.table
    names = names_of(table)
    place, known = best_record(records, set(names))
    if not records or known < min(2, len(table.columns)):
        return None
    cells = [cell for cell in records[place].cells if fold(cell) not in ("", BATCH, LINE, REASON)]
    bases = [without_unit(fold(cell), names)[0] for cell in cells]
    columns = {names[base] for base in bases if base in names} - {None}
    missing = [column.header for name, column in table.columns.items() if column.required and name not in columns]
    unknown = [cell.strip()[:_SHOWN] for cell, base in zip(cells, bases, strict=True) if base not in names]
    if not columns:
        return None
    return Candidate(table.id, len(columns), len(cells), tuple(missing), tuple(unknown))
