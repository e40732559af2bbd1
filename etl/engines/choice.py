"""Which engine builds: what the call says, else the environment; DuckDB where neither does."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import duckdb

from etl.engines import spark
from etl.engines.engine import DuckDBEngine, Engine
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir

ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class EngineChoice:
    """An engine by name; of Spark its master or a Spark Connect address, and where the cluster sees `batches/`."""

    name: str = "duckdb"
    master: str = ""
    remote: str = ""
    batches_at: str = ""

    @property
    def label(self) -> str:
        """What a version's `program` says of it: empty for DuckDB, which writes every version; "spark 4.3.0"."""
        if self.name == "duckdb":
            return ""
        try:
            return f"spark {version('pyspark')}"
        except PackageNotFoundError:
            expected = "可选的软件包 pyspark 和 Java"
            raise ScorecardError(
                "用 Spark 建库", "没有安装 Spark", expected, "请先运行 make spark，或改用 --engine duckdb"
            ) from None

    @contextmanager
    def opened(self, connection: duckdb.DuckDBPyConnection, data: DataDir) -> Generator[Engine]:
        """The engine over the file of a version that is being built."""
        if self.name == "duckdb":
            yield DuckDBEngine(connection)
            return
        with spark.session(self.master, self.remote) as session:
            yield spark.SparkEngine(connection, data, session, self.batches_at)


def chosen(name: str = "", master: str = "", remote: str = "") -> EngineChoice:
    """The engine of a call. Raises ScorecardError for an unknown name in the environment, or a master beside a remote."""
    said = {
        key: os.environ.get(f"SCORECARD_{key}", "")
        for key in ("ENGINE", "SPARK_MASTER", "SPARK_REMOTE", "SPARK_BATCHES")
    }
    name = name or said["ENGINE"] or "duckdb"
    if name not in ENGINES:
        raise ScorecardError("SCORECARD_ENGINE", f"没有引擎“{name[:20]}”", "、".join(ENGINES), "请改正环境变量")
    if not (master or remote):
        master, remote = said["SPARK_MASTER"], said["SPARK_REMOTE"]
    if name == "spark" and master and remote:
        raise ScorecardError("用 Spark 建库", "同时写了 master 和 remote", "其中一个", "请去掉一个")
    return EngineChoice(name, master, remote, said["SPARK_BATCHES"])
