"""Rows kept aside: beside their batch, as they were written, with their lines and reasons, until they come back corrected.

One file per batch that has any, written before the batch that speaks of it. In it are the contract's own columns only:
what the door throws away never gets here, and private columns are masked on screen. Nothing of it enters a warehouse.
"""

import io
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.intake.batches import Batch
from etl.intake.examine import Examination
from etl.invisible_characters import show_hidden
from etl.problems import Problem
from etl.reading import typed
from etl.reading.header_names import BATCH, LINE, REASON
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.errors import StorageError
from scorecard.storage.atomic_files import remove_stale_temporaries, storage_errors, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, unescape_cell, write_csv

_METADATA = b"aside"
_WRITTEN, _KEY = (
    "written_",
    "key_",
)  # before the names of columns: the original text, the key as far as it was read
_NOT_LISTED = "问题过多，没有逐一列出"


@dataclass(frozen=True)
class AsideRow:
    """A row kept aside: its physical line in the extract, why it is here, its cells by Chinese header (private ones masked)."""

    line: int
    reasons: tuple[str, ...]
    cells: Mapping[str, str]


def write_rows_aside(
    con: duckdb.DuckDBPyConnection, table: Table, examination: Examination, batch: Batch, data: DataDir
) -> None:
    """Write the rows that `examined` caught, whole or not at all; nothing when there are none."""
    if examination.aside:
        rows = _with_reasons(con.sql(_rows(con, table)).to_arrow_table(), examination.problems)
        columns = [name for name in rows.column_names if name.startswith(_WRITTEN)]
        about = {
            "headers": {name: table.header(name.removeprefix(_WRITTEN)) for name in columns},
            "numbers": [
                name for name in columns if table.columns[name.removeprefix(_WRITTEN)].type.is_number
            ],
            "private": [name for name in columns if table.columns[name.removeprefix(_WRITTEN)].private],
            "key": list(table.key),
            "replaces": table.replaces,
        }
        content = io.BytesIO()
        schema = rows.schema.with_metadata({_METADATA: json.dumps(about, ensure_ascii=False).encode()})
        pq.write_table(rows.cast(schema), content, compression="zstd")
        with storage_errors(f"搁置的行 {batch.table}/{batch.name}"):
            write_atomically(_place(data, batch), content.getvalue())


def delete_rows_aside(data: DataDir, batch: Batch) -> None:
    """Take back what `keep` wrote, when the batch itself could not be written."""
    _place(data, batch).unlink(missing_ok=True)


def delete_orphans(data: DataDir, table: Table, batches: Iterable[Batch]) -> None:
    """Remove what a killed writer left: rows of a batch that never came. To be called under the lock of the data folder."""
    folder = data.aside / table.id
    if folder.is_dir():
        remove_stale_temporaries(folder)
        known = {batch.name for batch in batches if batch.table == table.id}
        for path in folder.glob("*.parquet"):
            if path.stem not in known and not path.name.startswith(TEMPORARY_PREFIX):
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class SetAsideBatch:
    """A batch some of whose rows still wait for correction, and the physical lines of these rows in its extract."""

    batch: Batch
    lines: frozenset[int]


def aside_rows(
    data: DataDir, batch: Batch, lines: Collection[int] | None = None, first: int | None = None
) -> tuple[AsideRow, ...]:
    """The rows kept aside of a batch, in the order of the extract, private columns masked: to look at them without taking them out.

    Only those of `lines`, if given, and only the `first` of them.
    """
    rows, about = _read(data, batch, lines)
    return tuple(
        AsideRow(
            line=row["line"],
            reasons=tuple(row["reasons"]),
            cells={
                header: (MASK if name in about["private"] else show_hidden(row[name])) if row[name] else ""
                for name, header in about["headers"].items()
            },
        )
        for row in rows.slice(0, first).to_pylist()
    )


def aside_csv(data: DataDir, actor: Actor, batch: Batch, lines: Collection[int] | None = None) -> bytes:
    """The rows kept aside (only those of `lines`, if given) as an extract to be corrected and sent again, private columns included.

    Two columns more say which batch and line each row came from: the door clears that line when it takes the row in.
    Raises Forbidden unless the actor may upload.
    """
    with audit.recorded(data, actor, "导出", f"{batch.table}/{batch.name}", what="搁置的行"):
        actor.require("upload")
        rows, about = _read(data, batch, lines)

    def cell(name: str, raw: str | None) -> CsvValue:
        text = unescape_cell(raw or "")
        return number_or_text(text) if name in about["numbers"] else text

    written: list[list[CsvValue]] = [
        [
            batch.name,
            row["line"],
            "；".join(row["reasons"]),
            *(cell(name, row[name]) for name in about["headers"]),
        ]
        for row in rows.to_pylist()
    ]
    return write_csv([BATCH, LINE, REASON, *about["headers"].values()], written)


