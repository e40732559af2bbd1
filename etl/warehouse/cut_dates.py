"""Days that look like the day of an export, put into cases that are still open: what rests on them is withheld until ruled on.

A batch in which a large part of the rows that lack 结案方式 share one 结案日期 was warned about when it was accepted. Until an
officer says which it is, nobody knows whether these cases are closed. 按未结 leaves the date of these rows out, 按已结 takes it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import ibis

from etl.intake.batches import Batch
from scorecard.calendar.period import month_label
from scorecard.catalog.contracts import CutDate, Table
from scorecard.catalog.definitions import Catalog
from scorecard.queries.row_days import cut_days_sql
from scorecard.queries.terms import RowsExpression, as_date
from scorecard.storage.sql_text import quoted

OPEN = "按未结"


@dataclass(frozen=True)
class DoubtfulDay:
    """A day in a batch that so many rows share which lack the other column; nobody has ruled on it."""

    batch: Batch
    table: Table
    cut: CutDate
    day: str
    rows: int
    month: str

    @property
    def sentence(self) -> str:
        """2026年10月的审判案件表有1,236件的结案日期都是2026-10-31而没有结案方式，是否已结待核定."""
        date, missing = map(self.table.header, (self.cut.date, self.cut.missing))
        return f"{self.month}的{self.table.name}有{self.rows:,}件的{date}都是{self.day}而没有{missing}，是否已结待核定"


def doubtful_days(catalog: Catalog, batches: Iterable[Batch]) -> tuple[DoubtfulDay, ...]:
    """The days that nobody has ruled on, of batches that were warned about one."""
    warned = [batch for batch in batches if any(count.code == "cut_date" for count in batch.counts)]
    if not warned:
        return ()
    with duckdb.connect() as connection:
        return tuple(day for batch in warned for day in _days(connection, catalog, batch))


def _days(connection: duckdb.DuckDBPyConnection, catalog: Catalog, batch: Batch) -> Iterator[DoubtfulDay]:
    table, month = catalog.tables[batch.table], month_label(catalog.court.months.month_of(batch.as_of))
    ruled = {day for day, _ in batch.rulings}
    for cut in _cuts(table):
        rows = f"read_parquet({quoted(str(batch.path))})"
        for day, count, *_ in connection.execute(cut_days_sql(cut, rows)).fetchall():
            if str(day) not in ruled:
                yield DoubtfulDay(batch, table, cut, str(day), count, month)


def ruled_rows(table: Table, batch: Batch, rows: RowsExpression) -> RowsExpression:
    """The rows of a batch without the days that are ruled to be no closing dates."""
    days = [ibis.date(day) for day, ruling in batch.rulings if ruling == OPEN]
    for cut in _cuts(table) if days else ():
        day = rows[cut.date]
        taken = rows[cut.missing].notnull() | ~as_date(day).isin(days)
        rows = rows.mutate(taken.ifelse(day, ibis.null(day.type())).name(cut.date))
    return rows


def _cuts(table: Table) -> list[CutDate]:
    return [check.cut_date for check in table.checks if check.cut_date is not None]
