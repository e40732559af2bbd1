"""What computes over the rows of a version, and DuckDB as that: a seam, so that rows may lie and be counted elsewhere.

Definitions are Ibis expressions, the same for every engine. What they come to is small and lies in the version's DuckDB
file, where it stays SQL.
"""

from collections.abc import Sequence, Set as AbstractSet
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from scorecard.catalog.contracts import Table
from scorecard.queries.statements import Statement
from scorecard.queries.terms import RowsExpression, sql
from scorecard.storage.sql_text import quoted

Types = tuple[tuple[str, str], ...]  # the names of columns, and their types as Ibis writes them


class Engine(Protocol):
    """Rows under names, tables made of them, and what expressions over both come to."""

    connection: duckdb.DuckDBPyConnection  # the version's file

    def source(self, name: str, rows: Path | pa.Table) -> None:
        """Makes the rows of a Parquet file, or a few from memory, available under a name."""
        ...

    def gather(self, name: str, files: Sequence[tuple[int, Path]], columns: Sequence[str]) -> None:
        """Makes these columns of several files available under one name, with the number of each as `_batch`."""
        ...

    def load(self, table: Table, rows: RowsExpression | Statement) -> None:
        """Makes these rows the table's: under its id for expressions, and in the version's file for readers."""
        ...

    def result(self, rows: RowsExpression | Statement) -> str:
        """SQL in the version's file for the rows of an expression over sources and tables."""
        ...

    def united(self, alike: Sequence[RowsExpression | Statement]) -> str:
        """SQL for all rows of expressions with the same columns, asked at once."""
        ...


class DuckDBEngine:
    """The version's file holds the rows itself, and its own SQL counts them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def source(self, name: str, rows: Path | pa.Table) -> None:
        """See `Engine`: a view of the file, a copy of the rows."""
        if isinstance(rows, Path):
            query = f'CREATE OR REPLACE TEMP VIEW "{name}" AS FROM read_parquet({quoted(str(rows))})'
            self.connection.execute(query)
        else:
            self.connection.register("_given", rows)
            self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS FROM _given')
            self.connection.unregister("_given")

    def gather(self, name: str, files: Sequence[tuple[int, Path]], columns: Sequence[str]) -> None:
        """See `Engine`: a view of the files."""
        read = ", ".join(f'"{column}"' for column in columns)
        united = " UNION ALL ".join(
            f"SELECT {read}, {number}::INTEGER AS _batch FROM read_parquet({quoted(str(path))})"
            for number, path in files
        )
        self.connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {united}')

    def load(self, table: Table, rows: RowsExpression | Statement) -> None:
        """See `Engine`: a table of the file."""
        self.connection.execute(f'CREATE OR REPLACE TABLE "{table.id}" AS {sql(rows)}')

    def result(self, rows: RowsExpression | Statement) -> str:
        """See `Engine`: the expression as SQL."""
        return f"({sql(rows)})"

    def united(self, alike: Sequence[RowsExpression | Statement]) -> str:
        """See `Engine`: one statement."""
        return f"({' UNION ALL BY NAME '.join(f'FROM {self.result(one)}' for one in alike)})"


def gathered_sql(files: Sequence[tuple[int, str]], columns: Sequence[str]) -> str:
    """DuckDB's SQL for these columns of several files, with the number of each."""
    read = ", ".join(f'"{column}"' for column in columns)
    return " UNION ALL ".join(
        f"SELECT {read}, {number}::INTEGER AS _batch FROM read_parquet({quoted(path)})" for number, path in files
    )


def fetch(engine: Engine, rows: RowsExpression | Statement) -> list[tuple[Any, ...]]:
    """The few rows of an expression."""
    return engine.connection.execute(f"FROM {engine.result(rows)}").fetchall()


def named(name: str, rows: Path | pa.Table) -> RowsExpression:
    """The rows of a source as an expression, in the types in which they lie."""
    return ibis.table(dict(file_types(rows) if isinstance(rows, Path) else _types(rows.schema)), name=name)


@lru_cache(maxsize=4096)
def file_types(path: Path) -> Types:
    """The columns of a Parquet file and their types; a file never changes."""
    return _types(pq.read_schema(path))


def _types(schema: pa.Schema) -> Types:
    # A file marks a column that happens to be full, rows from memory the precision of a moment: no difference to the contract.
    return tuple(
        (name, "timestamp" if kind.is_timestamp() else str(kind.copy(nullable=True)))
        for name, kind in ibis.schema(schema).items()
    )


def loaded(engine: Engine) -> AbstractSet[str]:
    """The names in the version's file: those of every table that has rows among them."""
    return {row[0] for row in engine.connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
