"""Fixtures for every test: the committed seeds, an empty data folder, the published sample; and the real data is closed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import settings

from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DATA_VARIABLE, SEEDS_VARIABLE, DataDir
from scorecard.storage.keys import KEYS_VARIABLE
from scorecard.store import versions as store, warehouse
from tests.support.samples import published_sample

# Examples are not timed: a busy machine is slow, and says nothing about the code. How many there are stands at each test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = str(ROOT / "data")
HARMLESS = {REAL_DATA, f"{REAL_DATA}/README.md"}
OPENING_EVENTS = {
    "open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink",
    "os.truncate", "os.utime", "os.chmod", "shutil.copyfile", "shutil.copytree", "shutil.rmtree", "shutil.move",
}  # fmt: skip

# No default leads anywhere: a test, or an app that a test starts, that forgets to name its folder fails at once.
os.environ[DATA_VARIABLE] = f"{__file__}/each test names its own data folder"
os.environ[SEEDS_VARIABLE] = str(ROOT / "seeds")
# One folder of keys a run: workers and the processes that tests start share data folders, so also what seals them.
_SHARED_KEYS = "SCORECARD_KEYS_OF_THE_RUN"
if _SHARED_KEYS not in os.environ:
    KEYS = tempfile.TemporaryDirectory(prefix="scorecard-keys-")  # removed at the end of the process
    os.environ[_SHARED_KEYS] = KEYS.name
os.environ[KEYS_VARIABLE] = os.environ[_SHARED_KEYS]


def _refuse_real_data(path: object) -> None:
    if isinstance(path, bytes | os.PathLike):
        path = os.fsdecode(path)
    if isinstance(path, str) and "data" in path:
        absolute = os.path.abspath(path)  # noqa: PTH100  (resolve() would open what is asked about)
        if absolute.startswith(REAL_DATA + os.sep) and absolute not in HARMLESS:
            # pytest's Failed is no Exception, so no code under test can swallow it.
            pytest.fail(f"a test touched the real data folder: {absolute}", pytrace=True)


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event in OPENING_EVENTS:
        for path in args[:2]:
            _refuse_real_data(path)


sys.addaudithook(_watch)


def _guarded(connect: Callable[..., duckdb.DuckDBPyConnection]) -> Callable[..., duckdb.DuckDBPyConnection]:
    """`duckdb.connect` that refuses the real data folder: DuckDB opens files below Python, where no hook looks."""

    def connect_elsewhere(database: object = ":memory:", *args: object, **kwargs: object) -> duckdb.DuckDBPyConnection:
        _refuse_real_data(database)
        return connect(database, *args, **kwargs)

    return connect_elsewhere


duckdb.connect = _guarded(duckdb.connect)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    """An empty data folder of this test alone."""
    return DataDir(tmp_path / "data")


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The committed seeds folder."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def catalog(seeds: Path) -> Catalog:
    """The committed catalogue, loaded once; it is frozen, so tests may share it."""
    return loader.load(seeds)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this test run that all workers see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def sample(shared: Path) -> DataDir:
    """The published sample, built once in a test run; a test that changes it copies it."""
    return published_sample(shared)


@pytest.fixture(scope="session")
def connection(sample: DataDir) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published sample, open for reading."""
    opened = store.connect(sample, store.current(sample).version or "")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def found(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """The catalogue as the published sample holds it."""
    return warehouse.catalog(connection)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured (`record_property("figures", …)`), also those that passed, also from other workers."""
    passed = [report for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    measured = [str(value) for report in passed for name, value in report.user_properties if name == "figures"]
    if measured:
        terminalreporter.section("figures")
        for line in measured:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium, driven by Playwright: one in a worker, because Playwright's event loop bears no second one beside it."""
    from playwright.sync_api import sync_playwright  # only browser tests pay for the import

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: apt-get install chromium fonts-noto-cjk"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def disk_of(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """disk_of("24m"): a file system of its own with that much room; skips where nobody may mount one."""
    place = tmp_path / "small disk"

    def mounted(size: str) -> Path:
        place.mkdir()
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        if subprocess.run(mounting, capture_output=True, check=False).returncode:
            pytest.skip("no right to mount a small file system here")
        return place

    yield mounted
    if place.is_mount():
        subprocess.run(["umount", "-l", str(place)], check=True)
