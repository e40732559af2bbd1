"""The door: bytes + contract + 数据截至 + actor -> an immutable typed batch, or every problem with its line.

Structural errors first, then cells, then rules: a later stage does not run on what an earlier one refused.
"""

import contextlib
import csv
import hashlib
import io
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from etl import decoding, headers, reading, typed
from etl.batches import Batch, add, batch_name, contract_digest, list_batches, next_sequence, place
from etl.durable import locked, storage_errors, sweep, temporary_sibling
from etl.problems import MASK, Count, Findings, Problem
from etl.rules import Rules
from scorecard import targets
from scorecard.contracts import Table
from scorecard.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.freshness import COURT_TIME, today
from scorecard.layout import DataDir

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


class Refused(ScorecardError):
    """An extract that did not pass the door; nothing of it was kept."""

    def __init__(self, examination: Examination) -> None:
        self.examination = examination
        first = next(problem for problem in examination.problems if problem.severity == "refuse")
        super().__init__(
            f"文件“{examination.file_name}”",
            f"{examination.total('refuse')} 处须改正，第一处：{first}",
            "符合表头和取值约定的 CSV",
            "请按问题清单改正后重新上传；文件没有写入系统",
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.examination.problems


def examine(raw: bytes, file_name: str, table: Table, catalog: Catalog, as_of: date) -> Examination:
    """Everything there is to say about an extract. Nothing is written."""
    with _examined(raw, _decoded(raw, catalog), file_name, table, catalog, as_of) as (examination, _):
        return examination


def accept(
    raw: bytes,
    file_name: str,
    table: Table,
    catalog: Catalog,
    as_of: date,
    actor: str,
    data: DataDir,
    sample: bool = False,
) -> Batch:
    """The batch these bytes are from now on; the same bytes under the same contract are one batch, whatever 数据截至.

    Raises Refused with the examination, StorageError when the disk refuses; nothing half-written stays.
    """
    if as_of > today():
        raise ScorecardError(
            "数据截至", f"{as_of} 在今天之后", f"不晚于今天（{today()}）的日期", "请核对数据截至日期"
        )
    with ThreadPoolExecutor(max_workers=1) as beside:
        hashing = beside.submit(hashlib.sha256, raw)  # a large file is hashed while it is decoded
        decoded = _decoded(raw, catalog)
        source = hashing.result().hexdigest()
    contract = contract_digest(table)
    if known := _known(data, table, source, contract, sample):
        return known
    name = batch_name(as_of, source, contract, sample)
    path = place(data, table, name).absolute()
    temporary = temporary_sibling(path)
    with _examined(raw, decoded, file_name, table, catalog, as_of, temporary) as (examination, con):
        if examination.refused or con is None:
            raise Refused(examination)
        with locked(data):
            if known := _known(data, table, source, contract, sample):
                return known
            with storage_errors(f"批次目录 {table.id}"):
                path.parent.mkdir(parents=True, exist_ok=True)
                sweep(path.parent)
            batch = Batch(
                name=name,
                table=table.id,
                as_of=as_of,
                accepted_at=datetime.now(COURT_TIME).replace(microsecond=0),
                actor=actor,
                file_name=examination.file_name,
                rows=examination.rows,
                sequence=next_sequence(list_batches(data)),
                source_sha256=source,
                encoding=examination.encoding,
                contract=contract,
                sample=sample,
                counts=examination.counts,
                path=path,
            )
            add(con, _contract_columns(table), batch, temporary)
    return replace(batch, problems=examination.problems)


def read_seed_table(raw: bytes, table: Table, catalog: Catalog) -> pa.Table:
    """The rows of a seed file (targets, parameters) through the same door: _line, then the contract's columns.

    Seeds have no 数据截至, so no date in them is too late. Raises Refused.
    """
    name = f"seeds/{table.seed or table.id}"
    with _examined(raw, _decoded(raw, catalog), name, table, catalog, None) as (examination, con):
        if examination.refused or con is None:
            raise Refused(examination)
        return con.sql(_contract_columns(table)).to_arrow_table()


def template(table: Table) -> bytes:
    """An empty extract of this table for Excel: the header row only, UTF-8 with BOM."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([column.header for column in table.columns.values()])
    return text.getvalue().encode("utf-8-sig")


def _known(data: DataDir, table: Table, source: str, contract: str, sample: bool) -> Batch | None:
    """The batch of the same bytes, if they were accepted before."""
    wanted = (table.id, source, contract, sample)
    for batch in list_batches(data):
        if (batch.table, batch.source_sha256, batch.contract, batch.sample) == wanted:
            return replace(batch, already=True)
    return None


def _contract_columns(table: Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    return f"SELECT _line, {columns} FROM typed"


def _decoded(raw: bytes, catalog: Catalog) -> decoding.Decoded | Problem:
    return decoding.not_text(raw, catalog.court.max_upload_mb) or decoding.decode(raw)


@contextlib.contextmanager
def _examined(
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
    found = Examination(table.id, _base_name(file_name), as_of, "", 0, (), ())
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
    if not findings.refused and table.id == targets.TABLE:
        _check_targets(con, table, catalog, findings)
    return found if findings.refused else replace(found, preview=_preview(con, table, catalog))


def _check_targets(
    con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog, findings: Findings
) -> None:
    """A target that contradicts itself or its indicator would be judged by for ever: it does not get in."""
    rows = con.sql(_contract_columns(table)).to_arrow_table().to_pylist()
    for row in rows:
        for column, found, expected, remedy in targets.mistakes(row, catalog):
            suggestion = f"应为{expected}" + (f"；{remedy}" if remedy else "")
            findings.add(
                Problem(
                    "target_contradicts", "refuse", row["_line"], table.header(column), "", found, suggestion
                )
            )


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


def _base_name(file_name: str) -> str:
    """The name without any folder, as browsers and attackers send them, fit to be shown."""
    base = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in base if character.isprintable())[:200] or "未命名"


def _preview(con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog) -> tuple[dict[str, str], ...]:
    rows = con.execute(f"{_contract_columns(table)} ORDER BY _line LIMIT {PREVIEWED}").fetchall()
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
