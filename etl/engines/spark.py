"""Spark as engine: the rows of extracts stay in their Parquet batches, Spark counts them, and what comes back is small.

A version built so holds no case rows: where DuckDB's has a table, it has a view over the batches by the same expression,
with paths relative to the data folder. A query costs Spark a good part of a second however few the rows are, so few rows are
DuckDB's: it holds a table of at most `FEW` and counts it; Spark gets it from memory where it stands beside a larger one.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
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
}
FEW = 200_000  # rows that DuckDB counts sooner than Spark plans to

Files = Sequence[tuple[int, Path]]  # with the number of each


class SparkEngine:
    """A session of Spark beside the version's file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, data: DataDir, session: Any, batches_at: str) -> None:
        self.connection = connection
        self._small = DuckDBEngine(connection)
        self._data, self._session, self._batches_at = data, session, batches_at.rstrip("/")
        self._files: dict[str, tuple[Files, Sequence[str]]] = {}  # of a source: its files; the columns of several
        self._rows: dict[str, int] = {}  # of a source that is files, and of a table that Spark counts
        self._seen: set[str] = set()  # the names that Spark knows
        self._results = count()
        connection.execute(f"SET file_search_path = {quoted(str(data.root.resolve()))}")

    def source(self, name: str, rows: Path | pa.Table) -> None:
        """See `Engine`: the file where the cluster sees it; rows from memory are kept, for views read them."""
        if isinstance(rows, pa.Table):
            self._keep(name, rows, "TABLE")
        elif name not in self._files:
            self._small.source(name, rows)
            self._files[name], self._rows[name] = ([(0, rows)], ()), pq.read_metadata(rows).num_rows

    def gather(self, name: str, files: Files, columns: Sequence[str]) -> None:
        """See `Engine`: a union of the files."""
        self._small.gather(name, files, columns)
        self._files[name] = files, columns
        self._rows[name] = sum(pq.read_metadata(path).num_rows for _, path in files)

    def load(self, table: Table, rows: RowsExpression | Statement) -> None:
        """See `Engine`: a view on both sides; of few rows a table of the file, as DuckDB makes it."""
        expression = rows.expression() if isinstance(rows, Statement) else rows
        read = self._read_by(expression)
        if not self._many(read):
            self._small.load(table, rows)
            return
        frame = self._frame(expression)
        if sum(len(self._files[name][0]) for name in read if name in self._files) > 1:
            frame = frame.cache()  # what replaces what is worked out once, not by every query
        frame.createOrReplaceTempView(table.id)
        self._rows[table.id] = sum(self._rows.get(name, 0) for name in read)
        self._seen.add(table.id)
        lying = [f'"{name}" AS NOT MATERIALIZED ({self._over_files(name)})' for name in read if name in self._files]
        self.connection.execute(
            f'CREATE VIEW "{table.id}" AS {"WITH " if lying else ""}{", ".join(lying)} SELECT * FROM ({sql(rows)})'
        )

    def result(self, rows: RowsExpression | Statement) -> str:
        """See `Engine`: a temporary table of what Spark answered; of few rows DuckDB's own SQL."""
        return self.united([rows])

    def united(self, alike: Sequence[RowsExpression | Statement]) -> str:
        """See `Engine`: one job for what Spark counts of it."""
        few, frames = list[RowsExpression | Statement](), list[Any]()
        for rows in alike:
            expression = rows.expression() if isinstance(rows, Statement) else rows
            if self._many(self._read_by(expression)):
                frames.append(self._frame(expression))
            else:
                few.append(rows)
        if not frames:
            return self._small.united(few)
        name = f"_result_{next(self._results)}"
        counted = reduce(lambda united, frame: united.unionByName(frame), frames)
        self._keep(name, counted.toArrow(), "TEMP TABLE")
        return f"(FROM {name} UNION ALL BY NAME FROM {self._small.united(few)})" if few else name

    def _keep(self, name: str, rows: pa.Table, kind: str) -> None:
        self.connection.register("_given", rows)
        self.connection.execute(f'CREATE OR REPLACE {kind} "{name}" AS FROM _given')
        self.connection.unregister("_given")

    def _read_by(self, rows: RowsExpression) -> list[str]:
        return list(dict.fromkeys(node.name for node in rows.op().find(ops.UnboundTable)))

    def _many(self, names: Sequence[str]) -> bool:
        return sum(self._rows.get(name, 0) for name in names) > FEW

    def _frame(self, rows: RowsExpression) -> Any:
        """The expression on Spark, which is told first what it does not know yet of what this reads."""
        for name in self._read_by(rows):
            if name not in self._seen:
                self._seen.add(name)
                self._told(name).createOrReplaceTempView(name)
        return self._session.sql(str(ibis.to_sql(rows, dialect="pyspark", pretty=False)))

    def _told(self, name: str) -> Any:
        if name not in self._files:
            return self._session.createDataFrame(self.connection.sql(f'FROM "{name}"').to_arrow_table())
        files, columns = self._files[name]
        reader, frames = self._session.read, list[Any]()
        for number, path in files:
            below = path.resolve().relative_to(self._data.batches.resolve()).as_posix()
            where = f"{self._batches_at}/{below}" if self._batches_at else path.resolve().as_uri()
            frames.append(reader.parquet(where))
            reader = reader.schema(frames[0].schema)  # files of one name are alike: only the first is looked into
            if columns:
                read = (f"`{column}`" for column in columns)
                frames[-1] = frames[-1].selectExpr(*read, f"CAST({number} AS INT) AS _batch")
        return reduce(lambda united, frame: united.union(frame), frames)

    def _over_files(self, name: str) -> str:
        """DuckDB's SQL over the files of a source, their paths from the data folder on."""
        files, columns = self._files[name]
        below = [(number, path.resolve().relative_to(self._data.root.resolve()).as_posix()) for number, path in files]
        return gathered_sql(below, columns) if columns else f"FROM read_parquet({quoted(below[0][1])})"


@contextmanager
def session(master: str, remote: str) -> Generator[Any]:
    """A session of its own, stopped at the end, or the one that runs here. Raises ScorecardError where Spark does not answer."""
    sessions: Any = import_module("pyspark.sql").SparkSession
    _ = ibis.pyspark  # registers options without which Ibis writes no number with a fraction
    # A Java process that was killed in the middle is a connection that is refused: nothing is wrong with the disk.
    errors = import_module("pyspark.errors").PySparkException, import_module("py4j.protocol").Py4JError, ConnectionError
    try:
        running, builder = sessions.getActiveSession(), sessions.builder.appName("scorecard")
        builder = builder.remote(remote) if remote else builder.master(master or "local[*]")
        for name, value in (_SETTINGS if remote else {**_SETTINGS, "spark.ui.showConsoleProgress": "false"}).items():
            builder = builder.config(name, value)
        opened = builder.getOrCreate()
        try:
            yield opened
        finally:
            with suppress(*errors):
                opened.catalog.clearCache()
                if running is None:
                    opened.stop()
    except errors as error:
        found = str(error).strip().split("\n")[0][:300] or type(error).__name__
        remedy = "请检查 Java、--master 或 --remote 和各节点能否读到批次文件后重新运行，或改用 --engine duckdb"
        raise ScorecardError("用 Spark 建库", found, "能运行的 Spark", remedy) from error
