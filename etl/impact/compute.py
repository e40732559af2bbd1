"""The impact of publishing a built version, against the published one: rows, balances, parts, every indicator.

Both files are attached read-only and compared in SQL; nothing is written and nothing published. The sample is never
compared with the court's own data: invented rows say nothing about real ones.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

from etl.impact.attached_versions import AttachedVersions, VersionSide, attach_versions
from etl.impact.corrections import correction_impacts
from etl.impact.indicator_changes import indicator_changes
from etl.impact.parts import indicator_parts, table_parts
from etl.impact.row_changes import table_impact
from etl.impact.stock_flow import balance
from etl.intake.batches import KnownCells, quieter_columns
from etl.intake.declared_none import told
from etl.reading.latest_day import names_a_day_of
from scorecard.calendar import clock
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.version_diff import Impact


def impact(data: DataDir, catalog: Catalog, candidate: str, current: str | None, today: date | None = None) -> Impact:
    """The impact of `candidate`; `current` is what readers see now, None while nothing is published.

    `catalog` is the candidate's. Raises StorageError when one of the two cannot be opened.
    """
    leaves_sample = current is not None and store.manifest(data, current).sample and not _is_sample(data, candidate)
    published = None if leaves_sample else current
    before = None if published is None else _catalog(data, published)
    with attach_versions(data, catalog, candidate, published) as pair:
        tables = [
            table
            for table in catalog.tables.values()
            if any(table.id in side.columns for side in (pair.published, pair.candidate))
        ]
        balances = [balance(pair, table) for table in tables]
        return Impact(
            candidate=candidate,
            current=current,
            leaves_sample=leaves_sample,
            taken_in=pair.candidate.records_without(pair.published),
            left_out=pair.published.records_without(pair.candidate),
            tables=tuple(
                table_impact(pair, table, before.tables.get(table.id) if before else None) for table in tables
            ),
            balances=tuple(balance for balance in balances if balance is not None),
            parts=(*(parts for table in tables for parts in table_parts(pair, table)), *indicator_parts(pair, catalog)),
            indicators=indicator_changes(data, published, candidate, today or clock.today()),
            corrections=correction_impacts(pair, data),
            contradicted=tuple(_contradicted(pair)),
            quieter=tuple(_quieter(pair)),
        )


def _contradicted(pair: AttachedVersions) -> Iterator[str]:
    """A sentence for every month declared to have no such data in which the candidate has rows."""
    for record in pair.candidate.batches.values():
        if record.get("none"):
            table, as_of = pair.catalog.tables[record["table"]], date.fromisoformat(record["as_of"])
            where = names_a_day_of(table, as_of)
            ((count,),) = pair.fetch(f"SELECT count(*) FROM {pair.rows(pair.candidate, table.id)} WHERE {where}")
            if count:
                yield told(table, as_of, record["name"], count)


def _quieter(pair: AttachedVersions) -> Iterator[str]:
    """A sentence for every column that a table's newest extract says much less of than the one readers see."""
    before, after = (_newest_cells(pair, side) for side in (pair.published, pair.candidate))
    for name in before.keys() & after.keys() & pair.catalog.tables.keys():
        table = pair.catalog.tables[name]
        yield from (f"{table.name}{sentence}" for sentence in quieter_columns(table, before[name], after[name]))


def _newest_cells(pair: AttachedVersions, side: VersionSide) -> dict[str, KnownCells]:
    """Table -> the known cells of its newest extract."""
    if "batch_column" not in side.columns:
        return {}
    rows = pair.fetch(
        f"SELECT table_id, any_value(rows), map(list(column_name), list(known)) FROM {side.place}.batch_column"
        " WHERE rows > 0 GROUP BY table_id, number QUALIFY row_number() OVER (PARTITION BY table_id ORDER BY number DESC) = 1"
    )
    return {table: KnownCells(total, known) for table, total, known in rows}


def _catalog(data: DataDir, version: str) -> Catalog:
    with closing(store.connect(data, version)) as connection, store.understood(version):
        return warehouse.catalog(connection)


def _is_sample(data: DataDir, version: str) -> bool:
    with closing(store.connect(data, version)) as connection:
        return warehouse.is_sample(connection)
