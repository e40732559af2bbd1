"""本月无此类数据: declared by an officer, never guessed from an empty file. A batch without rows that can be withdrawn.

After it the table is 已报送 and its counts of that month are true zeros. Rows that contradict it are refused when they are
there before the declaration, and reported when they come after it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb

from etl.intake import batches
from etl.intake.audit_recovery import record_batches
from etl.intake.batch_notes import whole_in_use
from etl.intake.batches import Batch
from etl.reading.latest_day import names_a_day_of
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.period import CALENDAR, StatisticalCalendar, month_label
from scorecard.catalog.contracts import Table
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import exclusive_lock, make_folder, storage_errors, temporary_sibling
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted

NO_FILE = "本月无此类数据（声明）"
_NO_BYTES = hashlib.sha256(b"").hexdigest()


def declare_none(
    table: Table,
    as_of: date,
    actor: Actor,
    data: DataDir,
    *,
    sample: bool = False,
    months: StatisticalCalendar = CALENDAR,
) -> Batch:
    """The batch without rows that says: no row of this table has a date in the month that ends with `as_of`.

    Declared twice it is one batch. Raises Forbidden, and ScorecardError for a day that is no month's end, a table whose
    rows people enter, and a month in which rows were accepted.
    """
    with audit.recorded(data, actor, "上传", table.id, file=NO_FILE, as_of=as_of.isoformat()) as entry:
        actor.require("upload", actor.department)
        record_batches(data)
        batch = _declare(table, as_of, actor, data, sample, months)
        entry.subject = f"{table.id}/{batch.name}"
        entry.detail |= {"rows": 0, "already": batch.already}
    return batch


def _declare(
    table: Table, as_of: date, actor: Actor, data: DataDir, sample: bool, months: StatisticalCalendar
) -> Batch:
    batches.require_past(as_of)
    if not table.comes_as_file or table.seed:
        raise ScorecardError(table.name, "不是每月报送的表", "从办案系统提取的一张表", "这张表没有数据时不必声明")
    if months.ending_on(as_of) is None:
        expected = f"一个月的最后一天，如 {months.month_end(months.month_of(as_of))}"
        raise ScorecardError(table.name, f"{as_of} 不是月末", expected, "声明的是整月没有此类数据，请在该月结束后声明")
    contract = batches.contract_digest(table)
    source = batches.BatchSource(table=table.id, source_sha256=_NO_BYTES, contract=contract, sample=sample, none=True)
    with exclusive_lock(data):
        if known := batches.existing_batch(data, source, as_of):
            return known
        _require_no_rows(table, as_of, whole_in_use(data, sample), months)
        batch = batches.new_batch(data, source, as_of, actor, "", file_name=NO_FILE, rows=0, encoding="", counts=())
        with storage_errors(f"批次目录 {table.id}"):
            make_folder(batch.path.parent)
        columns = ", ".join(f'NULL::{column.type.sql} AS "{name}"' for name, column in table.columns.items())
        nothing, temporary = f"SELECT NULL::BIGINT AS _line, {columns} WHERE false", temporary_sibling(batch.path)
        with duckdb.connect() as con:
            batches.write_batch(data, con, nothing, batch, temporary)
    return batch


def contradicted(
    con: duckdb.DuckDBPyConnection, rows: str, table: Table, in_use: Sequence[Batch], months: StatisticalCalendar
) -> Iterator[str]:
    """A sentence for every declaration in use that these rows (a table or query of `con`) contradict."""
    for batch in in_use:
        if batch.table != table.id or not batch.none or months.ending_on(batch.as_of) is None:
            continue
        if count := _rows_in_month(con, rows, table, batch.as_of, months):
            yield told(table, batch.as_of, batch.name, count, months)


def told(table: Table, as_of: date, name: str, count: int, months: StatisticalCalendar) -> str:
    """The sentence on a declaration that rows contradict."""
    declared = f"{table.name}：{month_label(months.month_of(as_of))}声明过“本月无此类数据”（批次 {name}）"
    return f"{declared}，现有 {count:,} 行的日期在这个月，以这些行为准；请核对，声明有误的请撤回那个批次"


def _require_no_rows(table: Table, as_of: date, in_use: Sequence[Batch], months: StatisticalCalendar) -> None:
    """Raises ScorecardError where the newest rows accepted name a day of the month."""
    own = [batch for batch in in_use if batch.table == table.id]
    if not own or table.replaces == "all":  # the declaration itself replaces every row
        return
    with duckdb.connect() as con:
        count = _rows_in_month(con, newest_rows(table, own), table, as_of, months)
    if count:
        found = f"已接收的数据中有 {count:,} 行的日期在{month_label(months.month_of(as_of))}"
        remedy = "不能声明“本月无此类数据”；若那些行有误，请先更正或撤回那个批次"
        raise ScorecardError(table.name, found, "这个月没有任何一行", remedy)


def newest_rows(table: Table, own: Sequence[Batch]) -> str:
    """SQL for the rows that count of these batches: of each key the newest."""
    united = " UNION ALL BY NAME ".join(
        f"SELECT *, {place} AS _place FROM read_parquet({quoted(str(Path(batch.path)))})"
        for place, batch in enumerate(own)
    )
    keys = ", ".join(f'"{name}"' for name in table.key)
    newest = f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _place DESC) = 1" if keys else ""
    return f"(SELECT * FROM ({united}){newest})"


def _rows_in_month(
    con: duckdb.DuckDBPyConnection, rows: str, table: Table, day: date, months: StatisticalCalendar
) -> int:
    ((count,),) = con.execute(f"SELECT count(*) FROM {rows} WHERE {names_a_day_of(table, day, months)}").fetchall()
    return int(count)
