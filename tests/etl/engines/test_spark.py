"""Spark against DuckDB and plain Python, value by value, in one session for all; skipped where Spark or Java is missing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from etl.engines import spark
from etl.engines.choice import EngineChoice, chosen
from etl.engines.engine import DuckDBEngine, Engine
from etl.versions.publish import publish
from etl.warehouse import worklist_items
from etl.warehouse.build import build, build_of, chosen_batches, engine_of, is_current
from scorecard.access import console
from scorecard.calendar.period import Period
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.errors import ScorecardError, StorageError
from scorecard.queries.evidence import evidence_queries
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.conftest import ROOT
from tests.support.engine import built
from tests.support.generated import World, worlds
from tests.support.naive import Row, evaluate
from tests.support.samples import copied

LACKING = [name for name, there in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java"))) if not there]
pytestmark = [
    pytest.mark.skipif(bool(LACKING), reason=f"Spark is optional, and {' and '.join(LACKING)} is not here: make spark"),
    # Warnings of pyspark about the pandas that Streamlit brings, and about sockets that its gateway leaves to the collector.
    pytest.mark.filterwarnings("ignore"),
]
SPARK = EngineChoice("spark", master="local[2]")
# What a laptop's worth of rows needs: few partitions, no page of its own, the fast compiler only.
SMALL = "--conf spark.sql.shuffle.partitions=1 --conf spark.ui.enabled=false --conf spark.sql.codegen.wholeStage=false"
JAVA = "--driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'"
WAIST = ("indicator_value", "indicator_part")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """One session for all tests: a build takes the one that runs. Here no row is one of a few: all are counted by Spark."""
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{SMALL} {JAVA} pyspark-shell"
    with spark.session(SPARK.master, "") as opened, pytest.MonkeyPatch.context() as patched:
        patched.setattr(spark, "FEW", -1)
        yield opened
    del os.environ["PYSPARK_SUBMIT_ARGS"]


@pytest.fixture(scope="module")
def engine_over(
    session: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[duckdb.DuckDBPyConnection], Engine]:
    """Spark over a connection in memory."""
    data = DataDir(tmp_path_factory.mktemp("spark"))
    return lambda connection: spark.SparkEngine(connection, data, session, "")


@pytest.fixture(scope="module")
def by_spark(session: Any, sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> tuple[DataDir, str, str]:
    """A copy of the sample with the version that was published, and the same as Spark builds it beside DuckDB: tables of
    some hundred rows are few here, the larger ones Spark's.
    """
    data = copied(sample, tmp_path_factory.mktemp("sample") / "data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spark, "FEW", 1_000)
        return data, store.current(sample).version or "", build(loader.load(ROOT / "seeds"), data, SPARK)


def _rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM ({query}) ORDER BY ALL").fetchall()


def _all_examples(catalog: Catalog) -> tuple[dict[str, list[Row]], dict[str, date]]:
    """The rows of all worked examples of a catalogue at once, each under a key of its own."""
    rows: dict[str, list[Row]] = {}
    for indicator in catalog.indicators.values():
        for one in worked_examples.tables(indicator, catalog):
            rows.setdefault(one.table, []).extend(one.rows)
    latest = max(worked_examples.cut_date(indicator) for indicator in catalog.indicators.values())
    return rows, dict.fromkeys(rows, latest)


@pytest.mark.parametrize("seeds", ["seeds", "tests/vocabulary_seeds"])
def test_the_rows_of_every_worked_example_come_to_the_same_on_spark_as_on_duckdb_and_in_plain_python(
    seeds: str, engine_over: Callable[[duckdb.DuckDBPyConnection], Engine]
) -> None:
    catalog = loader.load(ROOT / seeds)
    rows, as_of = _all_examples(catalog)
    every = [one for one in catalog.indicators.values() if set(one.formula.tables) <= rows.keys()]
    with built(catalog, every, rows, as_of) as here, built(catalog, every, rows, as_of, engine_over) as there:
        for table in (*WAIST, *rows):
            assert _rows(there, f'FROM "{table}"') == _rows(here, f'FROM "{table}"'), table
        _same_as_naive(there, catalog, every, rows, as_of)
        lists = {name: one for name, one in catalog.worklists.items() if set(one.tables) <= rows.keys()}
        for engine in (DuckDBEngine(here), engine_over(there)):
            worklist_items.write(engine, replace(catalog, worklists=lists), as_of)
        assert _rows(there, "FROM worklist_item") == _rows(here, "FROM worklist_item")


@settings(
    max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(worlds())
def test_generated_definitions_and_rows_come_to_the_same_on_spark_as_on_duckdb_and_in_plain_python(
    engine_over: Callable[[duckdb.DuckDBPyConnection], Engine], world: World
) -> None:
    given_world = (world.catalog, world.indicators, world.rows, world.as_of)
    with built(*given_world) as here, built(*given_world, engine_over) as there:
        for table in (*WAIST, *world.rows):
            assert _rows(there, f'FROM "{table}"') == _rows(here, f'FROM "{table}"'), table
        _same_as_naive(there, *given_world)


def _same_as_naive(
    connection: Any, catalog: Catalog, indicators: list[Indicator], rows: dict[str, list[Row]], as_of: dict[str, date]
) -> None:
    for indicator in indicators:
        wanted = evaluate(catalog, indicator, rows, as_of)
        query = "SELECT grain, period, department, scope, numerator, denominator, base FROM indicator_value WHERE indicator = ?"
        found = {tuple(row[:4]): tuple(row[4:]) for row in connection.execute(query, [indicator.id]).fetchall()}
        halves = {tuple(key): (one.numerator, one.denominator, one.base) for key, one in wanted.items()}
        assert found == halves, indicator.id


def test_the_version_that_spark_builds_of_the_sample_says_what_duckdbs_says(by_spark: tuple[DataDir, str, str]) -> None:
    data, here, there = by_spark
    assert here != there
    with closing(store.connect(data, here)) as own, closing(store.connect(data, there)) as other:
        tables = [name for (name,) in own.execute("SELECT table_name FROM information_schema.tables").fetchall()]
        assert {"indicator_value", "worklist_item", "silent_column", "cases"} <= set(tables)
        for table in sorted(set(tables) - {"meta"}):
            assert _rows(other, f'FROM "{table}"') == _rows(own, f'FROM "{table}"'), table
        kept = {name for (name,) in other.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert "cases" not in kept, "case rows stay in the batches"
        assert "upper_requirements" in kept, "few rows are counted, and kept, by DuckDB"


def test_the_rows_behind_a_value_are_the_same_after_the_folder_has_moved(
    by_spark: tuple[DataDir, str, str], tmp_path: Path, catalog: Catalog
) -> None:
    data, here, there = by_spark
    moved = copied(data, tmp_path / "elsewhere")
    indicator = catalog.indicators["small_claims_rate"]
    with closing(store.connect(moved, there)) as opened, closing(store.connect(data, here)) as own:
        (key,) = opened.execute(
            "SELECT period FROM indicator_value WHERE indicator = ? AND grain = 'month' AND numerator > 0"
            " ORDER BY period LIMIT 1",
            [indicator.id],
        ).fetchall()[0]
        period: Period | None = catalog.court.months.parse("month", key)
        assert period is not None
        for one in evidence_queries(catalog, indicator, period, ALL_DEPARTMENTS, "all", period.last):
            rows = _rows(opened, one.query)
            assert rows == _rows(own, one.query)
            assert rows
        with pytest.raises(StorageError):
            opened.execute(f"FROM read_csv('{ROOT / 'pyproject.toml'}')")


def test_a_version_says_which_engine_counted_and_needs_no_spark_to_be_current(
    by_spark: tuple[DataDir, str, str],
) -> None:
    data, here, there = by_spark
    recorded = store.program_of(data, there)
    assert engine_of(recorded) == SPARK.label
    assert engine_of(store.program_of(data, here)) == ""
    assert is_current(recorded)
    assert not is_current(f"0{recorded}")


def test_a_job_that_dies_in_the_middle_leaves_nothing_published(
    session: Any, by_spark: tuple[DataDir, str, str], tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(by_spark[0], tmp_path / "data")
    data.database(by_spark[2]).unlink()
    before, files = store.current(data), sorted(data.warehouse.iterdir())
    asked: list[str] = []

    def dying(engine: spark.SparkEngine, rows: Any) -> Any:
        asked.append("")
        lost = "SELECT raise_error('executor lost') AS x FROM range(2)"
        return session.sql(lost) if len(asked) > 20 else told(engine, rows)

    told = spark.SparkEngine._frame
    monkeypatch.setattr(spark.SparkEngine, "_frame", dying)
    with pytest.raises(ScorecardError, match="executor lost"):
        publish(data, build(catalog, data, SPARK), console("检查"))
    assert store.current(data) == before
    assert sorted(data.warehouse.iterdir()) == files


@pytest.mark.parametrize("killed", ["java", "python"])
def test_a_process_killed_in_the_middle_leaves_nothing_published_and_no_half_version(
    killed: str, by_spark: tuple[DataDir, str, str], tmp_path: Path, catalog: Catalog
) -> None:
    data, told = copied(by_spark[0], tmp_path / "data"), tmp_path / "told"
    data.database(by_spark[2]).unlink()
    before, files = store.current(data), sorted(data.warehouse.iterdir())
    called = f"from {__name__} import build_and_kill; import sys; build_and_kill(*sys.argv[1:])"
    process = subprocess.run(
        [sys.executable, "-c", called, data.root, killed, told], cwd=ROOT, timeout=240, check=False
    )
    java, _, error = told.read_text(encoding="utf-8").partition("\n")
    if killed == "java":
        assert process.returncode == 0
        assert error.startswith("用 Spark 建库"), error
    else:
        assert process.returncode == -signal.SIGKILL
        while Path(f"/proc/{java}").exists():  # it ends by itself when nobody holds its standard input
            time.sleep(0.1)
        assert not data.database(by_spark[2]).exists()
        build_of(catalog, data, chosen_batches(data), anew=True, engine=EngineChoice())  # the next build clears up
    assert store.current(data) == before
    assert sorted(data.warehouse.iterdir()) == files


def build_and_kill(root: str, killed: str, path: str) -> None:
    """Builds by a Spark of its own, of which one process is killed at the third query; says which Java, and the error."""
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{SMALL} {JAVA} pyspark-shell"
    told, asked, known = Path(path), count(), spark.SparkEngine._frame
    spark.FEW = 5_000

    def killing(engine: spark.SparkEngine, rows: Any) -> Any:
        frame = known(engine, rows)
        if next(asked) == 2:
            own = (task / "children" for task in Path("/proc/self/task").iterdir())
            pids = [pid for children in own for pid in children.read_text(encoding="ascii").split()]
            (java,) = (pid for pid in pids if "java" in Path(f"/proc/{pid}/comm").read_text(encoding="ascii"))
            told.write_text(f"{java}\n", encoding="utf-8")
            os.kill(int(java) if killed == "java" else os.getpid(), signal.SIGKILL)
        return frame

    spark.SparkEngine._frame = killing  # type: ignore[method-assign]
    try:
        build(loader.load(ROOT / "seeds"), DataDir(Path(root)), SPARK)
    except ScorecardError as error:
        told.write_text(f"{told.read_text(encoding='utf-8')}{error}", encoding="utf-8")


def test_the_environment_chooses_the_engine_and_the_call_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORECARD_ENGINE", "spark")
    monkeypatch.setenv("SCORECARD_SPARK_MASTER", "yarn")
    assert chosen() == EngineChoice("spark", master="yarn")
    assert chosen("duckdb").label == ""
    assert chosen("spark", remote="sc://a:15002") == EngineChoice("spark", remote="sc://a:15002")
    monkeypatch.setenv("SCORECARD_ENGINE", "sparkle")
    with pytest.raises(ScorecardError, match="sparkle"):
        chosen()
