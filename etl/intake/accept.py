"""Acceptance: an extract becomes an immutable typed batch, or is refused with every problem and its line."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Unpack

import pyarrow as pa
from duckdb import DuckDBPyConnection

from etl.intake import batches, examine, set_aside
from etl.intake.audit_recovery import record_batches
from etl.intake.batch_notes import whole_in_use
from etl.intake.declared_none import contradicted
from etl.intake.registers.own_rows import require_own_rows
from etl.problems import TITLES, Problem
from etl.reading.decoding import Decoded
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.catalog.contracts import Entrance, Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.atomic_files import (
    exclusive_lock,
    make_folder,
    remove_stale_temporaries,
    storage_errors,
    temporary_sibling,
)
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import write_csv

_NAMED = 6  # dates named in a message


class Refused(ScorecardError):
    """An extract with problems that must be corrected; nothing of it is stored."""

    def __init__(self, examination: examine.Examination) -> None:
        self.examination, self.problems = examination, examination.problems
        self._first = next(problem for problem in examination.problems if problem.severity == "refuse")
        self._count = f"{examination.total('refuse')} 处须改正"
        remedy = "请按问题清单改正后重新上传；文件没有写入系统"
        where, expected = f"文件“{examination.file_name}”", "符合表头和取值约定的 CSV"
        super().__init__(where, f"{self._count}，第一处：{self._first}", expected, remedy)

    @property
    def for_the_record(self) -> str:
        """The kind and line of the first problem, without cells and headers: these may name people."""
        line = "" if self._first.line is None else f"，第{self._first.line}行"
        return f"{self._count}，第一处：{TITLES[self._first.code]}{line}"


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
    **said: Unpack[examine.Said],
) -> batches.Batch:
    """The batch of these bytes; the same bytes with the same 数据截至, read the same way, are one batch.

    The same way: under the same contract and registered words, with the same answers of the officer (`said`), and `corrects`
    (handed in as 更正 of what was accepted before, etl/warehouse/corrections.py). Rows set aside lie beside the batch
    (etl/intake/set_aside.py). `note` is the officer's remark. `typed`: when a form with rows of a register was filled
    in; they say nothing of other months (etl/warehouse/declared_months.py), and filled in anew they are another batch.
    Raises Forbidden, Refused with the examination, StorageError when the disk refuses; nothing half-written stays.
    Every outcome is in the audit.
    """
    action, file = _ACTIONS[table.entered_by], examine.base_name(file_name)
    with audit.recorded(data, actor, action, table.id, file=file, as_of=as_of.isoformat()) as entry:
        actor.require("report" if table.entered_by == "register" else table.entered_by, actor.department)
        record_batches(data)
        try:
            how = examine.read_options(table, catalog, as_of, **said)
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
    how: examine.ReadOptions
    catalog: Catalog
    as_of: date
    actor: Actor
    data: DataDir
    sample: bool
    note: str
    corrects: bool
    typed: str

    def batch(self) -> batches.Batch:
        """The batch, written unless it was there before."""
        batches.require_past(self.as_of)
        with ThreadPoolExecutor(max_workers=1) as beside:
            hashing = beside.submit(hashlib.sha256, self.raw)  # a large file is hashed while it is decoded
            decoded = examine.decode_extract(self.raw, self.catalog, self.how.sheet)
            source = self._source(decoded, hashing.result().hexdigest())
        if known := _accepted_before(self.data, source, self.as_of):
            return known
        table = self.how.table
        if self.corrects:
            _require_corrected(whole_in_use(self.data, self.sample), table, self.as_of)
        path = batches.batch_path(self.data, table.id, source.batch_name(self.as_of))
        temporary = temporary_sibling(path)
        opened = examine.open_examination(self.raw, decoded, self.file_name, self.how, self.catalog, temporary)
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
            # The same bytes with another 数据截至.
            also = [one for one in in_use if (one.source_sha256, one.table) == (batch.source_sha256, batch.table)]
            wrong = "若那次的日期选错了，请在“版本”页撤回那个批次"
            warnings = [
                f"同一份文件还按数据截至 {one.as_of} 接收过（批次 {one.name}），两个批次都计入；{wrong}"
                for one in also
                if one.as_of != batch.as_of
            ]
            warnings += contradicted(con, "typed", table, in_use, self.catalog.court.months)
            others = [other for other in in_use if other.name != batch.name]
            if earlier := batches.newest_before(others, table, batch.as_of):
                before, now = batches.known_cells(earlier), batches.known_cells(batch)
                warnings += batches.quieter_columns(table, before, now)
        latest = examination.latest.day if examination.latest else None
        skipped = len(examination.skipped_lines)
        said = {"problems": examination.problems, "warnings": tuple(warnings), "skipped": skipped, "latest": latest}
        return replace(batch, **said)

    def _source(self, decoded: Decoded | Problem, digest: str) -> batches.BatchSource:
        """The bytes and the way they are read, with the sheet that was picked where a workbook has one only."""
        how, workbook = self.how, None if isinstance(decoded, Problem) else decoded.workbook
        answers = how.words.items()
        return batches.BatchSource(
            table=how.table.id,
            source_sha256=digest,
            contract=batches.contract_digest(how.table),
            sample=self.sample,
            mapping=tuple(sorted(how.mapping.items())),
            policy=how.policy,
            corrects=self.corrects,
            typed=self.typed,
            sheet=workbook.sheet if workbook else "",
            words=tuple(sorted((column, text, word) for column, said in answers for text, word in said.items())),
            vocabulary=batches.vocabulary_digest(how.table, self.catalog),
        )

    def _write(
        self, con: DuckDBPyConnection, examination: examine.Examination, source: batches.BatchSource, temporary: Path
    ) -> batches.Batch:
        """Writes first the rows set aside, then the batch that counts them: a crash in between leaves rows without a batch,
        which the next acceptance deletes, never a batch without its rows.
        """
        of_file = {name: getattr(examination, name) for name in ("file_name", "rows", "encoding", "counts", "aside")}
        batch = batches.new_batch(self.data, source, self.as_of, self.actor, self.note, **of_file)
        set_aside.delete_orphans(self.data, self.how.table)
        set_aside.write_rows_aside(con, self.how.table, examination, batch, self.data)
        try:
            batches.write_batch(self.data, con, examine.batch_columns(con, self.how.table), batch, temporary)
        except StorageError:
            set_aside.delete_rows_aside(self.data, f"{batch.table}/{batch.name}.parquet")
            raise
        return batch


def _accepted_before(data: DataDir, source: batches.BatchSource, as_of: date) -> batches.Batch | None:
    """The batch of this source, if it was accepted before and lies there whole; otherwise it is accepted anew."""
    known = batches.existing_batch(data, source, as_of)
    return known if known and not (known.aside and set_aside.damage(data, known)) else None


def _require_corrected(in_use: Sequence[batches.Batch], table: Table, as_of: date) -> None:
    """Raises ScorecardError unless data of this very 数据截至 are in use, the newest ones where all of them are replaced."""
    dates = sorted({batch.as_of for batch in in_use if batch.table == table.id}, reverse=True)
    if table.replaces == "all":
        dates = dates[:1]  # what was replaced counts no more
    if as_of not in dates:
        known = "、".join(map(str, dates[:_NAMED])) or "无"
        remedy = "请把数据截至写成所更正的那一期；不是更正就按一般数据接收"
        raise ScorecardError(table.name, f"没有截至 {as_of} 的数据可以更正", f"已接收并计入的一期：{known}", remedy)


def read_seed_table(raw: bytes, table: Table, catalog: Catalog) -> pa.Table:
    """The rows of a seed file (targets, parameters), examined like an extract: _line, then the contract's columns.

    Seeds have no 数据截至, so no date in them is too late; a file with a header only has no rows. Raises Refused.
    """
    name = f"seeds/{table.seed or table.id}"
    how = replace(examine.read_options(table, catalog, None), may_be_empty=True)
    with examine.open_examination(raw, examine.decode_extract(raw, catalog), name, how, catalog) as (examination, con):
        if examination.refused or con is None:
            raise Refused(examination)
        return con.sql(examine.contract_columns(table)).to_arrow_table()


def template(table: Table) -> bytes:
    """An empty extract of this table for Excel: the header row only, UTF-8 with BOM."""
    return write_csv([column.header for column in table.columns.values()], [])
