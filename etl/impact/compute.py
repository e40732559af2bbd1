"""The impact of publishing a built version, against the published one: rows, balances, parts, every indicator.

Both files are attached read-only and compared in SQL; nothing is written and nothing published. The sample is never
compared with the court's own data: invented rows say nothing about real ones.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

from etl.impact.attached_versions import AttachedVersions, VersionSide, attach_versions
from etl.impact.indicator_changes import indicator_changes
from etl.impact.parts import indicator_parts, table_parts
from etl.impact.row_changes import correction_impacts, table_impact
from etl.impact.stock_flow import balance
from etl.impact.vanished_rows import taken_out, vanished_rows
from etl.impact.version_diff import Impact
from etl.intake.batches import KnownCells, quieter_columns
from etl.intake.declared_none import told
from etl.reading.latest_day import names_a_day_of
from etl.warehouse.build import build_of, chosen_batches
from scorecard.calendar import clock
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse


def impact(data: DataDir, catalog: Catalog, candidate: str, current: str | None, today: date | None = None) -> Impact:
    """The impact of `candidate`; `current` is what readers see now, None while nothing is published.

    `catalog` is the candidate's. Raises StorageError when one of the two cannot be opened.
    """
    with closing(store.connect(data, candidate)) as connection:
        sample = warehouse.is_sample(connection)
    leaves_sample = current is not None and store.manifest(data, current).sample and not sample
    published, before = None if leaves_sample else current, None
    if published is not None:
        with closing(store.connect(data, published)) as connection, store.understood(published):
            before = warehouse.catalog(connection)
    today, batches = today or clock.today(), chosen_batches(data)
    questions = vanished_rows(catalog, batches)
    without = build_of(catalog, data, taken_out(batches, questions)) if any(one.open for one in questions) else None
    with attach_versions(data, catalog, candidate, published) as pair:
        there = pair.published.columns.keys() | pair.candidate.columns.keys()
        tables = [table for table in catalog.tables.values() if table.id in there]
        earlier = before.tables if before else {}
        return Impact(
            candidate=candidate,
            current=current,
            leaves_sample=leaves_sample,
            taken_in=pair.candidate.records_without(pair.published),
            left_out=pair.published.records_without(pair.candidate),
            tables=tuple(table_impact(pair, table, earlier.get(table.id)) for table in tables),
            balances=tuple(filter(None, (balance(pair, table) for table in tables))),
            parts=(*(parts for table in tables for parts in table_parts(pair, table)), *indicator_parts(pair, catalog)),
            indicators=indicator_changes(data, published, candidate, today),
            corrections=correction_impacts(pair, data),
            contradicted=tuple(_contradicted(pair)),
            quieter=tuple(_quieter(pair)),
            vanished=tuple((one.sentence, tuple(row.row for row in one.open)) for one in questions if one.open),
            if_taken_out=None if without is None else indicator_changes(data, candidate, without, today),
        )


def _contradicted(pair: AttachedVersions) -> Iterator[str]:
    """A sentence for every month declared to have no such data in which the candidate has rows."""
    for record in pair.candidate.batches.values():
        as_of = date.fromisoformat(record["as_of"])
        if record.get("none") and pair.catalog.court.months.ending_on(as_of) is not None:
            table = pair.catalog.tables[record["table"]]
            where = names_a_day_of(table, as_of, pair.catalog.court.months)
            ((count,),) = pair.fetch(f"SELECT count(*) FROM {pair.rows(pair.candidate, table.id)} WHERE {where}")
            if count:
                yield told(table, as_of, record["name"], count, pair.catalog.court.months)


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
