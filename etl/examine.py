"""Bytes + contract -> everything there is to say about an extract. Structure first, then cells, then rules.

A later stage does not run on what an earlier one refused. Nothing is written here.
"""

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from etl import decoding, headers, reading, typed
from etl.problems import MASK, Count, Findings, Problem
from etl.rules import Rules
from scorecard import annotations, baselines, decisions, targets
from scorecard.contracts import Table
from scorecard.definitions import Catalog
from scorecard.durable import storage_errors
from scorecard.errors import StorageError

PREVIEWED = 20
MEMORY_LIMIT = "4GB"


@dataclass(frozen=True)
class Examination:
    """What the door found: problems in the order of the file (a bounded list), exact counts, and the first rows.

    `rows` counts data rows; `set_aside` names the lines of 合计 rows, notes and repeated headers. `preview` shows the
    first rows as they were understood, by Chinese header, private cells masked; it is empty when refused.
    """

    table: str
    file_name: str
    as_of: date | None
    encoding: str
    rows: int
    problems: tuple[Problem, ...]
    counts: tuple[Count, ...]
    set_aside: tuple[int, ...] = ()
    preview: tuple[dict[str, str], ...] = ()

    @property
    def refused(self) -> bool:
        return any(count.severity == "refuse" for count in self.counts)

    def total(self, severity: str) -> int:
        """How many problems of this severity there are, listed or not."""
        return sum(count.count for count in self.counts if count.severity == severity)


def examine(raw: bytes, file_name: str, table: Table, catalog: Catalog, as_of: date) -> Examination:
    """Everything there is to say about an extract. Nothing is written."""
    with examined(raw, decoded_as_text(raw, catalog), file_name, table, catalog, as_of) as (examination, _):
        return examination


def contract_columns(table: Table) -> str:
    """SQL for the rows of the view `typed` with exactly the contract\'s columns, each with its physical line."""
    columns = ", ".join(f'"{column}"' for column in table.columns)
    return f"SELECT _line, {columns} FROM typed"


def decoded_as_text(raw: bytes, catalog: Catalog) -> decoding.Decoded | Problem:
    """The extract as UTF-8 text, or why it cannot be read as any."""
    return decoding.not_text(raw, catalog.court.max_upload_mb) or decoding.decode(raw)


@contextlib.contextmanager
def examined(
    raw: bytes,
    decoded: decoding.Decoded | Problem,
    file_name: str,
    table: Table,
    catalog: Catalog,
    as_of: date | None,
    output: Path | None = None,
) -> Generator[tuple[Examination, duckdb.DuckDBPyConnection | None], None, None]:
    """The examination and, unless refused, the connection that holds the view `typed`.

    The database may open the extract and `output`, and nothing else.
    """
    findings = Findings()
    found = Examination(table.id, base_name(file_name), as_of, "", 0, (), ())
    with contextlib.ExitStack() as stack:
        con: duckdb.DuckDBPyConnection | None = None
        if isinstance(decoded, Problem):
            findings.add(decoded)
        else:
            found = replace(found, encoding=decoded.encoding)
            header = headers.find_header(raw, decoded.utf8, table, findings)
            if header is not None:
                with storage_errors("读取文件"):
                    body = memoryview(decoded.utf8)[header.body :]
                    path = stack.enter_context(reading.as_file(body))
                con = stack.enter_context(_database(path, output))
                with _enough_memory(found.file_name):
                    found = _read(con, path, decoded.utf8, header, table, catalog, found, findings)
        problems, counts = findings.problems(), findings.counts()
        yield replace(found, problems=problems, counts=counts), None if findings.refused else con


def _read(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    utf8: bytes,
    header: headers.Header,
    table: Table,
    catalog: Catalog,
    found: Examination,
    findings: Findings,
) -> Examination:
    staged = reading.stage(con, path, utf8, header, findings)
    if staged is None:
        return found
    found = replace(found, rows=staged.rows, set_aside=staged.set_aside)
    typed.create_typed(con, staged, header, table, catalog, found.as_of, findings)
    if not findings.refused:
        Rules(con, table, findings).check()
    if not findings.refused and table.id in _SENSE:
        _check_sense(con, table, catalog, findings)
    return found if findings.refused else replace(found, preview=_preview(con, table, catalog))


# Tables whose rows people decide on: what a row may not say, beyond what a contract can express.
_SENSE = {
    targets.TABLE: ("target_contradicts", targets.mistakes),
    baselines.TABLE: ("baseline_contradicts", baselines.mistakes),
    annotations.TABLE: ("annotation_contradicts", annotations.mistakes),
    decisions.TABLE: ("decision_contradicts", decisions.mistakes),
}


def _check_sense(con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog, findings: Findings) -> None:
    """A target that contradicts itself or its indicator would be judged by for ever: it does not get in."""
    code, mistakes = _SENSE[table.id]
    rows = con.sql(contract_columns(table)).to_arrow_table().to_pylist()
    for row in rows:
        for column, found, expected, remedy in mistakes(row, catalog):
            suggestion = f"应为{expected}" + (f"；{remedy}" if remedy else "")
            findings.add(Problem(code, "refuse", row["_line"], table.header(column), "", found, suggestion))


@contextlib.contextmanager
def _database(path: Path, output: Path | None) -> Generator[duckdb.DuckDBPyConnection, None, None]:
    con = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": ""})
    try:
        allowed = [str(path), *([str(output)] if output else [])]
        con.execute("SET allowed_paths = ?", [allowed])
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con
    finally:
        con.close()


@contextlib.contextmanager
def _enough_memory(file_name: str) -> Generator[None, None, None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise StorageError(
            f"文件“{file_name}”", "内存不足", f"{MEMORY_LIMIT} 以内能处理的文件", "请按时间段拆成几个文件上传"
        ) from error


def base_name(file_name: str) -> str:
    """The name without any folder, as browsers and attackers send them, fit to be shown."""
    base = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in base if character.isprintable())[:200] or "未命名"


def _preview(con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog) -> tuple[dict[str, str], ...]:
    rows = con.execute(f"{contract_columns(table)} ORDER BY _line LIMIT {PREVIEWED}").fetchall()
    shown: list[dict[str, str]] = []
    for line, *cells in rows:
        row = {"行号": str(line)}
        for column, cell in zip(table.columns.values(), cells, strict=True):
            if cell is None:
                text = ""
            elif column.private:
                text = MASK
            elif column.type == "department":
                text = catalog.departments[cell].name
            elif isinstance(cell, bool):
                text = "是" if cell else "否"
            else:
                text = str(cell)
            row[column.header] = text
        shown.append(row)
    return tuple(shown)