def outstanding_counts(data: DataDir, batches: Sequence[Batch]) -> Mapping[str, int]:
    """Table -> rows kept aside by these batches that still wait; tables that have none are absent."""
    left: dict[str, int] = defaultdict(int)
    for aside in outstanding_batches(data, batches):
        left[aside.batch.table] += len(aside.lines)
    return dict(left)


def outstanding_batches(data: DataDir, batches: Sequence[Batch]) -> tuple[SetAsideBatch, ...]:
    """Which rows kept aside by these batches no later one of them has cleared; batches that have none are absent.

    A row is cleared by a corrected row that names its batch and line, whether that one got in or is aside itself; by a
    batch that comes later in the order of the data (数据截至, then acceptance) and holds a row with the same key, if the
    key could be read; or by any later batch where each replaces the table as a whole.
    """
    with duckdb.connect() as con:
        found = [
            SetAsideBatch(
                batch, _left(con, data, batch, [one for one in batches if one.table == batch.table])
            )
            for batch in batches
            if batch.aside
        ]
    return tuple(one for one in found if one.lines)


def _left(
    con: duckdb.DuckDBPyConnection, data: DataDir, batch: Batch, same: Sequence[Batch]
) -> frozenset[int]:
    rows, about = _read(data, batch)
    after = [one for one in same if (one.as_of, one.sequence) > (batch.as_of, batch.sequence)]
    if about["replaces"] == "all" and after:
        return frozenset()
    con.register("kept", rows)
    con.execute("CREATE OR REPLACE TEMP TABLE left_over AS SELECT * FROM kept")
    con.unregister("kept")
    for one in same:
        if one.sequence > batch.sequence:
            _clear_named(con, data, batch, one)
    for one in after:
        there = set(pq.read_schema(one.path).names)
        if about["key"] and there >= set(about["key"]):
            same_key = " AND ".join(
                f'newer."{name}"::VARCHAR IS NOT DISTINCT FROM left_over."{_KEY}{name}"'
                for name in about["key"]
            )
            con.execute(
                f"DELETE FROM left_over WHERE readable AND EXISTS (SELECT 1 FROM {_file(one.path)} newer WHERE {same_key})"
            )
    return frozenset(line for (line,) in con.execute("SELECT line FROM left_over").fetchall())


def _clear_named(con: duckdb.DuckDBPyConnection, data: DataDir, batch: Batch, later: Batch) -> None:
    """Rows of `batch` that rows of a later one name, in it or aside of it."""
    for path in (later.path, *([_place(data, later)] if later.aside else [])):
        if typed.CLEARED_BATCH in pq.read_schema(path).names:
            con.execute(
                f"DELETE FROM left_over WHERE line IN (SELECT {typed.CLEARED_LINE} FROM {_file(path)} "
                f"WHERE {typed.CLEARED_BATCH} = ?)",
                [batch.name],
            )


def _rows(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SQL for the rows caught: line, original texts, the key as text and whether it could be read, which row they clear."""
    there = [name for name, *_ in con.execute("DESCRIBE written").fetchall()]
    columns = [name for name in there if name in table.columns]
    selected = ["caught._line AS line", *(f'written."{name}" AS "{_WRITTEN}{name}"' for name in columns)]
    selected += [f'caught."{name}"::VARCHAR AS "{_KEY}{name}"' for name in table.key]
    # A blank in a key of several columns is a value; a cell that could not be read is none.
    read = [
        f'(caught."{name}" IS NOT NULL{f" OR written.{chr(34)}{name}{chr(34)} IS NULL" if name in columns else " OR true"})'
        for name in table.key
    ]
    known = [f'caught."{name}" IS NOT NULL' for name in table.key]
    readable = f"({' AND '.join(read)}) AND ({' OR '.join(known)})" if table.key else "false"
    selected.append(f"{readable} AS readable")
    selected += [f"caught.{name}" for name in (typed.CLEARED_BATCH, typed.CLEARED_LINE) if name in there]
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


def _read(
    data: DataDir, batch: Batch, lines: Collection[int] | None = None
) -> tuple[pa.Table, dict[str, Any]]:
    """The rows and what is known about their columns. Raises StorageError: a batch that has rows aside must have them."""
    path = _place(data, batch)
    try:
        rows: pa.Table = pq.read_table(path)
        about: dict[str, Any] = json.loads((rows.schema.metadata or {})[_METADATA])
        if rows.num_rows != batch.aside:
            raise ValueError(rows.num_rows)
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise StorageError(
            f"搁置的行 {batch.table}/{batch.name}",
            "文件缺失、已损坏或不是本系统写入的",
            f"搁置的 {batch.aside} 行",
            "请从备份恢复",
        ) from error
    if lines is not None:
        rows = rows.filter(pc.field("line").isin(list(lines)))
    return rows, about


def _place(data: DataDir, batch: Batch) -> Path:
    return data.aside / batch.table / f"{batch.name}.parquet"


def _file(path: Path) -> str:
    quoted = str(path).replace("'", "''")
    return f"read_parquet('{quoted}')"
