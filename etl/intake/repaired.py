"""The repaired extract: the contract's headers, every value in its usual spelling, nothing left to repair.

A clean file for the officer to keep or pass on. Rows that would be set aside stay in it as they were written. Columns and
lines that acceptance does not read (unknown, left out and personal columns, titles, 合计 rows and notes) are not in it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Unpack

from duckdb import DuckDBPyConnection

from etl.intake.accept import Refused
from etl.intake.examine import Examination, ReadOptions, Said, decode_extract, examine, open_examination, read_options
from etl.invisible_characters import BLANKS, remove_hidden
from etl.reading import typed_rows
from etl.reading.case_rows import SEPARATE
from etl.reading.categories import fold_word, vocabularies
from etl.reading.cell_results import says_nothing, unknown
from etl.reading.headers import BATCH, LINE
from etl.reading.spelling.periods import PLACE
from scorecard.catalog.columns import CASE_NO, CREDIT_CODE, TEXT
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, unescape_cell, write_csv

_MARKS = {typed_rows.CLEARED_BATCH: BATCH, typed_rows.CLEARED_LINE: LINE}


def repaired_csv(
    raw: bytes, file_name: str, table: Table, catalog: Catalog, as_of: date, **said: Unpack[Said]
) -> bytes:
    """A file that is accepted row by row like this one, without a mapping and without any repair.

    Raises Refused when the extract is, and ScorecardError when such a file cannot be written.
    """
    how = read_options(table, catalog, as_of, **said)
    with open_examination(raw, decode_extract(raw, catalog, how.sheet), file_name, how, catalog) as (examination, con):
        if con is None:
            raise Refused(examination)
        there = [name for name, *_ in con.execute("DESCRIBE written").fetchall()]
        names = [name for name in there if name not in ("_line", PLACE)]
        line = ", ".join(name for name in ("_line", PLACE) if name in there)
        blank = _unknown_is_blank(con, names, catalog, how)
        known = "SELECT * FROM typed"
        if SEPARATE in {
            name for (name,) in con.execute("SHOW TABLES").fetchall()
        }:  # each line of a case, not their sum
            known += f" WHERE _line NOT IN (SELECT _line FROM {SEPARATE}) UNION ALL SELECT * FROM {SEPARATE}"
        known += " UNION ALL SELECT * FROM caught" if examination.aside else ""
        cells = ", ".join(f'known."{name}", written."{name}"' for name in names)
        rows = con.execute(f"SELECT {cells} FROM ({known}) known JOIN written USING ({line}) ORDER BY {line}")
        writers = [_writer(table, name, catalog, how.words.get(name, {}), name in blank) for name in names]
        lines: list[list[CsvValue]] = []
        while batch := rows.fetchmany(10_000):
            lines += [_line(row, writers) for row in batch]
    header = [_MARKS[name] if name in _MARKS else table.columns[name].header for name in names]
    content = write_csv(header, lines)
    _require_same(examination, examine(content, file_name, table, catalog, as_of, policy=said.get("policy")))
    return content


Writer = Callable[[Any, str], CsvValue]


def _line(row: tuple[Any, ...], writers: list[Writer]) -> list[CsvValue]:
    """The values of a row, and the original text where there is none."""
    return [write(value, original or "") for write, value, original in zip(writers, row[::2], row[1::2], strict=True)]


def _unknown_is_blank(con: DuckDBPyConnection, names: list[str], catalog: Catalog, how: ReadOptions) -> set[str]:
    """The columns in which 无 and its like are read as a blank: by their type, or because the column says nothing else."""
    columns, words = how.table.columns, vocabularies(catalog, how.table)
    blank = {name for name, column in columns.items() if column.type in (CASE_NO, CREDIT_CODE)}
    blank |= {name for name in words if words[name].open}
    for name in (name for name in names if name in columns and not how.words.get(name)):
        registered = columns[name].words(catalog.departments).keys()
        if says_nothing(con, f'"{name}"', columns[name], registered, "written"):
            blank.add(name)
    return blank


def _writer(table: Table, name: str, catalog: Catalog, said: Mapping[str, str], unknown_is_blank: bool) -> Writer:
    """How a value of this column is written; `said` are an officer's words for its values, folded."""
    kind = table.columns[name].type if name in table.columns else TEXT

    def write(value: Any, original: str) -> CsvValue:
        if value is None:
            text = unescape_cell(original)
            bare = remove_hidden(text).strip(BLANKS)
            blank = not bare or said.get(fold_word(text)) == ""
            blank = blank or (unknown_is_blank and unknown(bare) is not None)
            return None if blank else number_or_text(text) if kind.is_number else text
        return kind.file_value(value, catalog.departments)

    return write


def _require_same(first: Examination, second: Examination) -> None:
    """Raises ScorecardError unless the repaired file gives the same rows without a repair."""
    same = (first.rows, first.aside) == (second.rows, second.aside) and not second.refused
    if not same or (second.aside == 0 and second.total("repair")):
        found, expected = "修复后的文件再次体检的结果与原文件不同", "行数相同、没有须修复之处的文件"
        raise ScorecardError(f"文件“{first.file_name}”", found, expected, "请直接接收原文件：修复在接收时一样会做")
