"""A wide table: headers that name periods (2014年, 2015年; 1月 to 12月) are columns while cells are read, then a row each.

So every problem of a cell names its own line and header. A blank cell is an unknown value, not zero; of a period that is not
over no value is taken.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from etl.problems import LISTED, Findings, Problem
from etl.reading.headers import CsvRecord, Header, fold, names_of, without_unit
from etl.reading.rejected_rows import RejectedRows
from etl.reading.spelling.periods import named_period
from etl.reading.spelling.units import in_header
from etl.reading.typed_rows import WRITTEN
from scorecard.calendar.period import Period, RowPeriod, StatisticalCalendar
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table, Unpivot
from scorecard.storage.sql_text import quoted

PLACE = "_place"  # which of its line's periods a row is of: beside the line it tells the rows of a wide table apart
_YEAR_IN_TITLE = re.compile(r"(?<!\d)((?:19|20)\d\d)年", re.ASCII)
_YEAR_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\D|$|\d\d(?:\d\d)?(?!\d))", re.ASCII)
_ANY_YEAR = 2000


@dataclass(frozen=True)
class WideTable:
    """`table`: the contract with a column for each header that names a period; `periods` are these columns."""

    contract: Table
    unpivot: Unpivot
    table: Table
    periods: Mapping[str, Period]

    def long(self, header: Header) -> Header:
        """The header as the rows have it, when each period is one."""
        columns = tuple(name for name in header.columns if name and name not in self.periods)
        return replace(header, columns=(*columns, self.unpivot.period, self.unpivot.value))

    def make_rows(
        self, con: duckdb.DuckDBPyConnection, as_of: date | None, findings: Findings, rejected: RejectedRows
    ) -> int:
        """`typed` with one row for each line and period, and how many these are; values of periods that are not over are refused."""
        ahead = {name for name, period in self.periods.items() if as_of is not None and period.last > as_of}
        for name in ahead:
            told = f'SELECT _line FROM typed WHERE "{name}" IS NOT NULL'
            rejected.reject(told)
            lines = con.execute(f"{told} ORDER BY 1").fetchall()
            reason = f"{self.periods[name].label}到 {self.periods[name].last} 才满，晚于数据截至 {as_of}"
            about = (self.table.columns[name].header, "", reason, "未满的一期请留空，期满后再报送")
            listed = (Problem("date_future", "refuse", line, *about) for (line,) in lines[:LISTED])
            findings.add_all(listed, "date_future", "refuse", about[0], len(lines))
        blanked = self.table.columns[next(iter(self.periods))].on_problem == "blank"
        prefixes = ("", WRITTEN) if blanked else ("",)
        wide = ", ".join(f'"{prefix}{name}"' for prefix in prefixes for name in self.periods)
        parts = [
            f"SELECT * EXCLUDE ({wide}), DATE '{period.last}' AS \"{self.unpivot.period}\", {place} AS {PLACE}, "
            + ", ".join(f'"{prefix}{name}" AS "{prefix}{self.unpivot.value}"' for prefix in prefixes)
            + " FROM typed"
            + (f' WHERE "{name}" IS NOT NULL' if name in ahead else "")
            for place, (name, period) in enumerate(self.periods.items())
        ]
        con.execute(f"CREATE TABLE unpivoted AS SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY _line, {PLACE}")
        con.execute("DROP TABLE typed")
        con.execute("ALTER TABLE unpivoted RENAME TO typed")
        ((rows,),) = con.execute("SELECT count(*) FROM typed").fetchall()
        return rows

    def make_written(self, con: duckdb.DuckDBPyConnection) -> None:
        """The view `written` with one row for each line and period."""
        con.execute("ALTER VIEW written RENAME TO written_wide")
        wide = ", ".join(f'"{name}"' for name in self.periods)
        parts = (
            f'SELECT * EXCLUDE ({wide}), {quoted(period.label)} AS "{self.unpivot.period}",'
            f' "{name}" AS "{self.unpivot.value}", {place} AS {PLACE} FROM written_wide'
            for place, (name, period) in enumerate(self.periods.items())
        )
        con.execute(f"CREATE VIEW written AS {' UNION ALL '.join(parts)}")


def widened(
    records: Sequence[CsvRecord],
    file_name: str,
    table: Table,
    mapping: Mapping[str, str],
    months: StatisticalCalendar,
    findings: Findings,
) -> WideTable | None:
    """The contract as a file has it whose headers name periods; None for one that has a row for each period, as the template.

    `records` are the first of the file, `mapping` an officer's columns for other headers. Where a header names no year (1月) the
    title above or the file's name has to; both may not differ.
    """
    unpivot = table.unpivot
    if unpivot is None or not records:
        return None
    length = table.columns[unpivot.period].period
    assert length is not None  # the catalogue's checks
    names = names_of(table) | dict(mapping)
    counted = [sum(_names_one(cell, length, names, months) for cell in record.cells) for record in records]
    record = records[counted.index(max(counted))]
    there = {names.get(without_unit(fold(cell), names)[0]) for cell in record.cells}
    named = dict.fromkeys(_bare(cell) for cell in record.cells if _period(cell, length, months, _ANY_YEAR))
    if not named or {unpivot.period, unpivot.value} & there:
        return None
    year = None
    if not all(_period(cell, length, months, None) for cell in named):
        above = [cell for other in records[: records.index(record)] for cell in other.cells]
        year = _year(above, file_name, months, record.line, findings)
    value, added = table.columns[unpivot.value], dict[str, Column]()
    periods: dict[str, Period] = {}
    for cell in named:  # without the unit behind it, so that this one is read there
        period = _period(cell, length, months, year)
        assert period is not None
        name = f"{unpivot.value}@{period.key}"
        before = added[name].aliases if name in added else ()
        periods[name] = period
        added[name] = value.model_copy(update={"header": cell, "aliases": (*before, cell), "required": False})
    kept = {name: column for name, column in table.columns.items() if name not in (unpivot.period, unpivot.value)}
    how = f"{len(periods)} 列按时段各成一行，读作 {'、'.join(period.label for period in periods.values())}"
    findings.add(Problem("header_periods", "report", record.line, value.header, "", how))
    wide = table.model_copy(update={"columns": {**kept, **added}, "derived": {}, "checks": (), "unpivot": None})
    return WideTable(table, unpivot, wide, periods)


def _bare(cell: str) -> str:
    """A header without the unit behind it."""
    return in_header(fold(cell))[0]


def _period(cell: str, length: RowPeriod, months: StatisticalCalendar, year: int | None) -> Period | None:
    return named_period(_bare(cell), length, months, year, header=True)


def _names_one(cell: str, length: RowPeriod, names: Mapping[str, object], months: StatisticalCalendar) -> bool:
    return without_unit(fold(cell), names)[0] in names or _period(cell, length, months, _ANY_YEAR) is not None


def _year(above: Sequence[str], file_name: str, months: StatisticalCalendar, line: int, findings: Findings) -> int:
    """The year that a title or the file's name says; some year, and a refusal, where none or several do."""
    titles = {int(year) for cell in above for year in _YEAR_IN_TITLE.findall(unicodedata.normalize("NFKC", cell))}
    said = titles | {int(year) for year in _YEAR_IN_NAME.findall(unicodedata.normalize("NFKC", file_name))}
    begins_later = any(rule.year_begins > 1 for rule in months.rules)
    if len(said) == 1 and not begins_later:
        return said.pop()
    found = "、".join(f"{year} 年" for year in sorted(said))
    reason = "表头的时段没有写年份，" + (
        "本院的统计年度不从 1 月起，分不清是哪一年"
        if begins_later
        else f"标题和文件名写着 {found}，分不清是哪一年"
        if said
        else "标题和文件名也没有写"
    )
    suggestion = "请在表头写明，如 2026年1月，或在表头上方的标题里写明一个年份"
    findings.add(Problem("period_year", "refuse", line, "", "", reason, suggestion))
    return _ANY_YEAR
