"""Rows that have a problem of their own: caught by line while cells and rules are judged.

Rules look at the rows that are right, so that one wrong row hides nothing in the others and is named once, not also for
what its unreadable cell leaves behind. Under the policy "set_aside" the caught rows stay outside and the rest gets in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from etl.invisible_characters import show_hidden
from etl.problems import Problem
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table


class RejectedRows:
    """Over the table `typed` of one extract. What is shaken out lies in the table `caught`, typed as far as it could be."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        con.execute("CREATE TABLE caught_lines (_line BIGINT)")

    def reject(self, query: str) -> None:
        """Rows whose lines are the column `_line` of this query are to go."""
        self._con.execute(f"INSERT INTO caught_lines SELECT _line FROM ({query})")

    def remove(self) -> None:
        """Take them out of `typed`."""
        self._con.execute("CREATE TABLE IF NOT EXISTS caught AS SELECT * FROM typed LIMIT 0")
        if self._con.execute("SELECT 1 FROM caught_lines LIMIT 1").fetchall():
            gone = "WHERE _line IN (SELECT _line FROM caught_lines)"
            self._con.execute(f"INSERT INTO caught SELECT * FROM typed {gone}")
            self._con.execute(f"DELETE FROM typed {gone}")

    @property
    def count(self) -> int:
        """How many rows were shaken out."""
        return self._con.execute("SELECT count(*) FROM caught").fetchall()[0][0]


SHOWN = 20


@dataclass(frozen=True)
class WrongRow:
    """A row by its line: the original text of the contract's columns by Chinese header, and the headers of wrong cells."""

    line: int
    cells: Mapping[str, str]
    wrong: frozenset[str]


def wrong_rows(con: duckdb.DuckDBPyConnection, table: Table, problems: Iterable[Problem]) -> tuple[WrongRow, ...]:
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
    rows: list[WrongRow] = []
    for row in cursor.fetchall():
        cells, shown = dict(zip(names, row, strict=True)), dict[str, str]()
        for name, column in table.columns.items():
            if name in cells:
                text = cells[name] or ""
                shown[column.header] = MASK if text and column.private else show_hidden(text)[:80]
        rows.append(WrongRow(cells["_line"], shown, frozenset(by_line[cells["_line"]] & shown.keys())))
    return tuple(rows)
