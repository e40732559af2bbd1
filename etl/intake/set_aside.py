"""Rows set aside: stored beside their batch with their original texts, lines and reasons, until a corrected row arrives.

One file for each batch that has such rows, written before the batch that counts them. It holds the contract's own columns
only, without the columns that acceptance drops; private columns are masked on screen. Nothing of it enters a warehouse.
"""

import io
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.intake.batches import Batch
from etl.intake.examine import Examination
from etl.invisible_characters import show_hidden
from etl.problems import Problem
from etl.reading import typed_rows
from etl.reading.headers import BATCH, LINE, REASON
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.entry import trace
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.errors import StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import remove_stale_temporaries, storage_errors, write_atomically
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, unescape_cell, write_csv
from scorecard.storage.sql_text import quoted

_METADATA = b"aside"
_WRITTEN, _KEY = ("written_", "key_")  # prefixes of columns: the original text, the key as far as it could be read
_NOT_LISTED = "问题过多，没有逐一列出"


@dataclass(frozen=True)
class _AsideColumns:
    """The description of the columns in a file of rows set aside, stored in its metadata; `headers` by column name."""

    headers: dict[str, str]
    numbers: list[str]
    private: list[str]
    key: list[str]
    replaces: str


@dataclass(frozen=True)
class AsideRow:
    """A row set aside: its physical line in the extract, its problems, its cells by Chinese header (private ones masked)."""

    line: int
    reasons: tuple[str, ...]
    cells: Mapping[str, str]


def write_rows_aside(
    con: duckdb.DuckDBPyConnection, table: Table, examination: Examination, batch: Batch, data: DataDir
) -> None:
    """Writes the rows that `open_examination` set aside, whole or not at all; nothing when there are none."""
    if examination.aside:
        rows = _with_reasons(con.sql(_rows(con, table)).to_arrow_table(), examination.problems)
        columns = [name for name in rows.column_names if name.startswith(_WRITTEN)]
        contract = {name: table.columns[name.removeprefix(_WRITTEN)] for name in columns}
        about = _AsideColumns(
            headers={name: column.header for name, column in contract.items()},
            numbers=[name for name, column in contract.items() if column.type.is_number],
            private=[name for name, column in contract.items() if column.private],
            key=list(table.key),
            replaces=table.replaces,
        )
        content = io.BytesIO()
        schema = rows.schema.with_metadata({_METADATA: json.dumps(asdict(about), ensure_ascii=False).encode()})
        pq.write_table(rows.cast(schema), content, compression="zstd")
        with storage_errors(f"搁置的行 {batch.table}/{batch.name}"):
            path = _place(data, batch)
            checksums.forget(data, path)  # of the damaged file in its place
            write_atomically(path, content.getvalue())
            checksums.note(data, path)


def delete_rows_aside(data: DataDir, name: str) -> None:
    """Deletes the file of `write_rows_aside` (table/batch.parquet), when the batch itself could not be written."""
    checksums.forget(data, data.aside / name)
    (data.aside / name).unlink(missing_ok=True)


def delete_orphans(data: DataDir, table: Table) -> None:
    """Deletes files of a writer that was killed before its batch was written. The caller holds the lock of the data folder."""
    folder = data.aside / table.id
    if folder.is_dir():
        remove_stale_temporaries(folder)
        known = {path.name for path in FolderChecks(data, data.batches / table.id).paths("*.parquet")}
        for path in FolderChecks(data, folder).paths("*.parquet"):
            if path.name not in known:
                delete_rows_aside(data, f"{table.id}/{path.name}")


class SetAsideBatch(NamedTuple):
    """A batch with rows that still need correction, and the physical lines of these rows in its extract."""

    batch: Batch
    lines: frozenset[int]


