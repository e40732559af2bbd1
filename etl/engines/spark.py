"""Spark as engine: the rows of extracts stay in their Parquet batches, Spark counts them, and what comes back is small.

A version built so holds no case rows: where DuckDB's has a table, it has a view over the batches by the same expression,
with paths relative to the data folder. Registers kept here and what lies in the seeds are few rows: the file holds them,
and Spark gets them from memory.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from ibis.expr import operations as ops

from etl.engines.engine import DuckDBEngine, gathered_sql
from scorecard.catalog.contracts import Table
from scorecard.errors import ScorecardError
from scorecard.queries.statements import Statement
from scorecard.queries.terms import RowsExpression, sql
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted

# What a number may depend on: an overflow or a bad cast is an error and never NULL, no moment moves with a time zone, and a
# decimal is never rounded to make room. Everything else (memory, cores, where the files are) is Spark's own configuration.
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.ui.showConsoleProgress": "false",
}


class SparkEngine:
    """A session of Spark beside the version's file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, data: DataDir, session: Any, batches_at: str) -> None:
        self.connection = connection
        self._small = DuckDBEngine(connection)
        self._data, self._session, self._batches_at = data, session, batches_at.rstrip("/")
        self._files: dict[str, tuple[str, int]] = {}  # name -> SQL over files of the data folder, how many
        self._results = count()
        connection.execute(f"SET file_search_path = {quoted(str(data.root.resolve()))}")

    def source(self, name: str, rows: Path | pa.Table) -> None:
        """See `Engine`: a view of the file where the cluster sees it; rows from memory are kept, for views read them."""
        if isinstance(rows, pa.Table):
            self._keep(name, rows, "TABLE")
            self._hand_over(name, rows)
        elif name not in self._files:
            self._files[name] = f"FROM read_parquet({quoted(self._below(rows))})", 1
            self._small.source(name, rows)
            below = rows.resolve().relative_to(self._data.batches.resolve()).as_posix()
            where = f"{self._batches_at}/{below}" if self._batches_at else rows.resolve().as_uri()
            self._session.read.parquet(where).createOrReplaceTempView(name)

    def gather(self, name: str, files: Sequence[tuple[int, Path]], columns: Sequence[str]) -> None:
        """See `Engine`: a union of the files' views."""
        self._small.gather(name, files, columns)
        self._files[name] = gathered_sql([(number, self._below(path)) for number, path in files], columns), len(files)
        for number, path in files:
            self.source(f"batch_{number}", path)
        read = ", ".join(f"`{column}`" for column in columns)
        united = (f"SELECT {read}, CAST({number} AS INT) AS _batch FROM batch_{number}" for number, _ in files)
        self._session.sql(" UNION ALL ".join(united)).createOrReplaceTempView(name)

    def load(self, table: Table, rows: RowsExpression | Statement) -> None:
        """See `Engine`: a view on both sides; what did not come as an extract is a table of the file, as DuckDB makes it."""
        rows = rows.expression() if isinstance(rows, Statement) else rows
        if table.seed is None and table.comes_as_file:
            frame = self._session.sql(_spark_sql(rows))
            if (
                sum(count for _, count in self._read_by(rows).values()) > 1
            ):  # what replaces what is worked out once, not by every query
                frame = frame.cache()
            frame.createOrReplaceTempView(table.id)
            self.connection.execute(f'CREATE VIEW "{table.id}" AS {self._over_files(rows)}')
        else:
            self._small.load(table, rows)
            self._hand_over(table.id, self.connection.sql(f'FROM "{table.id}"').to_arrow_table())

    def result(self, rows: RowsExpression | Statement) -> str:
        """See `Engine`: a temporary table of what Spark answered."""
        expression = rows.expression() if isinstance(rows, Statement) else rows
        name = f"_result_{next(self._results)}"
        self._keep(name, self._session.sql(_spark_sql(expression)).toArrow(), "TEMP TABLE")
        return name

    def _keep(self, name: str, rows: pa.Table, kind: str) -> None:
        self.connection.register("_given", rows)
        self.connection.execute(f'CREATE OR REPLACE {kind} "{name}" AS FROM _given')
        self.connection.unregister("_given")

    def _hand_over(self, name: str, rows: pa.Table) -> None:
        self._session.createDataFrame(rows).createOrReplaceTempView(name)

    def _below(self, path: Path) -> str:
        return path.resolve().relative_to(self._data.root.resolve()).as_posix()

    def _read_by(self, rows: RowsExpression) -> dict[str, tuple[str, int]]:
        """What an expression reads of the data folder, by name: SQL over the files, and how many they are."""
        names: Iterable[str] = (node.name for node in rows.op().find(ops.UnboundTable))
        return {name: self._files[name] for name in names if name in self._files}

    def _over_files(self, rows: RowsExpression) -> str:
        """The expression as DuckDB's SQL over the files it reads."""
        read = [f'"{name}" AS NOT MATERIALIZED ({query})' for name, (query, _) in self._read_by(rows).items()]
        return f"{'WITH ' if read else ''}{', '.join(read)} SELECT * FROM ({sql(rows)})"


def _spark_sql(expression: RowsExpression) -> str:
    return str(ibis.to_sql(expression, dialect="pyspark", pretty=False))


@contextmanager
def session(master: str, remote: str) -> Generator[Any]:
    """A session of its own, stopped at the end, or the one that runs here. Raises ScorecardError where Spark does not answer."""
    sessions: Any = import_module("pyspark.sql").SparkSession
    _ = ibis.pyspark  # registers options without which Ibis writes no number with a fraction
    running, builder = sessions.getActiveSession(), sessions.builder
    builder = builder.appName("scorecard").remote(remote) if remote else builder.appName("scorecard")
    if not remote:
        builder = builder.master(master or "local[*]")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    errors = import_module("pyspark.errors").PySparkException, import_module("py4j.protocol").Py4JError
    try:
        opened = builder.getOrCreate()
        try:
            yield opened
        finally:
            opened.catalog.clearCache()
            if running is None:
                opened.stop()
    except errors as error:
        found = str(error).strip().split("\n")[0][:300]
        remedy = "请检查 Java、--master 或 --remote 和各节点能否读到批次文件，或改用 --engine duckdb"
        raise ScorecardError("用 Spark 建库", found, "能运行的 Spark", remedy) from error
