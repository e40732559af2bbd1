"""Periods as registers and yearbooks write them (2014年, 2014年一季度, 2014-Q1, 2014年1月), in cells and in headers.

Of a wide table, headers that name periods are columns while cells are read, then a row each. So every problem of a cell names
its own line and header. A blank cell is an unknown value, not zero; of a period that is not over no value is taken.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from etl.problems import LISTED, Findings, Problem
from etl.reading.headers import CsvRecord, Header, fold, names_of, without_unit
from etl.reading.spelling.units import in_header
from scorecard.calendar.period import CALENDAR, Period, RowPeriod, StatisticalCalendar
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table, Unpivot
from scorecard.storage.sql_text import quoted

_NAMES: dict[RowPeriod, re.Pattern[str]] = {
    "year": re.compile(r"(?P<year>\d{4})(?P<part>)(?:年度?)?(?:全年)?", re.ASCII),
    "quarter": re.compile(r"(?:(?P<year>\d{4})(?:年度?|[-/.])?)?第?(?P<part>[1-4])季度?", re.ASCII),
    # 2026.1 may be what a spreadsheet left of 2026.10
    "month": re.compile(r"(?!\d{4}\.1$)(?:(?P<year>\d{4})(?:年度?|[-/.]))?(?P<part>0?[1-9]|1[0-2])月?份?", re.ASCII),
}
_KEYS: dict[RowPeriod, str] = {"year": "{}", "quarter": "{}-Q{}", "month": "{}-{:0>2}"}
_DAY = re.compile(r"(\d{4})(?:-|/|年)(\d{1,2})(?:-|/|月)(\d{1,2})日?", re.ASCII)


def named_period(
    text: str, length: RowPeriod, months: StatisticalCalendar, year: int | None = None, *, header: bool = False
) -> Period | None:
    """The period of this length that a text (half-width) names, of `year` where it names none itself; None for any other text.

    A day names the period that it ends, by the court's months or by the calendar's. A `header` names one by its word: 1 alone may
    be anything; of years 2014 does.
    """
    text = _in_digits("".join(text.split()))
    if length == "quarter":
        text = re.sub("[qQ]([1-4])$", r"\1季", text.translate(str.maketrans("一二三四", "1234")))
    if found := _DAY.fullmatch(text):
        with suppress(ValueError):
            day = date(int(found[1]), int(found[2]), int(found[3]))
            ends = (calendar.containing(length, calendar.month_of(day)) for calendar in (months, CALENDAR))
            return next((months.parse(length, period.key) for period in ends if period.last == day), None)
    found = _NAMES[length].fullmatch(text)
    if found is None or not (found["year"] or (year and ("月" in text or not header or length != "month"))):
        return None
    return months.parse(length, _KEYS[length].format(found["year"] or year, found["part"]))


_NUMERALS = "〇一二三四五六七八九十"


def _in_digits(text: str) -> str:
    """Years and months that are written in numerals (二〇二六年十一月) in digits."""
    text = re.sub("[零○]", "〇", text)
    text = re.sub(
        rf"[{_NUMERALS[:10]}]{{4}}(?=年)", lambda year: "".join(str(_NUMERALS.index(sign)) for sign in year[0]), text
    )
    return re.sub(
        "(?:十[一二]?|[一二三四五六七八九])(?=月)", lambda month: str(sum(map(_NUMERALS.index, month[0]))), text
    )


# --- headers ----------------------------------------------------------------------------------------------------

PLACE = "_place"  # which of its line's periods a row is of: beside the line it tells the rows of a wide table apart
# Not the year of a day: on it a table was made or written out, maybe in the year after.
_YEAR_IN_TITLE = re.compile(r"(?<!\d)((?:19|20)\d\d)年(?!\s*\d\d?\s*月\s*\d\d?\s*日)", re.ASCII)
_YEAR_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\D|$|\d\d(?!\d))(?![-_./]\d\d?[-_./]\d|年\d\d?月\d)", re.ASCII)
_ANY_YEAR = 2000


@dataclass(frozen=True)
class WideTable:
    """`table`: the contract with a column for each header that names a period; `periods` are these columns."""

    unpivot: Unpivot
    table: Table
    periods: Mapping[str, Period]

    def long(self, header: Header) -> Header:
        """The header as the rows have it, when each period is one."""
        columns = tuple(name for name in header.columns if name and name not in self.periods)
        return replace(header, columns=(*columns, self.unpivot.period, self.unpivot.value))

    def check_units(self, header: Header, findings: Findings) -> None:
        """Refuses a header in which some periods state a unit and others none: their numbers would be of different ones."""
        silent = [name for name in self.periods if name not in header.units]
        if silent and (stated := [header.units[name] for name in self.periods if name in header.units]):
            one, other = self.table.columns[silent[0]].header, stated[0]
            reason = f"“{other.written}”写明了单位，“{one}”没有写：各期的单位是否相同，无法确定"
            suggestion = "请在每一期的表头里都写明单位，或都不写而写在表头上方"
            findings.add(Problem("header_unit", "refuse", other.line, one, "", reason, suggestion))

    @property
    def _columns(self) -> str:
        return ", ".join(f'"{name}"' for name in self.periods)

    def make_rows(self, con: duckdb.DuckDBPyConnection, as_of: date | None, findings: Findings) -> int:
        """`typed` with one row for each line and period, and how many these are; values of periods that are not over are refused."""
        ahead = {name for name, period in self.periods.items() if as_of is not None and period.last > as_of}
        for name in ahead:
            lines = con.execute(f'SELECT _line FROM typed WHERE "{name}" IS NOT NULL ORDER BY 1').fetchall()
            reason = f"{self.periods[name].label}到 {self.periods[name].last} 才满，晚于数据截至 {as_of}"
            about = (self.table.columns[name].header, "", reason, "未满的一期请留空，期满后再报送")
            listed = (Problem("date_future", "refuse", line, *about) for (line,) in lines[:LISTED])
            findings.add_all(listed, "date_future", "refuse", about[0], len(lines))
        parts = (
            f"SELECT * EXCLUDE ({self._columns}), DATE '{period.last}' AS \"{self.unpivot.period}\", {place} AS {PLACE},"
            f' "{name}" AS "{self.unpivot.value}" FROM typed WHERE "{name}" IS NOT NULL OR {name not in ahead}'
            for place, (name, period) in enumerate(self.periods.items())
        )
        con.execute(f"CREATE TABLE unpivoted AS SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY _line, {PLACE}")
        con.execute("DROP TABLE typed")
        con.execute("ALTER TABLE unpivoted RENAME TO typed")
        ((rows,),) = con.execute("SELECT count(*) FROM typed").fetchall()
        return rows

    def make_written(self, con: duckdb.DuckDBPyConnection) -> None:
        """The view `written` with one row for each line and period."""
        con.execute("ALTER VIEW written RENAME TO written_wide")
        parts = (
            f'SELECT * EXCLUDE ({self._columns}), {quoted(period.label)} AS "{self.unpivot.period}",'
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

    def known(cell: str) -> bool:
        return without_unit(fold(cell), names)[0] in names or _period(cell, length, months, _ANY_YEAR) is not None

    record = max(records, key=lambda one: sum(map(known, one.cells)))
    there = {names.get(without_unit(fold(cell), names)[0]) for cell in record.cells}
    named = dict.fromkeys(_bare(cell) for cell in record.cells if _period(cell, length, months, _ANY_YEAR))
    if not named or {unpivot.period, unpivot.value} & there:
        return None
    year, above = None, [cell for other in records[: records.index(record)] for cell in other.cells]
    if not all(_period(cell, length, months, None) for cell in named):
        year = _year(above, file_name, months, record.line, findings)
    value, added = table.columns[unpivot.value], dict[str, Column]()
    if (
        length != "year"
        and "累计" in " ".join([file_name, *above])
        and not any("累" in cell or "计" in cell for cell in record.cells)
    ):
        reason = "标题或文件名写着“累计”：各列是当期的数，还是从年初累计到当期的数，无法确定"
        suggestion = "请按当期的数报送，并从标题和文件名里删去“累计”，或另列“累计”一列"
        findings.add(Problem("period_running", "refuse", record.line, value.header, "", reason, suggestion))
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
    return WideTable(unpivot, wide, periods)


def _bare(cell: str) -> str:
    """A header without the unit behind it."""
    return in_header(fold(cell))[0]


def _period(cell: str, length: RowPeriod, months: StatisticalCalendar, year: int | None) -> Period | None:
    return named_period(_bare(cell), length, months, year, header=True)


def _year(above: Sequence[str], file_name: str, months: StatisticalCalendar, line: int, findings: Findings) -> int:
    """The year that a title or the file's name says; some year, and a refusal, where none or several do."""
    titles = {
        int(year) for cell in above for year in _YEAR_IN_TITLE.findall(_in_digits(unicodedata.normalize("NFKC", cell)))
    }
    said = titles | {int(year) for year in _YEAR_IN_NAME.findall(unicodedata.normalize("NFKC", file_name))}
    if len(said) == 1 and all(
        rule.year_begins == 1 for rule in months.rules
    ):  # else 12月 is of the year before, or not
        return said.pop()
    found = f"写着 {'、'.join(f'{year} 年' for year in sorted(said))}" if said else "也没有写（制表、导出的日期不算）"
    reason = f"表头的时段没有写年份，标题和文件名{found}，不能确定是哪一年"
    suggestion = "请在表头写明，如 2026年1月，或在表头上方的标题里写明一个年份"
    findings.add(Problem("period_year", "refuse", line, "", "", reason, suggestion))
    return _ANY_YEAR
