"""Columns in which every cell that is filled in says that nothing is known: 无, — or NA throughout is a blank column.

Beside other values such a word is judged as the column's type has it. So it is throughout a column that must be filled in,
and where a blank would mean something: to say nothing is not to say that.
"""

from collections.abc import Set as AbstractSet

import duckdb

from etl.invisible_characters import BLANKS
from etl.reading.cell_results import CellResult, unknown
from scorecard.catalog.columns import Column

_SPELLINGS = 100  # a column of more says something


def says_nothing(
    con: duckdb.DuckDBPyConnection, cell: str, column: Column, registered: AbstractSet[str], table: str = "raw"
) -> bool:
    """Whether this holds for a column of the table; a `registered` word is a value. The first cell settles most."""
    if column.required or column.blank_means:
        return False
    filled = f"SELECT {{}} {cell} FROM {table} WHERE {cell} IS NOT NULL LIMIT {{}}"
    for distinct, most in (("", 1), ("DISTINCT", _SPELLINGS + 1)):
        texts = [text for (text,) in con.execute(filled.format(distinct, most)).fetchall()]
        if not 0 < len(texts) <= _SPELLINGS:
            return False
        if any(unknown(text) is None or text.strip(BLANKS) in registered for text in texts):
            return False
    return True


def unknown_text(text: str) -> CellResult:
    """A cell of such a column."""
    return unknown(text) or CellResult(None)
