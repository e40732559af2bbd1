"""Which months of a table something is known of, where an officer declared months without such data or typed rows one by one.

A declared month is a true zero and says nothing of other months; a typed row tells of the months that it names, and no more.
An extract tells of every month up to its 数据截至, as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from etl.intake.batches import Batch
from etl.reading.latest_day import past_dates
from scorecard.calendar.period import Period, month_end, month_index
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog


@dataclass(frozen=True)
class DeclaredMonths:
    """The months of one table that were declared empty or that its rows name, 数据截至 of its newest extract, if there is one,
    and the day on which the last row was typed.
    """

    months: frozenset[int]
    extract: date | None
    typed_on: date | None = None

    def begin(self, first_row: int | None) -> int:
        """The month the table begins in."""
        return min(self.months if first_row is None else {*self.months, first_row})

    def ended(self, cut: date) -> date:
        """The last day that is over for the data: on the day a row is typed, more may follow."""
        return cut - timedelta(1) if self.typed_on is not None and self.typed_on >= cut else cut

    def is_silent(self, period: Period, first_row: int | None, cut: date) -> bool:
        """Whether a month of the period, up to `cut`, is neither declared nor told of by an extract."""
        end = min(period.last_month, month_index(cut))
        span = {month for month in range(period.first_month, end + 1) if month not in self.months}
        if self.extract is None or first_row is None or end < first_row:
            return bool(span)
        told = month_index(self.extract)
        if self.extract < cut and self.extract != month_end(told):
            told -= 1  # the rest of its month is told by nobody
        return any(month > told for month in span)


def declared_months(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, batches: Sequence[Batch]
) -> Mapping[str, DeclaredMonths]:
    """Table -> its declared months; tables without a declaration and without typed rows are absent. Needs the tables."""
    since = catalog.court.statistics_from
    declared: dict[str, DeclaredMonths] = {}
    for table in catalog.tables.values():
        own = [batch for batch in batches if batch.table == table.id and table.seed is None]
        typed = [batch.as_of for batch in own if batch.typed]
        months = {month_index(batch.as_of) for batch in own if batch.none and (since is None or batch.as_of >= since)}
        if typed:
            months |= {month for month in _named(connection, table) if since is None or month >= month_index(since)}
        if months or typed:
            declared[table.id] = DeclaredMonths(
                frozenset(months or {month_index(max(typed))}), _newest_extract(table, own), max(typed, default=None)
            )
    return declared


def _named(connection: duckdb.DuckDBPyConnection, table: Table) -> set[int]:
    """The months of all days that the rows of a table name."""
    months: set[int] = set()
    for day in past_dates(table):
        months |= {
            month_index(one)
            for (one,) in connection.execute(f'SELECT DISTINCT {day} FROM "{table.id}"').fetchall()
            if one
        }
    return months


def _newest_extract(table: Table, batches: Sequence[Batch]) -> date | None:
    counted = batches[-1:] if table.replaces == "all" else batches
    return max((batch.as_of for batch in counted if not batch.none and not batch.typed), default=None)
