"""Acceptance: an extract becomes an immutable typed batch, or is refused with every problem and its line."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Unpack

import duckdb
import pyarrow as pa

from etl.intake import set_aside
from etl.intake.audit_recovery import record_batches
from etl.intake.batch_notes import whole_in_use
from etl.intake.batches import (
    Batch,
    BatchSource,
    batch_path,
    contract_digest,
    existing_batch,
    known_cells,
    new_batch,
    newest_before,
    quieter_columns,
    require_past,
    vocabulary_digest,
    write_batch,
)
from etl.intake.declared_none import contradicted
from etl.intake.examine import (
    Examination,
    ReadOptions,
    Said,
    base_name,
    batch_columns,
    contract_columns,
    decode_extract,
    open_examination,
    read_options,
)
from etl.intake.registers.own_rows import require_own_rows
from etl.problems import TITLES, Problem
from etl.reading.decoding import Decoded
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.catalog.contracts import Entrance, Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors, temporary_sibling
from scorecard.storage.data_dir import DataDir
from scorecard.storage.private_files import make_folder
from scorecard.storage.spreadsheet_csv import write_csv

_NAMED = 6  # dates named in a message


class Refused(ScorecardError):
    """An extract with problems that must be corrected; nothing of it is stored."""

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
    def for_the_record(self) -> str:
        """The kind and line of the first problem, without cells and headers: these may name people."""
        total = self.examination.total("refuse")
        first = next(problem for problem in self.problems if problem.severity == "refuse")
        line = "" if first.line is None else f"，第{first.line}行"
        return f"{total} 处须改正，第一处：{TITLES[first.code]}{line}"

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.examination.problems


def accept(
    raw: bytes,
    file_name: str,
    table: Table,
    catalog: Catalog,
    as_of: date,
    actor: Actor,
    data: DataDir,
    sample: bool = False,
    *,
    note: str = "",
    corrects: bool = False,
    typed: str = "",
    **said: Unpack[Said],
) -> Batch:
    """The batch of these bytes; the same bytes with the same 数据截至, read the same way, are one batch.

    The same way: under the same contract and registered words, with the same answers of the officer (`said`), and `corrects`
    (handed in as 更正 of what was accepted before, etl/warehouse/corrections.py). Rows set aside lie beside the batch
    (etl/intake/set_aside.py). `note` is the officer's remark. `typed`: when a form with rows of a register was filled
    in; they say nothing of other months (etl/warehouse/declared_months.py), and filled in anew they are another batch.
    Raises Forbidden, Refused with the examination, StorageError when the disk refuses; nothing half-written stays.
    Every outcome is in the audit.
    """
    action, file = _ACTIONS[table.entered_by], base_name(file_name)
    with audit.recorded(data, actor, action, table.id, file=file, as_of=as_of.isoformat()) as entry:
        actor.require("report" if table.entered_by == "register" else table.entered_by, actor.department)
        record_batches(data)
        try:
            how = read_options(table, catalog, as_of, **said)
            batch = _Acceptance(raw, file_name, how, catalog, as_of, actor, data, sample, note, corrects, typed).batch()
        except Refused as refused:
            entry.detail["problems"] = refused.examination.total("refuse")
            raise
        entry.subject = f"{table.id}/{batch.name}"
        entry.detail |= {"rows": batch.rows, "source": batch.source_sha256, "already": batch.already}
        entry.detail |= {"aside": batch.aside, "mapped": len(batch.mapping) + len(batch.words), "policy": batch.policy}
        entry.detail |= {"corrects": True} if batch.corrects else {}
    return batch


_ACTIONS: dict[Entrance, audit.Action] = {
    "upload": "上传",
    "targets": "设定目标",
    "report": "填报进展",
    "decisions": "记录决定",
    "register": "登记",
}


@dataclass(frozen=True)
class _Acceptance:
    """One extract on its way to a batch."""

    raw: bytes
    file_name: str
    how: ReadOptions
    catalog: Catalog
    as_of: date
    actor: Actor
    data: DataDir
    sample: bool
    note: str
    corrects: bool
    typed: str

    def batch(self) -> Batch:
        """The batch, written unless it was there before."""
        require_past(self.as_of)
        with ThreadPoolExecutor(max_workers=1) as beside:
            hashing = beside.submit(hashlib.sha256, self.raw)  # a large file is hashed while it is decoded
            decoded = decode_extract(self.raw, self.catalog, self.how.sheet)
            source = self._source(decoded, hashing.result().hexdigest())
        if known := _accepted_before(self.data, source, self.as_of):
            return known
        table = self.how.table
        if self.corrects:
            _require_corrected(whole_in_use(self.data, self.sample), table, self.as_of)
        path = batch_path(self.data, table.id, source.batch_name(self.as_of))
        temporary = temporary_sibling(path)
        opened = open_examination(self.raw, decoded, self.file_name, self.how, self.catalog, temporary)
        with opened as (examination, con):
            if examination.refused or con is None:
                raise Refused(examination)
            if table.entered_by == "report" and table.department:
                for (department,) in con.execute(f'SELECT DISTINCT "{table.department}" FROM typed').fetchall():
                    self.actor.require("report", department)
            with exclusive_lock(self.data):
                if table.entered_by == "register":
                    in_use = whole_in_use(self.data, self.sample)
                    require_own_rows(con, table, self.catalog, self.actor, in_use)
                if known := _accepted_before(self.data, source, self.as_of):
                    return known
                with storage_errors(f"批次目录 {table.id}"):
                    make_folder(path.parent)
                    remove_stale_temporaries(path.parent)
                batch = self._write(con, examination, source, temporary)
            in_use = whole_in_use(self.data, self.sample)
            warnings = (
                *_other_dates(in_use, batch),
                *contradicted(con, "typed", table, in_use),
                *_quieter(in_use, table, batch),
            )
        latest = examination.latest.day if examination.latest else None
        skipped = len(examination.skipped_lines)
        return replace(batch, problems=examination.problems, warnings=warnings, skipped=skipped, latest=latest)

    def _source(self, decoded: Decoded | Problem, digest: str) -> BatchSource:
        """The bytes and the way they are read, with the sheet that was picked where a workbook has one only."""
        how, workbook = self.how, None if isinstance(decoded, Problem) else decoded.workbook
        answers = how.words.items()
        return BatchSource(
            table=how.table.id,
            source_sha256=digest,
            contract=contract_digest(how.table),
            sample=self.sample,
            mapping=tuple(sorted(how.mapping.items())),
            policy=how.policy,
            corrects=self.corrects,
            typed=self.typed,
            sheet=workbook.sheet if workbook else "",
            words=tuple(sorted((column, text, word) for column, said in answers for text, word in said.items())),
            vocabulary=vocabulary_digest(how.table, self.catalog),
        )

    def _write(
        self, con: duckdb.DuckDBPyConnection, examination: Examination, source: BatchSource, temporary: Path
    ) -> Batch:
        """Writes first the rows set aside, then the batch that counts them: a crash in between leaves rows without a batch,
        which the next acceptance deletes, never a batch without its rows.
        """
        batch = new_batch(
            self.data,
            source,
            self.as_of,
            self.actor,
            self.note,
            file_name=examination.file_name,
            rows=examination.rows,
            encoding=examination.encoding,
            counts=examination.counts,
            aside=examination.aside,
        )
        set_aside.delete_orphans(self.data, self.how.table)
        set_aside.write_rows_aside(con, self.how.table, examination, batch, self.data)
        try:
            write_batch(self.data, con, batch_columns(con, self.how.table), batch, temporary)
        except StorageError:
            set_aside.delete_rows_aside(self.data, batch)
            raise
        return batch


def _accepted_before(data: DataDir, source: BatchSource, as_of: date) -> Batch | None:
    """The batch of this source, if it was accepted before and lies there whole; otherwise it is accepted anew."""
    known = existing_batch(data, source, as_of)
    return known if known and not (known.aside and set_aside.damage(data, known)) else None


def _require_corrected(in_use: Sequence[Batch], table: Table, as_of: date) -> None:
    """Raises ScorecardError unless data of this very 数据截至 are in use, the newest ones where all of them are replaced."""
    dates = sorted({batch.as_of for batch in in_use if batch.table == table.id}, reverse=True)
    if table.replaces == "all":
        dates = dates[:1]  # what was replaced counts no more
    if as_of not in dates:
        known = "、".join(map(str, dates[:_NAMED])) or "无"
        remedy = "请把数据截至写成所更正的那一期；不是更正就按一般数据接收"
        raise ScorecardError(table.name, f"没有截至 {as_of} 的数据可以更正", f"已接收并计入的一期：{known}", remedy)


def _other_dates(in_use: Sequence[Batch], batch: Batch) -> Iterator[str]:
    """A sentence for every batch of the same bytes with another 数据截至."""
    for other in in_use:
        if other.source_sha256 == batch.source_sha256 and other.table == batch.table and other.as_of != batch.as_of:
            yield (
                f"同一份文件还按数据截至 {other.as_of} 接收过（批次 {other.name}），两个批次都计入；"
                "若那次的日期选错了，请在“版本”页撤回那个批次"
            )


def _quieter(in_use: Sequence[Batch], table: Table, batch: Batch) -> tuple[str, ...]:
    """Sentences on the columns that the batch says much less of than the extract before it."""
    others = [other for other in in_use if other.name != batch.name]
    earlier = newest_before(others, table, batch.as_of)
    return () if earlier is None else quieter_columns(table, known_cells(earlier), known_cells(batch))


def read_seed_table(raw: bytes, table: Table, catalog: Catalog) -> pa.Table:
    """The rows of a seed file (targets, parameters), examined like an extract: _line, then the contract's columns.

    Seeds have no 数据截至, so no date in them is too late; a file with a header only has no rows. Raises Refused.
    """
    name = f"seeds/{table.seed or table.id}"
    how = replace(read_options(table, catalog, None), may_be_empty=True)
    with open_examination(raw, decode_extract(raw, catalog), name, how, catalog) as (examination, con):
        if examination.refused or con is None:
            raise Refused(examination)
        return con.sql(contract_columns(table)).to_arrow_table()


def template(table: Table) -> bytes:
    """An empty extract of this table for Excel: the header row only, UTF-8 with BOM."""
    return write_csv([column.header for column in table.columns.values()], [])
