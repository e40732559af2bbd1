"""DuckDB against the second opinion: whatever tabulation or listing can be declared, both print the same lines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, assume, event, given, settings, strategies as st

from scorecard.access import Actor
from scorecard.calendar.period import Period
from scorecard.catalog.contracts import Table
from scorecard.store.listings import listed
from scorecard.store.tabulations import Reading, tabulate
from tests.scorecard.store import naive_tabulations
from tests.support.engine import built
from tests.support.generated import World, listings, tabulations, worlds
from tests.support.naive import Row, Span, as_date, first_whole_month, month_begin

OFFICE = Actor("审管办", "case_management")
PERIODS = [("month", "2024-02"), ("month", "2024-03"), ("quarter", "2024-Q1"), ("year", "2024"), ("ytd", "2025-01")]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.data())
def test_every_tabulation_and_listing_prints_the_same_lines(world: World, data: st.DataObject) -> None:
    court = world.catalog.court.model_copy(update={"minimum_base": 2})  # so that rates of a few rows are shown
    world = replace(world, catalog=replace(world.catalog, court=court))
    table = world.catalog.tables["alpha"]
    kept = {"alpha": world.rows["alpha"]}
    choices = [data.draw(tabulations(table)) for _ in range(3)]
    lists = [data.draw(listings(table)) for _ in range(2)]
    with built(world.catalog, [], kept, {"alpha": world.as_of["alpha"]}) as connection:
        for department, scope in _parts(table, data):
            period = world.catalog.court.months.parse(*data.draw(st.sampled_from(PERIODS)))
            assume(period is not None)
            assert period is not None
            of = Reading(connection, world.catalog, world.as_of, period, department, scope)
            span, part = Span(period.grain, period.key, period.first, period.last), (department, scope)
            year = period.months.containing("ytd", period.last_month)
            known = not _refused(world, table, kept["alpha"], period)
            whole = not _refused(world, table, kept["alpha"], year)
            for one in choices:
                told = tabulate(of, one)
                expected = naive_tabulations.tabulated(
                    world.catalog, one, kept["alpha"], span, world.as_of["alpha"], part
                )
                event(
                    f"{len(one.by)} groups, {'refused' if told.basis.reason else 'empty' if not told.rows else 'told'}"
                )
                answered = whole if one.balance else known
                assert (not told.basis.reason) == answered
                assert [list(line) for line in told.printed] == (expected if answered else [])
            for one in lists if part == ("all", "all") else []:
                rows = listed(of, one, OFFICE, limit=100)
                expected_rows = naive_tabulations.listed(world.catalog, one, kept["alpha"], span, world.as_of["alpha"])
                assert (not rows.basis.reason) == (known or not one.clocks)
                assert [row.line - 1 for row in rows.rows] == (expected_rows if not rows.basis.reason else [])


def _parts(table: Table, data: st.DataObject) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    department = data.draw(st.sampled_from(["all", "civil"])) if table.department else "all"
    yield department, data.draw(st.sampled_from(["all", "firm"])) if table.firm else "all"


def _refused(world: World, table: Table, rows: list[Row], period: Period) -> bool:
    """Whether nothing is known of the period: after 数据截至, before the statistics, or before the first day of the table."""
    dates = [name for name, column in table.columns.items() if column.type.name in ("date", "datetime")]
    days = [as_date(row[name]) for row in rows for name in dates if row[name] is not None]
    since = world.catalog.court.statistics_from or date.min
    rules = world.catalog.court.statistical_months
    if not days:
        return True
    begin = max(month_begin(min(days), rules), first_whole_month(since, rules) if since > date.min else since)
    return period.first > world.as_of["alpha"] or begin > min(period.last, world.as_of["alpha"]) or period.first < since
