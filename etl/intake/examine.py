"""Examination of an extract against its contract: all problems, counts and the first rows. Nothing is written.

Structure first, then cells, then rules, and all of it in one pass: a later stage looks at the rows that an earlier one
found right. Only a file without a header, or one that is no text, hides what stands below.
"""

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, Unpack

import duckdb

from etl.intake.batches import KnownCells
from etl.intake.header_mapping import validate_mapping
from etl.intake.word_mapping import ColumnWords, validate_words
from etl.problems import Count, Findings, Problem
from etl.reading import decoding, headers, staging, typed_rows
from etl.reading.latest_day import LatestDay, latest_day, suggested_as_of
from etl.reading.rejected_rows import RejectedRows, WrongRow, wrong_rows
from etl.reading.rules import Rules, report_department_days
from etl.reading.spelling import units
from etl.reading.spelling.periods import WideTable, widened
from etl.reading.typed_rows import UnreadWord
from etl.reading.workbooks.checks import SheetCheck
from scorecard.calendar.period import StatisticalCalendar
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Policy, Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.records.registry import RECORDS, RecordModule
from scorecard.storage.atomic_files import storage_errors

PREVIEWED = 20
PREVIEWED_CHARACTERS = 200
MEMORY_LIMIT = "4GB"


@dataclass(frozen=True)
class Examination:
    """The result of examining an extract: problems in the order of the file (a bounded list), exact counts, the first rows.

    `rows` counts the data rows to be accepted, or all of them when the extract is refused; `aside` those that would be set
    aside for a wrong cell or rule; `skipped_lines` are the lines of 合计 rows, notes and repeated headers. `unknown` are the
    headers that an officer may map to a column, `unread` the values that may be mapped to a registered word; `wrong` the
    first rows that must be corrected. `preview` shows the first rows as they were read, by Chinese header, private cells
    masked; it is empty when refused. `latest` is the latest day the rows name, None when they were not read or have no dates;
    `known` counts the cells that say something.
    """

    table: str
    file_name: str
    as_of: date | None
    encoding: str
    rows: int
    problems: tuple[Problem, ...]
    counts: tuple[Count, ...]
    skipped_lines: tuple[int, ...] = ()
    preview: tuple[dict[str, str], ...] = ()
    aside: int = 0
    unknown: tuple[str, ...] = ()
    wrong: tuple[WrongRow, ...] = ()
    policy: Policy = "refuse"
    latest: LatestDay | None = None
    known: KnownCells | None = None
    sheet: str = ""
    unread: tuple[UnreadWord, ...] = ()

    @property
    def repairable(self) -> bool:
        """Whether etl.intake.repaired gives a file with all repairs made."""
        return not self.refused and self.total("repair") > 0

    @property
    def refused(self) -> bool:
        return any(count.severity == "refuse" for count in self.counts)

    def suggested_as_of(self, months: StatisticalCalendar) -> date | None:
        """数据截至 as the rows and the file's name suggest it; None when they say nothing."""
        return suggested_as_of(self.latest and self.latest.day, self.file_name, months)

    def total(self, severity: str) -> int:
        """How many problems of this severity there are, listed or not."""
        return sum(count.count for count in self.counts if count.severity == severity)


@dataclass(frozen=True)
class ReadOptions:
    """The way to read an extract: its table, 数据截至, the columns of its unknown headers, the policy for wrong rows.

    `mapping` is by folded header, `words` by column and folded value. Without `as_of` no date is too late. Only a seed file
    may be empty: it means that nothing is set yet, while an extract without rows is a mistake. `sheet` is to be read of a
    workbook that has several.
    """

    table: Table
    as_of: date | None
    mapping: Mapping[str, str]
    policy: Policy
    may_be_empty: bool = False
    sheet: str = ""
    words: ColumnWords = field(default_factory=dict[str, Mapping[str, str]])


class Said(TypedDict, total=False):
    """What an officer says of a file.

    `mapping`: header as written -> column, "" to leave it out. `words`: column -> value as written -> registered word, "" for
    unknown. `policy`: the contract's unless given. `sheet`: of a workbook with several.
    """

    mapping: Mapping[str, str] | None
    words: ColumnWords | None
    policy: Policy | None
    sheet: str


def read_options(table: Table, catalog: Catalog, as_of: date | None, **said: Unpack[Said]) -> ReadOptions:
    """The options; without a policy the contract's. Raises ScorecardError for an invalid mapping."""
    headers_said = validate_mapping(table, said.get("mapping") or {})
    words_said = validate_words(table, catalog, said.get("words") or {})
    policy = said.get("policy") or table.on_error
    return ReadOptions(table, as_of, headers_said, policy, sheet=said.get("sheet", ""), words=words_said)


