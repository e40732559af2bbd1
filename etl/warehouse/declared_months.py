"""Which months of a table something is known of, where an officer declared months without such data or typed rows one by one.

A declared month is a true zero and says nothing of other months. A typed row tells by each of its dates of the month of that
date, and no more: a lead found in September and transferred in November says nothing of what was found in November.
An extract tells of every month up to its 数据截至, as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from etl.engines.engine import Engine, fetch
from etl.intake.batches import Batch
from scorecard.calendar.period import Period, StatisticalCalendar
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.queries.terms import as_date, unbound


@dataclass(frozen=True)
class DeclaredMonths:
    """The months of one table that were declared empty, those that its typed rows name by each date, 数据截至 of its newest
    extract, if there is one, and the day on which the last row was typed.
    """

    months: frozenset[int]
    extract: date | None
    typed_on: date | None = None
    named: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def known(self, clock: str) -> frozenset[int]:
        """The months told of by this date; of what is there on a day (no clock) by any of them."""
        told = self.named.get(clock, frozenset()) if clock else frozenset[int]().union(*self.named.values())
        return self.months | told

    def begin(self, first_row: int | None) -> int | None:
        """The month the table begins in; None where its typed rows name no day and no extract came."""
        return min({*self.known(""), *([] if first_row is None else [first_row])}, default=None)

    def ended(self, cut: date) -> date:
        """The last day that is over for the data: on the day a row is typed, more may follow."""
        return cut - timedelta(1) if self.typed_on is not None and self.typed_on >= cut else cut

    def is_silent(self, period: Period, clock: str, first_row: int | None, cut: date) -> bool:
        """Whether a month of the period, up to `cut`, is told of by nobody: by declaration, typed row or extract."""
        months = period.months
        end = min(period.last_month, months.month_of(cut))
        span = set(range(period.first_month, end + 1)) - self.known(clock)
        if self.extract is None or first_row is None or end < first_row:
            return bool(span)
        told = months.month_of(self.extract)
        if self.extract < cut and self.extract != months.month_end(told):
            told -= 1  # the rest of its month is told by nobody
        return any(month > told for month in span)


def declared_months(engine: Engine, catalog: Catalog, batches: Sequence[Batch]) -> Mapping[str, DeclaredMonths]:
    """Table -> its declared months; tables without a declaration and without typed rows are absent. Needs the tables."""
    since, calendar = catalog.court.statistics_from, catalog.court.months
    declared: dict[str, DeclaredMonths] = {}
    for table in catalog.tables.values():
        own = [batch for batch in batches if batch.table == table.id and table.seed is None]
        typed = [batch.as_of for batch in own if batch.typed]
        # Declared before months closed on another day, it speaks of no whole month of today's.
        days = [batch.as_of for batch in own if batch.none and (since is None or batch.as_of >= since)]
        months = {month for day in days if (month := calendar.ending_on(day)) is not None}
        if months or typed:
            named = _named(engine, table, since, calendar) if typed else {}
            counted = own[-1:] if table.replaces == "all" else own
            newest = max((batch.as_of for batch in counted if not batch.none and not batch.typed), default=None)
            declared[table.id] = DeclaredMonths(frozenset(months), newest, max(typed, default=None), named)
    return declared


def _named(engine: Engine, table: Table, since: date | None, months: StatisticalCalendar) -> dict[str, frozenset[int]]:
    """Each date of a table -> the months that its rows name by it."""
    named: dict[str, frozenset[int]] = {}
    rows = unbound(table, table.id, derived=True)
    for column in (*table.columns, *table.derived):
        if table.type_of(column).is_date:
            days = fetch(engine, rows.select(as_date(rows[column]).name("day")).distinct())
            named[column] = frozenset(
                months.month_of(day) for (day,) in days if day and (since is None or day >= since)
            )
    return named
