"""Accepted extracts: one Parquet file each, named by content, never changed, with its record in the file's metadata."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from etl.duckdb_connection import system_errors
from etl.invisible_characters import remove_hidden
from etl.problems import Count, Problem
from etl.reading.categories import vocabularies
from scorecard.access import Actor
from scorecard.calendar.clock import COURT_TIME, today
from scorecard.catalog.contracts import Policy, Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import replace_atomically, storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted
from scorecard.store import versions as store

_METADATA = "batch"
NOTE_CHARACTERS = 500
# Keys of a contract that do not decide how cells become values: changing them does not make the same bytes another batch.
_BESIDE_VALUES = {"name", "description", "exported_from", "exported_by", "due_day", "seed", "entered_by", "on_error"}
_READ_LATER = {"derived", "stock", "firm", "department"}


@dataclass(frozen=True, kw_only=True)
class BatchSource:
    """The bytes of a batch and the way they were read: two batches of one source and one 数据截至 are one.

    `mapping` holds the officer's columns for unknown headers (folded header, column), `words` those for other spellings
    (column, folded value, word). `corrects`: handed in as 更正 of batches accepted before it, see
    etl/warehouse/corrections.py. `none`: the officer declared that the month has no such data; no file stands behind it.
    `sheet` is that of a workbook. `typed`: when the form was filled in whose rows these are, of a register; they are no
    extract of it. `vocabulary` is a digest of the registered words that do not stand in the contract (departments, and what
    conditions name), "" where the table has none.
    """

    table: str
    source_sha256: str
    contract: str
    sample: bool
    mapping: tuple[tuple[str, str], ...] = ()
    policy: Policy = "refuse"
    corrects: bool = False
    none: bool = False
    typed: str = ""
    sheet: str = ""
    words: tuple[tuple[str, str, str], ...] = ()
    vocabulary: str = ""

    def batch_name(self, as_of: date) -> str:
        """数据截至 and 12 hex digits over all fields; without anything beside the contract the name is that of earlier releases."""
        how: list[Any] = [*map(list, self.mapping), *([] if self.policy == "refuse" else [self.policy])]
        how += [word for word in ("corrects", "none") if getattr(self, word)]
        how += [{"typed": self.typed}] if self.typed else []
        how += [{"sheet": self.sheet}] if self.sheet else []
        how += [*map(list, self.words), *([{"vocabulary": self.vocabulary}] if self.vocabulary else [])]
        otherwise = f" {json.dumps(how, ensure_ascii=False)}" if how else ""
        content = f"{self.source_sha256} {self.contract} {self.sample}{otherwise}"
        return f"{as_of}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def vocabulary_digest(table: Table, catalog: Catalog) -> str:
    """SHA-256 of the registered words of a table that stand elsewhere than in its contract; "" where it has none."""
    beside = {
        name: {word: sorted(others) for word, others in words.words.items()}
        for name, words in vocabularies(catalog, table).items()
        if not table.columns[name].values
    }
    return hashlib.sha256(json.dumps(beside, sort_keys=True).encode()).hexdigest() if beside else ""


@dataclass(frozen=True, kw_only=True)
class Batch(BatchSource):
    """One accepted extract. `sequence` is the order of acceptance, `counts` the repairs, reports and rows set aside.

    `aside` is the number of rows set aside; `encoding` is the format where the file is a workbook.
    Only the result of `accept` also has `already` (it was there before), `problems` (repairs and reports), `warnings`
    (sentences about it beside other batches), `skipped` (lines that are no rows) and `latest` (the latest day in it);
    only that of `chosen_batches` has `rulings`: a doubtful day, and what an officer says its rows mean.
    """

    name: str
    as_of: date
    accepted_at: datetime
    actor: str
    file_name: str
    rows: int
    sequence: int
    encoding: str
    counts: tuple[Count, ...]
    path: Path
    note: str = ""
    aside: int = 0
    already: bool = field(default=False, compare=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False, repr=False)
    warnings: tuple[str, ...] = field(default=(), compare=False, repr=False)
    skipped: int = field(default=0, compare=False, repr=False)
    latest: date | None = field(default=None, compare=False, repr=False)
    rulings: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)

    @property
    def source(self) -> BatchSource:
        """The bytes and the way they were read."""
        return BatchSource(**{one.name: getattr(self, one.name) for one in fields(BatchSource)})

    def lacking(self, table: Table) -> frozenset[str]:
        """The columns of the contract that the file did not have: its Parquet file holds them blank."""
        absent = {count.column for count in self.counts if count.code == "header_absent"}
        return frozenset(name for name, column in table.columns.items() if column.header in absent)

    @property
    def rows_text(self) -> str:
        """1,200 行（更正）, or that there were none."""
        return "本月无此类数据" if self.none else f"{self.rows} 行" + ("（更正）" if self.corrects else "")

    @property
    def repaired(self) -> int:
        return sum(count.count for count in self.counts if count.severity == "repair")

    def record(self) -> dict[str, Any]:
        """The fields as JSON types, without the path on this disk."""
        known = asdict(replace(self, problems=()))
        for name in ("path", "already", "problems", "warnings", "skipped", "latest", "rulings"):
            del known[name]
        return {**known, "as_of": self.as_of.isoformat(), "accepted_at": self.accepted_at.isoformat()}


def contract_digest(table: Table) -> str:
    """SHA-256 of everything in a contract that decides how bytes become values."""
    beside: dict[str, Any] = dict.fromkeys(_BESIDE_VALUES | _READ_LATER, True)
    beside["columns"] = {"__all__": {"description", "blank_means"}}
    return hashlib.sha256(table.model_dump_json(exclude=beside).encode()).hexdigest()


@dataclass(frozen=True)
class DamagedBatch:
    """A batch whose file is not as it was accepted, or gone; `error` says so in words."""

    table: str
    name: str
    path: Path
    error: StorageError


def list_batches(data: DataDir, table: str = "") -> tuple[Batch, ...]:
    """All batches, or those of a table, ordered by 数据截至, then by acceptance: rows of later ones replace rows with the same key.

    Raises StorageError when one is damaged.
    """
    batches, damaged = survey_batches(data, table)
    for batch in damaged:
        raise batch.error
    return batches


def survey_batches(data: DataDir, table: str = "") -> tuple[tuple[Batch, ...], tuple[DamagedBatch, ...]]:
    """The batches that are whole, in the order of `list_batches`, and the others: their content is compared with its checksum."""
    batches: list[Batch] = []
    damaged: list[DamagedBatch] = []
    for folder in [data.batches / table] if table else checksums.noted_folders(data, data.batches):
        checks = FolderChecks(data, folder)
        for path in checks.paths("*.parquet"):
            try:
                batches.append(read_batch(path, checks))
            except StorageError as error:
                damaged.append(DamagedBatch(folder.name, path.stem, path, error))
    return tuple(sorted(batches, key=lambda batch: (batch.as_of, batch.sequence))), tuple(damaged)


def is_readable(path: Path) -> bool:
    """Whether every row of a Parquet file that has no checksum yet can be read."""
    try:
        with pq.ParquetFile(path) as file:
            return sum(file.read_row_group(n).num_rows for n in range(file.num_row_groups)) == file.metadata.num_rows
    except (pa.ArrowException, OSError):
        return False


def _damage(path: Path, found: str) -> StorageError:
    name, expected = f"{path.parent.name}/{path.name}", "接收时的原样；已发布的版本照常显示，修复之前不能建新版本"
    remedy = f"请从备份恢复 batches/{name}，或把同一份抽取文件按同一数据截至再报送一次，批次即复原"
    return StorageError(f"批次 {name}", found, expected, remedy)


def read_batch(path: Path, checks: FolderChecks) -> Batch:
    """The batch in this file. Raises StorageError when it is not there or not as it was accepted."""
    state = checks.state(path)
    if state in ("damaged", "missing"):
        raise _damage(path, "文件缺失" if state == "missing" else "文件已损坏，与接收时的校验值不符")
    try:
        return _recorded(path, *checksums.identity(path))
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise _damage(path, "文件已损坏或不是本系统写入的") from error


@lru_cache(maxsize=4096)
def _recorded(path: Path, *_identity: int) -> Batch:
    """The batch as the metadata of its file say it, read once for every change of the file."""
    metadata = pq.read_metadata(path).metadata or {}
    known = json.loads(metadata[_METADATA.encode()])
    known["as_of"] = date.fromisoformat(known["as_of"])
    known["accepted_at"] = datetime.fromisoformat(known["accepted_at"])
    known["counts"] = tuple(Count(**count) for count in known["counts"])
    known["mapping"] = tuple((header, column) for header, column in known.get("mapping", ()))
    known["words"] = tuple((column, text, word) for column, text, word in known.get("words", ()))
    batch = Batch(**known, path=path)
    if (path.parent.name, path.stem) != (batch.table, batch.source.batch_name(batch.as_of)):
        raise ValueError(path.stem)
    return batch


def require_past(as_of: date) -> None:
    """Raises ScorecardError for a 数据截至 after today."""
    if as_of > today():
        raise ScorecardError("数据截至", f"{as_of} 在今天之后", f"不晚于今天（{today()}）的日期", "请核对数据截至日期")


def existing_batch(data: DataDir, source: BatchSource, as_of: date) -> Batch | None:
    """The batch of the same bytes read the same way with the same 数据截至, if they were accepted before."""
    for batch in survey_batches(data, source.table)[0]:
        if batch.source == source and batch.as_of == as_of:
            return replace(batch, already=True)
    return None


def new_batch(data: DataDir, source: BatchSource, as_of: date, actor: Actor, note: str, **of_file: Any) -> Batch:
    """The batch of this source that is accepted now, not written yet. The caller holds the lock of the data folder.

    One accepted anew, after damage, keeps what its own record says, its place above all: every number is the one before.
    """
    name, (whole, damaged) = source.batch_name(as_of), survey_batches(data)
    published = [record for manifest in store.manifests(data) for record in manifest.batches]
    records = [*(other.record() for other in whole), *published]
    last = max((int(record.get("sequence", 0)) for record in records), default=0)
    of_file |= {"accepted_at": datetime.now(COURT_TIME).replace(microsecond=0), "actor": actor.name, "as_of": as_of}
    of_file |= {"name": name, "path": batch_path(data, source.table, name)}
    number, remark = max(last, len(whole) + len(damaged)) + 1, remove_hidden(note).strip()[:NOTE_CHARACTERS]
    batch = Batch(**vars(source), **of_file, sequence=number, note=remark)
    for record in records:
        if (record["table"], record["name"]) == (batch.table, batch.name):
            accepted_at = datetime.fromisoformat(record["accepted_at"])
            kept = {name: record.get(name, "") for name in ("actor", "file_name", "note")}
            return replace(batch, sequence=record["sequence"], accepted_at=accepted_at, **kept)
    return batch


def batch_path(data: DataDir, table: str, name: str) -> Path:
    """The path of the batch of this name."""
    return (data.batches / table / f"{name}.parquet").absolute()


def write_batch(data: DataDir, con: duckdb.DuckDBPyConnection, select: str, batch: Batch, temporary: Path) -> None:
    """Writes the rows of `select` as this batch, whole or not at all, and notes its checksum.

    The caller holds the lock of the data folder.
    """
    record = quoted(json.dumps(batch.record(), ensure_ascii=False))
    try:
        with storage_errors(f"写入批次 {batch.table}/{batch.name}"):
            with system_errors():
                how = f"FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, KV_METADATA {{{_METADATA}: {record}}}"
                con.execute(f"COPY ({select}) TO {quoted(str(temporary))} ({how})")
            checksums.forget(data, batch.path)  # of the damaged file in its place
            replace_atomically(temporary, batch.path)
            checksums.note(data, batch.path)
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class KnownCells:
    """How many of some rows say something, by column."""

    rows: int
    known: Mapping[str, int]

    def share(self, column: str) -> float:
        return self.known.get(column, 0) / self.rows if self.rows else 0.0


def known_cells(batch: Batch) -> KnownCells:
    """The known cells of a batch, from the statistics that stand in its file."""
    metadata = pq.read_metadata(batch.path)
    known: Counter[str] = Counter()
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            blank = column.statistics.null_count if column.statistics else 0
            known[column.path_in_schema] += column.num_values - blank
    return KnownCells(metadata.num_rows, known)


def newest_before(in_use: Sequence[Batch], table: Table, as_of: date) -> Batch | None:
    """The newest extract of a table up to a day: what the next one is compared with."""
    extracts = (batch for batch in reversed(in_use) if batch.table == table.id and batch.rows)
    return next((batch for batch in extracts if batch.as_of <= as_of), None)


def quieter_columns(table: Table, before: KnownCells, after: KnownCells) -> tuple[str, ...]:
    """A sentence on every column of which the rows suddenly say much less: the share of known cells fell below a half of
    what it was, by thirty points or more. Twenty rows on both sides, so that no small month is a fall.
    """
    if min(before.rows, after.rows) < _FEW_ROWS:
        return ()
    return tuple(
        f"“{column.header}”有内容的行由 {was:.0%} 降到 {now:.0%}，像是导出时漏了，请核对"
        for name, column in table.columns.items()
        if (was := before.share(name)) - (now := after.share(name)) >= _FALL and now < was / 2
    )


_FEW_ROWS, _FALL = 20, 0.3
