"""What SQL can reach through the two locked connections: the reader's and the loader's. Nothing beyond their own file.

Every probe is refused, or is listed as harmless and shown to be: no file is written or changed, no secret is read, no
connection goes out.
"""

import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from etl.intake.examine import _database
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store

SECRET = "only-the-owner-may-read-this"


@dataclass(frozen=True)
class Place:
    """A data folder with two versions, a folder the loader writes to, and things neither may touch."""

    root: Path
    data: DataDir
    own: str
    other: Path
    extract: Path
    output: Path
    port: int
    listener: socket.socket

    @contextmanager
    def reader(self) -> Generator[duckdb.DuckDBPyConnection]:
        connection = store.connect(self.data, self.own)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def loader(self) -> Generator[duckdb.DuckDBPyConnection]:
        with _database(self.extract, self.output) as connection:
            yield connection

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def somebody_called(self) -> bool:
        try:
            self.listener.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("probes")
    data = DataDir(root / "data")
    data.warehouse.mkdir(parents=True)
    for version, content in (("v1", "1"), ("v2", f"'{SECRET}'")):
        with duckdb.connect(str(data.database(version))) as connection:
            connection.execute(f"CREATE TABLE cases AS SELECT {content} AS a")
    stage = root / "stage"
    stage.mkdir()
    (root / "secret.csv").write_text(f"a,b\n{SECRET},2\n", "utf-8")
    (root / "secret.json").write_text(f'{{"a": "{SECRET}"}}', "utf-8")
    (stage / "link.csv").symlink_to(root / "secret.csv")
    extract = stage / "extract.csv"
    extract.write_text("x,y\n1,2\n", "utf-8")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        port = listener.getsockname()[1]
        yield Place(root, data, "v1", data.database("v2"), extract, stage / "out.parquet", port, listener)


@pytest.fixture(autouse=True)
def _a_secret_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORECARD_PROBE", SECRET)
    monkeypatch.setenv("HOME", "/nonexistent")


# {r} root of everything, {o} the other version, {s} the stage of the loader, {p} a port somebody listens on
READING = (
    "SELECT * FROM read_csv('/etc/passwd', sep='\x01', header=false, columns={{'a': 'VARCHAR'}})",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM '{r}/secret.csv'",
    "SELECT * FROM read_csv('{r}/secret.csv')",
    "SELECT * FROM read_csv(['{r}/secret.csv'])",
    "SELECT * FROM read_csv('file://{r}/secret.csv')",
    "SELECT * FROM read_json('{r}/secret.json')",
    "SELECT * FROM read_parquet('{r}/data/batches/*.parquet')",
    "SELECT * FROM parquet_metadata('{r}/x.parquet')",
    "SELECT * FROM sniff_csv('{r}/secret.csv')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM glob('{r}/*')",
    "SELECT * FROM read_text('{o}')",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM read_text('/proc/self/fd/0')",
    "SELECT * FROM read_csv('{s}/../secret.csv')",
    "SELECT * FROM read_csv('{s}/link.csv')",
    "SELECT * FROM read_csv('{s}/extract.csv/../link.csv')",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT * FROM query_table('{r}/secret.csv')",
    "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
    "PREPARE p AS SELECT * FROM read_text('/etc/passwd')",
    "COPY cases FROM '{r}/secret.csv'",
    "ATTACH '{o}' AS other",
    "ATTACH '{o}' AS other (READ_ONLY)",
    "SELECT * FROM read_duckdb('{o}')",
    "IMPORT DATABASE '{r}'",
    "SELECT getenv('SCORECARD_PROBE')",
    "SELECT * FROM sqlite_scan('{r}/x.db', 't')",
)
WRITING = (
    "COPY (SELECT 1) TO '{r}/evil.csv'",
    "COPY (SELECT 1) TO '{s}/evil.parquet' (FORMAT parquet)",
    "COPY (SELECT 1) TO '{s}/../evil.csv'",
    "COPY (SELECT 1) TO '{o}'",
    "COPY (SELECT 1) TO '{r}/parts' (FORMAT csv, PARTITION_BY (a))",
    "EXPORT DATABASE '{r}/exported'",
    "ATTACH '{r}/new.duckdb' AS new",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "CALL enable_logging(storage = 'file', storage_path = '{r}/logs')",
    "SET enable_profiling = 'json'",
    "PRAGMA profiling_output = '{r}/profile.json'",
)
OUTSIDE = (
    "SELECT * FROM read_csv('http://127.0.0.1:{p}/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "INSTALL httpfs",
    "INSTALL httpfs FROM 'http://127.0.0.1:{p}'",
    "LOAD httpfs",
    "LOAD '{r}/evil.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "SELECT * FROM postgres_scan('host=127.0.0.1 port={p}', 'public', 't')",
)
UNLOCKING = (
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "PRAGMA enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET allowed_paths = ['/etc/passwd']",
    "RESET allowed_paths",
    "SET allowed_directories = ['/']",
    "SET memory_limit = '100GB'",
    "SET temp_directory = '{r}'",
    "SET home_directory = '{r}'",
    "SET secret_directory = '{r}'",
    "SET extension_directory = '{r}'",
    "SET custom_extension_repository = 'http://127.0.0.1:{p}'",
    "SET allow_unsigned_extensions = true",
    "SET autoload_known_extensions = true",
    "SET autoinstall_known_extensions = true",
    "SET disabled_filesystems = ''",
    "SET threads = 64",
)
CHANGING = (
    "CREATE TABLE evil AS SELECT 1",
    "CREATE VIEW evil AS SELECT 1",
    "CREATE MACRO evil() AS 1",
    "CREATE SCHEMA evil",
    "INSERT INTO cases VALUES (2)",
    "UPDATE cases SET a = 2",
    "DELETE FROM cases",
    "DROP TABLE cases",
    "ALTER TABLE cases ADD COLUMN b INTEGER",
    "ATTACH ':memory:' AS beside",
    "DETACH v1",
)
# Allowed, and why that does no harm is what the test looks at: nothing is written, read or sent.
HARMLESS = (
    "CREATE TEMP TABLE beside AS SELECT 1",
    "CHECKPOINT",
    "VACUUM",
    "SET VARIABLE x = 1",
    "SELECT write_log('x')",
    "SELECT current_setting('allowed_paths')",
    "SELECT name, value FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_extensions()",
    "PRAGMA database_size",
)


