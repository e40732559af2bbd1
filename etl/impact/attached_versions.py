"""Two versions attached to one connection, read-only: the schemas `published` and `candidate`."""

import json
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from etl.duckdb_connection import open_build
from etl.impact.version_diff import LISTED, RowChange
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted
from scorecard.store import versions as store

Place = Literal["published", "candidate"]
SEEDS = "seeds"


@dataclass(frozen=True)
class VersionSide:
    """One version: the columns and types of its tables, 数据截至 of each, and its batches by number."""

    place: Place
    columns: Mapping[str, Mapping[str, str]]
    as_of: Mapping[str, date]
    batches: Mapping[int, Mapping[str, Any]]

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """(table, name) of every batch."""
        return frozenset((batch["table"], batch["name"]) for batch in self.batches.values())

    def records_without(self, other: "VersionSide") -> tuple[Mapping[str, Any], ...]:
        """The records of the batches that the other version does not hold."""
        return tuple(batch for batch in self.batches.values() if (batch["table"], batch["name"]) not in other.names)


@dataclass(frozen=True)
class AttachedVersions:
    """The published version and a candidate; without a published one its tables are empty."""

    connection: duckdb.DuckDBPyConnection
    published: VersionSide
    candidate: VersionSide
    catalog: Catalog
    listed: int = LISTED

    def rows(self, side: VersionSide, table: str) -> str:
        """SQL for the rows of a table; no rows where the version has no such table."""
        if table in side.columns:
            return f'{side.place}."{table}"'
        other = self.candidate if side is self.published else self.published
        return f'(SELECT * FROM {other.place}."{table}" LIMIT 0)'

    def has(self, side: VersionSide, table: str, column: str) -> bool:
        """Whether a version's table has this column; an absent table counts as one with the other version's columns."""
        other = self.candidate if side is self.published else self.published
        return column in side.columns.get(table, other.columns.get(table, {}))

    def fetch(self, sql: str, values: list[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, values or []).fetchall()

    def row(self, side: VersionSide, cells: tuple[Any, ...]) -> RowChange:
        """The row change of (batch number, line, key …) with its file; further texts are column, before and after."""
        number, line, key, *rest = cells
        source = str(side.batches[number]["file_name"]) if number in side.batches else SEEDS
        return RowChange(source, int(line), key, *(str(text) for text in rest))

    def listing(
        self, side: VersionSide, table: Table, rest: str, values: list[Any] | None = None
    ) -> tuple[RowChange, ...]:
        """The first rows of a query in the order of the files; `rest` is what follows the key: further texts, FROM, WHERE."""
        query = f"SELECT _batch, _line, {self.key_text(table)} {rest} ORDER BY _batch, _line LIMIT {self.listed}"
        return tuple(self.row(side, row) for row in self.fetch(query, values))

    def changed_cells(self, table: Table, columns: list[str], query: str) -> tuple[RowChange, ...]:
        """The first cells of a query of batch, line, key, number of the column, before and after, in the order of the files."""
        found = self.fetch(
            f"SELECT _batch, _line, _key, n, old, new FROM ({query}) ORDER BY _batch, _line, n LIMIT {self.listed}"
        )
        return tuple(self.row(self.candidate, (*row[:3], table.header(columns[row[3]]), *row[4:])) for row in found)

    def text(self, table: Table, column: str, cell: str) -> str:
        """SQL for a cell as people read it."""
        return cell_text(self.catalog, table, column, cell)

    def key_text(self, table: Table) -> str:
        """SQL for the key of a row as people read it."""
        return key_text(self.catalog, table)


def cell_text(catalog: Catalog, table: Table, column: str, cell: str) -> str:
    """SQL for a cell as people read it: private ones masked, departments by name, unknown blank."""
    if column in table.private:
        return f"CASE WHEN {cell} IS NULL THEN '' ELSE '{MASK}' END"
    return f"coalesce({table.type_of(column).text_sql(cell, catalog.departments)}, '')"


def key_text(catalog: Catalog, table: Table) -> str:
    """SQL for the key of a row as people read it; without a key its first columns."""
    columns = table.key or tuple(table.columns)[:3]
    return " || '　' || ".join(cell_text(catalog, table, column, f'"{column}"') for column in columns)


@contextmanager
def attach_versions(
    data: DataDir, catalog: Catalog, candidate: str, published: str | None
) -> Generator[AttachedVersions]:
    """Both versions in one connection that reads them and nothing else. Raises StorageError when one cannot be opened."""
    for version in (candidate, published):
        if version is not None:
            store.connect(data, version).close()  # its error has the words for a version that cannot be read
    with tempfile.TemporaryDirectory(prefix="impact-") as spill:
        connection = open_build(None, Path(spill))
        try:
            connection.execute(f"SET file_search_path = {quoted(str(data.root.resolve()))}")  # see etl/engines/spark.py
            connection.execute(f"ATTACH {quoted(str(data.database(candidate)))} AS candidate (READ_ONLY)")
            if published is None:
                connection.execute("ATTACH ':memory:' AS published")
            else:
                connection.execute(f"ATTACH {quoted(str(data.database(published)))} AS published (READ_ONLY)")
            yield AttachedVersions(
                connection, describe_side(connection, "published"), describe_side(connection, "candidate"), catalog
            )
        except duckdb.Error as error:
            for version in filter(None, (candidate, published)):
                if reason := store.unreadable(data, version, thoroughly=True):
                    remedy = "请重新启动看板（python -m etl start）后再看影响"
                    raise StorageError(f"版本 {version}", reason, "完整的版本文件", remedy) from error
            raise
        finally:
            connection.close()


def describe_side(connection: duckdb.DuckDBPyConnection, place: Place) -> VersionSide:
    """The description of an attached version, read from its own tables."""
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
