"""What the accepted batches of a table said of one row of a listing, one after the other: when, in which file, which cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from etl.intake.batch_notes import withdrawn
from etl.intake.batches import list_batches
from etl.warehouse.tables import parquet_rows
from scorecard.access import Actor
from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import RowListing
from scorecard.storage.data_dir import DataDir
from scorecard.store.listings import RowKey, row_key
from scorecard.store.tabulations import Reading
from scorecard.store.versions import VersionManifest


@dataclass(frozen=True)
class RowSaid:
    """What one batch said: when it was accepted, its file, who handed it in, and the cells that it changed.

    `standing` is 已撤回 or 待发布 where the version does not count it; `changes` are (header, before, now) beside the batches
    before it that are not withdrawn. The first has every cell that it fills in, before which there was nothing.
    """

    accepted: str
    file: str
    by: str
    standing: str
    changes: tuple[tuple[str, str, str], ...]


def row_history(
    data: DataDir, of: Reading, manifest: VersionManifest, listing: RowListing, actor: Actor, at: tuple[int, int]
) -> tuple[RowSaid, ...]:
    """The history of the row at (batch, line) of a listing, oldest first; nothing for a table whose rows have no key.

    Raises Forbidden for those who may not see the row. Private cells are masked as in the listing.
    """
    found = row_key(of, listing, actor, *at)
    return () if found is None or not found.cells else tuple(_said(data, of.catalog, manifest, listing.table, found))


def _said(data: DataDir, catalog: Catalog, manifest: VersionManifest, name: str, key: RowKey) -> Iterator[RowSaid]:
    table, gone = catalog.tables[name], withdrawn(data)
    published = {(record["table"], record["name"]) for record in manifest.batches}
    known: dict[str, Any] = {}
    tests = " AND ".join(f'"{column}" = ?' for column in key.cells)

    def text(column: str, value: Any) -> str:
        hidden = column in table.private and value is not None and not key.clear
        return MASK if hidden else table.type_of(column).text(value, catalog.departments)

    with duckdb.connect() as connection:
        for batch in sorted(list_batches(data, name), key=lambda one: one.sequence):
            if batch.sample != manifest.sample or batch.none:
                continue
            query = f"SELECT * EXCLUDE (_line) FROM ({parquet_rows(table, batch)}) WHERE {tests} ORDER BY _line DESC LIMIT 1"
            for row in connection.execute(query, list(key.cells.values())).fetchall():
                lacking = batch.lacking(table)
                now = {column: cell for column, cell in zip(table.columns, row, strict=True) if column not in lacking}
                changed = [column for column in now if now[column] != known.get(column)]
                withdrawn_now = (name, batch.name) in gone
                yield RowSaid(
                    f"{batch.accepted_at.astimezone(COURT_TIME):%Y-%m-%d %H:%M}",
                    batch.file_name,
                    batch.actor,
                    "已撤回" if withdrawn_now else "" if (name, batch.name) in published else "待发布",
                    tuple((table.header(one), text(one, known.get(one)), text(one, now[one])) for one in changed),
                )
                known = known if withdrawn_now else {**known, **now}