def aside_rows(
    data: DataDir, batch: Batch, lines: Collection[int] | None = None, first: int | None = None
) -> tuple[AsideRow, ...]:
    """The rows set aside of a batch for the screen, in the order of the extract, private columns masked.

    Only those of `lines`, if given, and only the `first` of them.
    """
    rows, about = _read(data, batch, lines)

    def cell(name: str, text: str | None) -> str:
        return "" if not text else MASK if name in about.private else show_hidden(text)

    return tuple(
        AsideRow(
            row["line"],
            tuple(row["reasons"]),
            {header: cell(name, row[name]) for name, header in about.headers.items()},
        )
        for row in rows.slice(0, first).to_pylist()
    )


def aside_csv(data: DataDir, actor: Actor, batch: Batch, lines: Collection[int] | None = None) -> bytes:
    """The rows set aside (only those of `lines`, if given) as an extract to correct and upload, private columns included.

    Two more columns name the batch and line of each row: accepting the corrected row clears that line.
    Raises Forbidden unless the actor may upload.
    """
    with audit.recorded(data, actor, "导出", f"{batch.table}/{batch.name}", what="搁置的行"):
        actor.require("upload")
        rows, about = _read(data, batch, lines)

    def cell(name: str, raw: str | None) -> CsvValue:
        text = unescape_cell(raw or "")
        return number_or_text(text) if name in about.numbers else text

    taken = f"（导出：{trace(actor)}）"  # beside the reason: the file comes back, and may have no column of its own
    written: list[list[CsvValue]] = [
        [batch.name, row["line"], "；".join(row["reasons"]) + taken, *(cell(name, row[name]) for name in about.headers)]
        for row in rows.to_pylist()
    ]
    return write_csv([BATCH, LINE, REASON, *about.headers.values()], written)


def outstanding_counts(data: DataDir, batches: Sequence[Batch]) -> Mapping[str, int]:
    """Table -> number of rows set aside by these batches and not cleared; tables without any are absent."""
    counts: dict[str, int] = defaultdict(int)
    for aside in outstanding_batches(data, batches):
        counts[aside.batch.table] += len(aside.lines)
    return dict(counts)


def outstanding_batches(data: DataDir, batches: Sequence[Batch]) -> tuple[SetAsideBatch, ...]:
    """The rows set aside by these batches that no later one of them has cleared; batches without any are absent.

    A row is cleared by a corrected row that names its batch and line, whether that row was accepted or set aside; by a
    batch that is later in the order of the data (数据截至, then acceptance) and holds a row with the same key, if the key
    could be read; or by any later batch where each replaces the table as a whole.
    """
    return _outstanding_batches(data, tuple(batches))


@lru_cache(maxsize=8)  # batches never change: whoever looks again sees what was found of the same ones
def _outstanding_batches(data: DataDir, batches: tuple[Batch, ...]) -> tuple[SetAsideBatch, ...]:
    with duckdb.connect() as con:
        aside = [(batch, _outstanding_lines(con, data, batch, batches)) for batch in batches if batch.aside]
    return tuple(SetAsideBatch(batch, lines) for batch, lines in aside if lines)


def _outstanding_lines(
    con: duckdb.DuckDBPyConnection, data: DataDir, batch: Batch, batches: Sequence[Batch]
) -> frozenset[int]:
    rows, about = _read(data, batch)
    of_table = [other for other in batches if other.table == batch.table]
    after = [other for other in of_table if (other.as_of, other.sequence) > (batch.as_of, batch.sequence)]
    if about.replaces == "all" and after:
        return frozenset()
    con.register("rows_aside", rows)
    con.execute("CREATE OR REPLACE TEMP TABLE outstanding AS SELECT * FROM rows_aside")
    con.unregister("rows_aside")
    # What rows of a later batch name, accepted or set aside there.
    later = [other for other in of_table if other.sequence > batch.sequence]
    for path in [*(other.path for other in later), *(_place(data, other) for other in later if other.aside)]:
        if typed_rows.CLEARED_BATCH in pq.read_schema(path).names:
            named = f"SELECT {typed_rows.CLEARED_LINE} FROM {_file(path)} WHERE {typed_rows.CLEARED_BATCH} = ?"
            con.execute(f"DELETE FROM outstanding WHERE line IN ({named})", [batch.name])
    same = " AND ".join(
        f'newer."{name}"::VARCHAR IS NOT DISTINCT FROM outstanding."{_KEY}{name}"' for name in about.key
    )
    for other in after:
        if about.key and set(pq.read_schema(other.path).names) >= set(about.key):
            there = f"EXISTS (SELECT 1 FROM {_file(other.path)} newer WHERE {same})"
            con.execute(f"DELETE FROM outstanding WHERE readable AND {there}")
    return frozenset(line for (line,) in con.execute("SELECT line FROM outstanding").fetchall())


