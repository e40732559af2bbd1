"""Changes between two versions by indicator, at every grain: both opened and judged on one day, their parts counted."""

from contextlib import closing
from dataclasses import replace
from datetime import date

from etl.impact.attached_versions import attach_versions
from scorecard.assessment.cards import CardInputs
from scorecard.calendar.period import GRAINS
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.narrative.changes import IndicatorChanges, JudgedVersion, compare, judged_version
from scorecard.records.annotations import redefinitions
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse

_KEYS = "indicator, grain, period, department, scope"


def indicator_changes(data: DataDir, before: str | None, after: str, today: date) -> IndicatorChanges:
    """The differences between two versions at every grain and period; without `before` everything is new.

    Raises StorageError when a version cannot be opened.
    """
    new = _judge_version(data, after, today)
    if before is None:
        return compare(None, new)
    found = compare(_judge_version(data, before, today), new)
    with attach_versions(data, new.catalog, after, before) as pair:
        ((differ, compared),) = pair.fetch(
            "SELECT count(*) FILTER (p.numerator IS DISTINCT FROM c.numerator OR p.denominator IS DISTINCT FROM c.denominator"
            " OR p.base IS DISTINCT FROM c.base OR p.value IS DISTINCT FROM c.value), count(*)"
            f" FROM published.indicator_value p JOIN candidate.indicator_value c USING ({_KEYS})"
            " WHERE NOT (department = ? AND scope = 'all')",
            [ALL_DEPARTMENTS],
        )
    return replace(found, parts_changed=differ, parts_compared=compared)


def _judge_version(data: DataDir, version: str, today: date) -> JudgedVersion:
    """全院 全部 as this version says it, published or not."""
    with closing(store.connect(data, version)) as connection, store.understood(version):
        catalog = warehouse.catalog(connection)
        whole = CardInputs(
            catalog=catalog,
            series={},
            targets=warehouse.targets(connection, catalog),
            doubts=warehouse.doubts(connection),
            tables=warehouse.tables(connection),
            department=ALL_DEPARTMENTS,
            scope="all",
            today=today,
            baselines=warehouse.baselines(connection),
            annotations=(*warehouse.annotations(connection), *redefinitions(catalog)),
            official=warehouse.official_values(connection),
        )
        by_grain = (warehouse.series(connection, catalog, grain, ALL_DEPARTMENTS, "all") for grain in GRAINS)
        return judged_version([replace(whole, series=series) for series in by_grain])
