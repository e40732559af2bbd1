"""A version begun as a copy of the published one, where that has all but its last batches: only what these bring is loaded.

What comes out equals a build of all batches, table by table; whatever is not sure to is built whole. So is every version of
a court of some hundred thousand rows: there it is not loading that takes the time.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from etl.engines.engine import Engine, loaded
from etl.intake.batches import Batch
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.queries.statements import Statement
from scorecard.records.work_calendar import TABLE as WORK_CALENDAR
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store

WORTH = 64 * 2**20  # bytes of a version file from which on it is faster to copy than its rows are to load


@dataclass(frozen=True)
class Beginning:
    """The published version that a new one begins as, and how many of the new one's batches, the first ones, are in it."""

    version: str
    batches: int


def beginning(data: DataDir, batches: Sequence[Batch], named: Callable[[Sequence[Batch]], str]) -> Beginning | None:
    """The published version, if its batches are the first of these and nothing else differs; None where to build whole.

    `named` gives the id of a version of some batches: two of one id have the same seeds, program, engine and rulings.
    """
    published = store.pointed(data)
    path = data.database(published)
    try:
        if not published or path.stat().st_size < WORTH or checksums.state(data, path) != "whole":
            return None
        with closing(store.connect(data, published)) as connection:
            ((known,),) = connection.execute("SELECT count(*) FROM batch").fetchall()
    except (OSError, ScorecardError):
        return None
    if not 0 < known < len(batches) or named(batches[:known]) != published:
        return None
    if any(batch.table == WORK_CALENDAR for batch in batches[known:]):
        return None  # the working days between the dates of rows that stay may be others
    return Beginning(published, known)


def copy(data: DataDir, begun: Beginning, path: Path) -> None:
    """Writes the version that a new one begins as to `path`. Raises OSError, where it was just removed as well."""
    shutil.copyfile(data.database(begun.version), path)


def keep_rows(engine: Engine, catalog: Catalog) -> None:
    """Drops all but the tables of rows from a copied version: all else is written anew."""
    for name in loaded(engine):
        if name not in catalog.tables:
            engine.connection.execute(f'DROP TABLE "{name}"')


def renew(engine: Engine, table: Table, rows: Statement) -> None:
    """Puts the newest rows of later batches in the place of those with the same key; a key that lacks a part is no key."""
    connection, key = engine.connection, ", ".join(f'"{name}"' for name in table.key)
    added, removed = f'"added_{table.id}"', f'"removed_{table.id}"'
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {added} AS FROM {engine.result(rows)}")
    connection.execute(
        f'CREATE OR REPLACE TEMP TABLE {removed} AS SELECT *, rowid AS _row FROM "{table.id}" SEMI JOIN {added} USING ({key})'
    )
    connection.execute(f'DELETE FROM "{table.id}" WHERE rowid IN (SELECT _row FROM {removed})')
    connection.execute(f'INSERT INTO "{table.id}" FROM {added}')
