"""A version begun as a copy of the published one, where that has all but its last batches: only what these bring is loaded.

What comes out equals a build of all batches, table by table; whatever is not sure to is built whole. So is every version of
a court of some hundred thousand rows: there it is not loading that takes the time.
"""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.duckdb_connection import insert_rows
from etl.engines.engine import Engine, loaded
from etl.intake.batches import Batch
from scorecard.catalog.contracts import Stock, Table
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.formulas import Term
from scorecard.errors import ScorecardError
from scorecard.queries.statements import Statement
from scorecard.records.work_calendar import TABLE as WORK_CALENDAR
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store

WORTH = 64 * 2**20  # bytes of a version file from which on it is faster to copy than its rows are to load
LARGE = 1_000_000  # rows from which on counting them all takes longer than what a few more statements cost

Clock = str | Stock
# The SQL for the cells of some terms, by name, cut at a day: of all rows of their table, or of those of a query.
Cube = Callable[[Mapping[str, Term], date, str], str]
CELL = "term, _first, _last, _department, _firm"


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
    """Drops all but the tables of rows from a copied version: all else is written anew, from the cells of its cubes as well."""
    for name, kept in (("known_term", "counted_term"), ("known_cell", "term_cell")):
        engine.connection.execute(f"CREATE TEMP TABLE {name} AS FROM {kept}")
    for name in loaded(engine) - {"known_term", "known_cell", *catalog.tables}:
        engine.connection.execute(f'DROP TABLE "{name}"')


def forget(engine: Engine, table: Table) -> None:
    """Nothing of what was counted of a table is known: it is loaded whole."""
    engine.connection.execute("DELETE FROM known_term WHERE table_id = ?", [table.id])


def renew(engine: Engine, table: Table, rows: Statement) -> None:
    """Puts the newest rows of later batches in the place of those with the same key; a key that lacks a part is no key.

    Which came and which went is kept beside (`added_`, `removed_`).
    """
    connection, key = engine.connection, ", ".join(f'"{name}"' for name in table.key)
    added, removed, gone = f'"added_{table.id}"', f'"removed_{table.id}"', f'"gone_{table.id}"'
    connection.execute(f"CREATE TEMP TABLE {added} AS FROM {engine.result(rows)}")
    # Their places first: to find them by key no other column of all rows need be read.
    connection.execute(
        f'CREATE TEMP TABLE {gone} AS SELECT rowid AS place FROM "{table.id}" SEMI JOIN {added} USING ({key})'
    )
    of_these = f'FROM "{table.id}" WHERE rowid IN (SELECT place FROM {gone})'
    connection.execute(f"CREATE TEMP TABLE {removed} AS SELECT * {of_these}")
    connection.execute(f"DELETE {of_these}")
    connection.execute(f'INSERT INTO "{table.id}" FROM {added}')


# --- cells of the cubes of large tables -----------------------------------------------------------------------
# Kept in the version: a month added to it adds what the rows that came count, and takes off what those that went had counted.
# What is counted and summed can be added and taken off exactly; nothing else is kept. A row that stays counts in the same cell
# as before, unless a date by which it counts lies after the old cut and not after the new one: these are counted anew as well.


def large_tables(engine: Engine) -> Collection[str]:
    """The tables in the version's file with so many rows; none where they lie elsewhere."""
    told = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND estimated_size >= ?"
    names = [name for (name,) in engine.connection.execute(told, [LARGE]).fetchall()]
    counts = {name: engine.connection.execute(f'SELECT count(*) FROM "{name}"').fetchall() for name in names}
    return {name for name, ((rows,),) in counts.items() if rows >= LARGE}


def write_cells(engine: Engine, passes: Mapping[tuple[str, Clock, date], tuple[Mapping[str, Term], Cube]]) -> None:
    """Fills counted_term and term_cell (schema.sql) with the terms of these passes, by table, clock and cut."""
    connection, names = engine.connection, loaded(engine)
    known: dict[tuple[str, str], dict[date, int]] = {}
    if "known_term" in names:
        for number, table, told, cut in connection.execute("FROM known_term").fetchall():
            known.setdefault((table, told), {})[cut] = number
    counted, same, parts = list[tuple[object, ...]](), list[str](), list[str]()
    for (table, clock, cut), (named, cube) in passes.items():
        begun: dict[date | None, dict[str, Term]] = {}
        for name, term in named.items():
            told, number = term.model_dump_json(), int(name.removeprefix("t"))
            counted.append((number, table, told, cut))
            before = known.get((table, told), {})
            since = max((day for day in before if day <= cut), default=None)
            begun.setdefault(since, {})[name] = term
            if since is not None:
                same.append(f"({before[since]}, {number})")
        for since, some in begun.items():
            if since is None:
                parts.append(cube(some, cut, ""))
            else:
                came, went = _moved(table, clock, since, cut, renewed=f"added_{table}" in names)
                parts += [cube(some, cut, came)] if came else []
                parts += [f"SELECT * REPLACE (-amount AS amount) FROM ({cube(some, since, went)})"] if went else []
    if same:
        pairs = f"(VALUES {', '.join(same)}) AS same (old, new)"
        parts.append(f"SELECT new AS term, * EXCLUDE (term, old, new) FROM known_cell JOIN {pairs} ON term = old")
    insert_rows(connection, "counted_term", counted)
    if parts:
        connection.execute(
            f"INSERT INTO term_cell SELECT {CELL}, sum(amount) FROM (SELECT NULL::BIGINT AS _last WHERE false UNION ALL BY NAME"
            f" {' UNION ALL BY NAME '.join(parts)}) GROUP BY ALL HAVING sum(amount) <> 0"
        )


def _moved(table: str, clock: Clock, since: date, cut: date, *, renewed: bool) -> tuple[str, str]:
    """SQL for the rows to count by the new cut, and for those that were counted by the old one; empty where there are none."""
    days = [clock.start, clock.until] if isinstance(clock, Stock) else [clock]
    between = " OR ".join(f"(\"{day}\"::DATE > '{since}' AND \"{day}\"::DATE <= '{cut}')" for day in days)
    stayed = f'SELECT * FROM main."{table}" WHERE ({between})' if since < cut else ""
    if not renewed:
        return stayed, stayed
    if stayed:
        stayed = f' UNION ALL BY NAME {stayed} AND _batch NOT IN (SELECT _batch FROM "added_{table}")'
    return f'FROM "added_{table}"{stayed}', f'FROM "removed_{table}"{stayed}'
