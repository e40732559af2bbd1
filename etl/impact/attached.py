"""Two versions attached to one connection, read-only: schemas `published` and `candidate`, and what is known of each."""

import json
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from etl.engine import open_build
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted
from scorecard.store import versions as store
from scorecard.store.version_diff import RowChange

Place = Literal["published", "candidate"]
SEEDS = "seeds"


@dataclass(frozen=True)
class VersionSide:
    """One version: its tables with their columns and types, 数据截至, and the batches with their place in its order."""

    place: Place
    columns: Mapping[str, Mapping[str, str]]
    as_of: Mapping[str, date]
    batches: Mapping[int, Mapping[str, Any]]

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """(table, name) of every batch."""
        return frozenset((batch["table"], batch["name"]) for batch in self.batches.values())


@dataclass(frozen=True)
class AttachedVersions:
    """The published version and a candidate beside it. Without a published one its tables are empty."""

    connection: duckdb.DuckDBPyConnection
    published: VersionSide
    candidate: VersionSide
    catalog: Catalog

    def rows(self, side: VersionSide, table: str) -> str:
        """SQL for the rows of a table; none where the version has no such table."""
        if table in side.columns:
            return f'{side.place}."{table}"'
        other = self.candidate if side is self.published else self.published
        return f'(SELECT * FROM {other.place}."{table}" LIMIT 0)'

    def has(self, side: VersionSide, table: str, column: str) -> bool:
        """Whether a version's table has this column; an absent table is taken to have the other's columns."""
        other = self.candidate if side is self.published else self.published
        return column in side.columns.get(table, other.columns.get(table, {}))

    def fetch(self, sql: str, values: list[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, values or []).fetchall()

    def source(self, side: VersionSide, number: int) -> str:
        """The file a row came from."""
        batch = side.batches.get(number)
        return str(batch["file_name"]) if batch else SEEDS

    def row(self, side: VersionSide, cells: tuple[Any, ...]) -> RowChange:
        """(batch number, line, key …) as the row it stands for; further texts are column, before and after."""
        number, line, key, *rest = cells
        return RowChange(self.source(side, number), int(line), key, *(str(text) for text in rest))

    def text(self, table: Table, column: str, cell: str) -> str:
        """SQL for a cell as people read it: private ones masked, departments by name, unknown blank."""
        if column in table.private:
            return f"CASE WHEN {cell} IS NULL THEN '' ELSE '{MASK}' END"
        return f"coalesce({table.type_of(column).text_sql(cell, self.catalog.departments)}, '')"

    def key_text(self, table: Table, alias: str = "") -> str:
        """SQL for the key of a row as people read it."""
        return " || '　' || ".join(
            self.text(table, column, f'{alias}"{column}"') for column in table.key or tuple(table.columns)[:3]
        )


@contextmanager
def attach_versions(
    data: DataDir, catalog: Catalog, candidate: str, published: str | None
) -> Generator[AttachedVersions]:
    """Both versions in one connection that reads them and nothing else. Raises StorageError when one cannot be opened."""
    for version in (candidate, published):
        if version is not None:
            store.connect(data, version).close()  # says in words why a version cannot be read
    with tempfile.TemporaryDirectory(prefix="impact-") as spill:
        connection = open_build(None, Path(spill))
        try:
            connection.execute(f"ATTACH {quoted(str(data.database(candidate)))} AS candidate (READ_ONLY)")
            if published is None:
                connection.execute("ATTACH ':memory:' AS published")
            else:
                connection.execute(f"ATTACH {quoted(str(data.database(published)))} AS published (READ_ONLY)")
            yield AttachedVersions(
                connection,
                describe_side(connection, "published"),
                describe_side(connection, "candidate"),
                catalog,
            )
        finally:
            connection.close()


def describe_side(connection: duckdb.DuckDBPyConnection, place: Place) -> VersionSide:
    """What an attached version says of itself."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND NOT internal"
        " ORDER BY table_name, column_index",
        [place],
    ).fetchall():
        columns.setdefault(table, {})[column] = kind
    if "table_state" not in columns:
        return VersionSide(place, {}, {}, {})
    as_of = dict(connection.execute(f"SELECT table_id, as_of FROM {place}.table_state").fetchall())
    batches = connection.execute(f"SELECT number, record FROM {place}.batch").fetchall()
    return VersionSide(place, columns, as_of, {number: json.loads(record) for number, record in batches})