def examine(
    raw: bytes, file_name: str, table: Table, catalog: Catalog, as_of: date, **said: Unpack[Said]
) -> Examination:
    """The examination of an extract. Nothing is written. Raises ScorecardError for an invalid mapping."""
    how = read_options(table, catalog, as_of, **said)
    with open_examination(raw, decode_extract(raw, catalog, how.sheet), file_name, how, catalog) as (examination, _):
        return examination


def contract_columns(table: Table) -> str:
    """SQL for the rows of the view `typed` with exactly the contract\'s columns, each with its physical line."""
    columns = ", ".join(f'"{column}"' for column in table.columns)
    return f"SELECT _line, {columns} FROM typed"


def batch_columns(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SQL for the rows of a batch: the contract's columns, and the row set aside that each clears where the file names it."""
    there = {name for name, *_ in con.execute("DESCRIBE typed").fetchall()}
    marks = [name for name in (typed_rows.CLEARED_BATCH, typed_rows.CLEARED_LINE) if name in there]
    columns = [f'"{column}"' for column in table.columns]
    return f"SELECT {', '.join(['_line', *columns, *marks])} FROM typed"


def decode_extract(raw: bytes, catalog: Catalog, sheet: str = "") -> decoding.Decoded | Problem:
    """The extract, of a workbook the sheet, as UTF-8 text, or the problem that prevents it."""
    return decoding.read_text(raw, catalog.court.max_upload_mb, sheet)


@contextlib.contextmanager
def open_examination(
    raw: bytes,
    decoded: decoding.Decoded | Problem,
    file_name: str,
    how: ReadOptions,
    catalog: Catalog,
    output: Path | None = None,
) -> Generator[tuple[Examination, duckdb.DuckDBPyConnection | None], None, None]:
    """The examination and, unless refused, the connection with the views `typed`, `written` and, for rows set aside, `caught`.

    `written` holds every data row's original text by the contract's columns, `caught` the rows set aside, typed as far as
    possible. The database may open the extract and `output`, and nothing else.
    """
    findings = Findings()
    examination = Examination(how.table.id, base_name(file_name), how.as_of, "", 0, (), (), policy=how.policy)
    with contextlib.ExitStack() as stack:
        con: duckdb.DuckDBPyConnection | None = None
        if isinstance(decoded, Problem):
            findings.add(decoded)
        else:
            if decoded.end_mark is not None:
                reason = "文件末尾的结束符（Ctrl-Z），已略去"
                findings.add(Problem("end_mark", "report", decoded.end_mark, "", "", reason))
            text = decoded.utf8 if decoded.workbook else raw
            records: list[headers.CsvRecord] = []
            with contextlib.suppress(headers.Unreadable):  # find_header says so
                records = headers.first_records(decoded.utf8) if how.table.unpivot else []
            wide = widened(records, examination.file_name, how.table, how.mapping, catalog.court.months, findings)
            if wide is not None:  # a statistical table: one without a line of it is another one
                how = replace(how, policy="refuse")
            header = headers.find_header(text, decoded.utf8, wide.table if wide else how.table, findings, how.mapping)
            sheet = decoded.workbook.sheet if decoded.workbook else ""
            examination = replace(examination, encoding=decoded.encoding, sheet=sheet, policy=how.policy)
            if header is not None:
                if wide:
                    wide.check_units(header, findings)
                as_read = wide.table if wide else how.table
                for where, name in (("文件名", Path(examination.file_name).stem), ("工作表名", sheet)):
                    for problem in headers.unit_elsewhere([name], header, as_read, where):
                        findings.add(problem)
                with storage_errors("读取文件"):
                    path = stack.enter_context(staging.as_file(memoryview(decoded.utf8)[header.body :]))
                con = stack.enter_context(_database(path, output))
                reading = _Reading(con, path, decoded, header, how, wide, catalog, findings, RejectedRows(con))
                try:
                    examination = replace(examination, unknown=header.unknown, **reading.read())
                except duckdb.OutOfMemoryException as error:
                    where, expected = f"文件“{examination.file_name}”", f"{MEMORY_LIMIT} 以内能处理的文件"
                    raise StorageError(where, "内存不足", expected, "请按时间段拆成几个文件上传") from error
        problems, counts = findings.problems(), findings.counts()
        yield replace(examination, problems=problems, counts=counts), None if findings.refused else con


@dataclass(frozen=True)
class _Reading:
    """The rows of a file whose header was found."""

    con: duckdb.DuckDBPyConnection
    path: Path
    decoded: decoding.Decoded
    header: headers.Header
    how: ReadOptions
    wide: WideTable | None
    catalog: Catalog
    findings: Findings
    rejected: RejectedRows

    def read(self) -> dict[str, Any]:
        """What the examination says of them, by its fields."""
        con, how, header, findings, rejected = self.con, self.how, self.header, self.findings, self.rejected
        table, utf8, wide = how.table, self.decoded.utf8, self.wide
        as_read = wide.table if wide else table
        staged = staging.stage(con, self.path, utf8, header, as_read, findings)
        if not findings.refused and staged.rows == 0 and not how.may_be_empty:
            reason, suggestion = "只有表头，没有数据行", "确实没有时，请声明“本月无此类数据”"
            findings.add(Problem("rows_none", "refuse", None, "", "", reason, suggestion))
        if self.decoded.workbook is not None:
            SheetCheck(self.decoded.workbook, header, frozenset(staged.skipped_lines), as_read, findings).check()
        # From here on every problem is about one row.
        findings.by_row = how.policy == "set_aside"
        known_by = (as_read, self.catalog, how.as_of, findings, rejected, how.words)
        typing = typed_rows.TypedRows(con, staged, header, *known_by)
        said: dict[str, Any] = {"skipped_lines": staged.skipped_lines, "unread": typing.create()}
        rows = wide.make_rows(con, how.as_of, findings) if wide else staged.rows
        said["latest"] = latest_day(con, table, self.catalog.court.months)
        rules = Rules(con, table, self.catalog, findings, rejected, wide.long(header) if wide else header)
        rules.check()
        rows -= rules.identical
        report_department_days(con, table, self.catalog, how.as_of, findings)
        if record := RECORDS.get(table.id):
            self._check_contradictions(record)
        findings.by_row = False
        if how.policy == "set_aside" and rejected.count and rejected.count == rows:
            reason = f"{rows} 行都有须改正的问题"
            findings.add(Problem("rows_all_aside", "refuse", None, "", "", reason, "请按问题清单改正后重新上传"))
        con.execute(f"CREATE VIEW written AS {_as_written(header)}")
        said |= {"rows": rows, "wrong": wrong_rows(con, as_read, findings.problems())}
        if findings.refused:
            return said
        if wide:
            wide.make_written(con)
        counted = ", ".join(f'count("{name}")' for name in table.columns)
        ((total, *known),) = con.execute(f"SELECT count(*), {counted} FROM typed").fetchall()
        said["known"] = KnownCells(total, dict(zip(table.columns, known, strict=True)))
        said["preview"] = _preview(con, table, self.catalog)
        return said | {"rows": rows - rejected.count, "aside": rejected.count}

    def _check_contradictions(self, record: RecordModule) -> None:
        """Rejects rows that people enter and that contradict themselves: accepted, such a row would stand for ever."""
        rows = self.con.sql(contract_columns(self.how.table)).to_arrow_table()
        for row in (row for batch in rows.to_batches(max_chunksize=10_000) for row in batch.to_pylist()):
            for column, statement, expected, remedy in record.contradictions(row, self.catalog):
                self.rejected.reject(f"SELECT {row['_line']} AS _line")
                suggestion = f"应为{expected}" + (f"；{remedy}" if remedy else "")
                code, header = record.PROBLEM_CODE, self.how.table.header(column)
                self.findings.add(Problem(code, "refuse", row["_line"], header, "", statement, suggestion))
        self.rejected.remove()


def _as_written(header: headers.Header) -> str:
    """SQL for the original text of the contract's columns and of the marks of a corrected row, in the file's order.

    A number bears the unit that its header says: it will stand under another header.
    """
    names = list(header.columns)
    for position, name in zip(header.clears or (), (typed_rows.CLEARED_BATCH, typed_rows.CLEARED_LINE), strict=False):
        names[position] = name
    columns = [
        f'{units.with_unit_sql(f"c{position}", header.units.get(name))} AS "{name}"'
        for position, name in enumerate(names)
        if name is not None
    ]
    return f"SELECT line AS _line, {', '.join(columns)} FROM raw"


@contextlib.contextmanager
def _database(path: Path, output: Path | None) -> Generator[duckdb.DuckDBPyConnection, None, None]:
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": ""}) as con:
        con.execute("SET allowed_paths = ?", [[str(path), *([str(output)] if output else [])]])
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con


def base_name(file_name: str) -> str:
    """The file name for display: without the folders that browsers and attackers send, printable characters only."""
    base = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in base if character.isprintable())[:200]
    return shown if shown.strip(". ") else "未命名"


def _preview(con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog) -> tuple[dict[str, str], ...]:
    rows = con.execute(f"{contract_columns(table)} ORDER BY ALL LIMIT {PREVIEWED}").fetchall()
    preview: list[dict[str, str]] = []
    for line, *cells in rows:
        row = {"行号": str(line)}
        for column, cell in zip(table.columns.values(), cells, strict=True):
            text = column.type.text(cell, catalog.departments)[:PREVIEWED_CHARACTERS]
            row[column.header] = MASK if column.private and text else text
        preview.append(row)
    return tuple(preview)
