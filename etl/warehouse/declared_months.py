"""Which months of a table something is known of, where an officer declared that months have no such data.

A declared month is a true zero and says nothing of other months. An extract tells of every month up to its 数据截至, as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from etl.intake.batches import Batch
from scorecard.calendar.period import Period, month_end, month_index
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog


@dataclass(frozen=True)
class DeclaredMonths:
    """The months declared empty of one table, and 数据截至 of its newest extract, if there is one."""

    months: frozenset[int]
    extract: date | None

    def begin(self, first_row: int | None) -> int:
        """The month the table begins in."""
        return min(self.months if first_row is None else {*self.months, first_row})

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


def declared_months(catalog: Catalog, batches: Sequence[Batch]) -> Mapping[str, DeclaredMonths]:
    """Table -> its declared months; tables without a declaration are absent."""
    since = catalog.court.statistics_from
    declared: dict[str, DeclaredMonths] = {}
    for table in catalog.tables.values():
        own = [batch for batch in batches if batch.table == table.id]
        months = {month_index(batch.as_of) for batch in own if batch.none and (since is None or batch.as_of >= since)}
        if months:
            declared[table.id] = DeclaredMonths(frozenset(months), _newest_extract(table, own))
    return declared


def _newest_extract(table: Table, batches: Sequence[Batch]) -> date | None:
    counted = batches[-1:] if table.replaces == "all" else batches
    return max((batch.as_of for batch in counted if not batch.none), default=None)