def _probe(place: Place, connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether the probe was refused; whatever it said, the world is as it was."""
    before = place.files()
    filled = sql.format(r=place.root, o=place.other, s=place.output.parent, p=place.port)
    refused, said = False, ""
    try:
        said = str(connection.execute(filled).fetchall())
    except (duckdb.Error, StorageError):  # the reader's connection tells what the database refuses in words
        refused = True
    assert SECRET not in said
    assert "root:" not in said
    assert place.files() == before
    assert not place.somebody_called()
    return refused


@pytest.mark.parametrize("sql", [*READING, *WRITING, *OUTSIDE, *UNLOCKING, *CHANGING])
def test_the_reader_reaches_nothing_but_its_version(place: Place, sql: str) -> None:
    with place.reader() as connection:
        assert _probe(place, connection, sql)
        assert connection.execute("SELECT a FROM cases").fetchall() == [(1,)]


@pytest.mark.parametrize("sql", [*READING, *WRITING, *OUTSIDE, *UNLOCKING])
def test_the_loader_reaches_nothing_but_the_extract_and_its_batch(place: Place, sql: str) -> None:
    with place.loader() as connection:
        assert _probe(place, connection, sql)
        rows = connection.execute(f"SELECT * FROM read_csv('{place.extract}')").fetchall()
        assert rows == [(1, 2)]


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_is_allowed_reads_writes_and_sends_nothing(place: Place, sql: str) -> None:
    with place.reader() as connection:
        _probe(place, connection, sql)
    with place.loader() as connection:
        _probe(place, connection, sql)


def test_the_probes_would_get_through_without_the_locks(place: Place) -> None:
    """Otherwise a probe that is refused for its spelling would look like one that is refused by the profile."""
    through = 0
    for sql in (*READING, *UNLOCKING, *CHANGING):
        filled = sql.format(r=place.root, o=place.other, s=place.output.parent, p=place.port)
        if "/proc/self/fd/0" in filled:
            continue  # standard input: reading it would wait
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE cases AS SELECT 'x' AS a, 'y' AS b")
            try:
                connection.execute(filled).fetchall()
            except duckdb.Error:
                continue
        through += 1
    assert through >= 40


def test_every_cursor_and_every_further_connection_is_locked_too(place: Place) -> None:
    with place.reader() as first, place.reader() as second:
        for connection in (first.cursor(), second, second.cursor()):
            assert _probe(place, connection, "SET enable_external_access = true")
            assert _probe(place, connection, "SELECT * FROM read_text('/etc/passwd')")


def test_a_reader_short_of_memory_fails_and_spills_no_rows_to_the_disk(place: Place, tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.warehouse.mkdir()
    with duckdb.connect(str(data.database("v3"))) as connection:
        connection.execute("CREATE TABLE cases AS SELECT range AS a FROM range(10)")
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(store._LOCKED, "memory_limit", "20MB")
        reader = store.connect(data, "v3")
    try:
        with pytest.raises(StorageError, match="内存"):
            reader.execute(
                "SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY hash(range)) AS r FROM range(5000000))"
                " WHERE r % 2 = 0"
            ).fetchall()
    finally:
        reader.close()
    assert [path.name for path in data.warehouse.iterdir()] == ["v3.duckdb"]


def test_a_python_variable_is_no_table(place: Place) -> None:
    import pyarrow as pa

    beside = pa.table({"a": [SECRET]})
    assert beside.num_rows == 1
    with place.reader() as connection:
        assert _probe(place, connection, "SELECT * FROM beside")


def test_a_version_name_with_path_parts_opens_nothing(place: Place) -> None:
    for name in ("../../secret", "../warehouse/v2", "v2.duckdb", str(place.other.with_suffix("")), "v2\0"):
        place.data.pointer.write_text(f"{name}\n", "utf-8")
        assert store.current(place.data).version is None
    place.data.pointer.unlink()