def _rows(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SQL for the rows set aside: line, original texts, the key as text, whether it could be read, the row each clears."""
    there = [name for name, *_ in con.execute("DESCRIBE written").fetchall()]
    columns = [name for name in there if name in table.columns]
    selected = ["caught._line AS line", *(f'written."{name}" AS "{_WRITTEN}{name}"' for name in columns)]
    selected += [f'caught."{name}"::VARCHAR AS "{_KEY}{name}"' for name in table.key]
    # A blank in a key of several columns is a value; a cell that could not be read is none.
    read = [f'(caught."{name}" IS NOT NULL OR written."{name}" IS NULL)' for name in table.key if name in columns]
    known = [f'caught."{name}" IS NOT NULL' for name in table.key]
    readable = " AND ".join([*read, f"({' OR '.join(known)})"]) if table.key else "false"
    selected.append(f"{readable} AS readable")
    selected += [f"caught.{name}" for name in (typed_rows.CLEARED_BATCH, typed_rows.CLEARED_LINE) if name in there]
    return f"SELECT {', '.join(selected)} FROM caught JOIN written USING (_line) ORDER BY line"


def _with_reasons(rows: pa.Table, problems: Iterable[Problem]) -> pa.Table:
    reasons: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        if problem.severity == "aside" and problem.line is not None:
            column = f"「{problem.column}」" if problem.column else ""
            value = f"“{problem.value}”" if problem.value else ""
            reasons[problem.line].append(f"{column}{value}：{problem.reason}".lstrip("："))
    texts = [reasons.get(line, [_NOT_LISTED]) for line in rows.column("line").to_pylist()]
    return rows.append_column("reasons", pa.array(texts, pa.list_(pa.string())))


def _read(data: DataDir, batch: Batch, lines: Collection[int] | None = None) -> tuple[pa.Table, _AsideColumns]:
    """The rows and the description of their columns. Raises StorageError when the file is missing or damaged."""
    path = _place(data, batch)
    if found := damage(data, batch):
        raise found
    try:
        rows: pa.Table = pq.read_table(path)
        about = _AsideColumns(**json.loads((rows.schema.metadata or {})[_METADATA]))
        if rows.num_rows != batch.aside:
            raise ValueError(rows.num_rows)
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise _unreadable(batch) from error
    if lines is not None:
        rows = rows.filter(pc.field("line").isin(list(lines)))
    return rows, about


def damage(data: DataDir, batch: Batch) -> StorageError | None:
    """What is wrong with the file of rows set aside of this batch; None while it is as it was written."""
    state = checksums.state(data, _place(data, batch))
    return _unreadable(batch) if state in ("damaged", "missing") else None


def _unreadable(batch: Batch) -> StorageError:
    name, found = f"{batch.table}/{batch.name}", "文件缺失、已损坏或不是本系统写入的"
    expected = f"搁置的 {batch.aside} 行；数值不受影响，修复之前不能建新版本"
    remedy = f"请从备份恢复 aside/{name}.parquet，或把同一份抽取文件按同一数据截至再报送一次"
    return StorageError(f"搁置的行 {name}", found, expected, remedy)


def _place(data: DataDir, batch: Batch) -> Path:
    return data.aside / batch.table / f"{batch.name}.parquet"


def _file(path: Path) -> str:
    return f"read_parquet({quoted(str(path))})"
