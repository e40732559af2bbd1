"""The first rows of an extract that must be corrected, as they are written, with the cells that are wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from etl.invisible import visible
from etl.problems import MASK, Problem
from scorecard.contracts import Table

SHOWN = 20


@dataclass(frozen=True)
class WrongRow:
    """A row by its line: the original text of the contract's columns by Chinese header, and the headers of wrong cells."""

    line: int
    cells: Mapping[str, str]
    wrong: frozenset[str]


def wrong_rows(
    con: duckdb.DuckDBPyConnection, table: Table, problems: Iterable[Problem]
) -> tuple[WrongRow, ...]:
    """The first rows that are refused or kept aside, from the view `written`; private cells masked."""
    by_line: dict[int, set[str]] = {}
    for problem in problems:
        if problem.severity in ("refuse", "aside") and problem.line is not None:
            by_line.setdefault(problem.line, set()).add(problem.column)
    lines = sorted(by_line)[:SHOWN]
    if not lines:
        return ()
    cursor = con.execute("SELECT * FROM written WHERE _line IN (SELECT unnest(?)) ORDER BY _line", [lines])
    names = [column[0] for column in cursor.description or ()]
    found: list[WrongRow] = []
    for row in cursor.fetchall():
        cells = dict(zip(names, row, strict=True))
        shown = {
            column.header: _shown(cells[name], private=column.private)
            for name, column in table.columns.items()
            if name in cells
        }
        line = int(cells["_line"])
        found.append(WrongRow(line, shown, frozenset(by_line[line] & shown.keys())))
    return tuple(found)


def _shown(cell: str | None, *, private: bool) -> str:
    if not cell:
        return ""
    return MASK if private else visible(cell)[:80]
