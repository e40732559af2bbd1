"""Publishing: one pointer, always valid, whatever is killed between any two steps."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from etl.intake.accept import accept
from etl.intake.batches import list_batches
from etl.versions.publish import publish, rollback
from etl.warehouse.build import build
from scorecard.access import console
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store
from tests.support.actors import TESTER
from tests.support.court import GOOD_SEEDS
from tests.support.crashing import ROWS, Server
from tests.support.extracts import AS_OF, cases_csv


def accepted(data: DataDir, catalog: Catalog, rows: int, first: int = 1) -> None:
    accept(cases_csv(rows, first), f"案件{first}.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)


def closed_count(data: DataDir, version: str) -> int:
    connection = store.connect(data, version)
    try:
        return int(connection.execute("SELECT count(*) FROM cases").fetchall()[0][0])
    finally:
        connection.close()


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> tuple[DataDir, str, str]:
    """A folder with `old` published and `new` built."""
    data = DataDir(tmp_path_factory.mktemp("versions"))
    accepted(data, catalog, 12)
    old = build(catalog, data)
    publish(data, old, TESTER)
    accepted(data, catalog, 8, first=101)
    return data, old, build(catalog, data)


@pytest.fixture
def folder(two_versions: tuple[DataDir, str, str], tmp_path: Path) -> tuple[DataDir, str, str]:
    """A copy of it that a test may damage."""
    original, old, new = two_versions
    shutil.copytree(original.root, tmp_path / "data")
    return DataDir(tmp_path / "data"), old, new


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A process that acts, and is killed, on a small catalogue: what is killed between are the same steps."""
    running = Server(GOOD_SEEDS)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def two_small(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[DataDir, str, str]:
    """A folder of that catalogue with `old` published and `new` built."""
    data, versions = DataDir(tmp_path_factory.mktemp("small")), list[str]()
    for first in ("1", "101"):
        assert server.run("accept", data, first).how == "finished"
        assert server.run("build", data).how == "finished"
        versions += [path.stem for path in data.warehouse.glob("*.duckdb") if path.stem not in versions]
        if first == "1":
            assert server.run("publish", data, versions[0]).how == "finished"
    return data, versions[0], versions[1]


@pytest.fixture
def small(two_small: tuple[DataDir, str, str], tmp_path: Path) -> tuple[DataDir, str, str]:
    shutil.copytree(two_small[0].root, tmp_path / "data")
    return DataDir(tmp_path / "data"), *two_small[1:]


def killed(server: Server, step: int, act: str, data: DataDir, argument: str = "") -> bool:
    """Do it in a process that kills itself before this step; False when it got to the end."""
    ended = server.run(act, data, argument, step=step)
    assert ended.how in ("finished", "killed"), ended.said
    return ended.how == "killed"


def debris(data: DataDir) -> list[Path]:
    return list(data.root.rglob(f"{TEMPORARY_PREFIX}*"))


def test_publishing_makes_the_version_current_and_keeps_a_record(folder: tuple[DataDir, str, str]) -> None:
    data, old, new = folder
    assert store.current(data).version == old
    manifest = publish(data, new, console("张三"))
    assert store.current(data) == store.Current(new)
    assert (manifest.version, manifest.actor, manifest.sample) == (new, "张三", False)
    assert [batch["rows"] for batch in manifest.batches] == [12, 8]
    assert manifest.as_of == {"cases": "2026-10-31"}


def test_rolling_back_rewrites_the_pointer_and_nothing_else(folder: tuple[DataDir, str, str]) -> None:
    data, old, new = folder
    publish(data, new, TESTER)
    before = {path: path.read_bytes() for path in data.versions.iterdir()}
    rollback(data, old, TESTER)
    assert store.current(data).version == old
    assert {path: path.read_bytes() for path in data.versions.iterdir()} == before
    assert closed_count(data, old) == 12
    assert closed_count(data, new) == 20


def test_a_version_that_never_was_published_cannot_be_rolled_back_to(folder: tuple[DataDir, str, str]) -> None:
    data, old, new = folder
    with pytest.raises(ScorecardError, match=f"{new} 从未发布.*{old}"):
        rollback(data, new, TESTER)
    assert store.current(data).version == old


def test_a_version_that_was_not_built_cannot_be_published(folder: tuple[DataDir, str, str]) -> None:
    data, old, _ = folder
    with pytest.raises(StorageError, match="数据文件不存在"):
        publish(data, "0123456789abcdef", TESTER)
    assert store.current(data).version == old


def test_an_unreadable_pointer_falls_back_to_the_last_good_version_and_says_so(
    folder: tuple[DataDir, str, str],
) -> None:
    data, old, new = folder
    publish(data, new, TESTER)
    for damage in (b"", b"\xff\xfe", b"no-such-version\n"):
        data.pointer.write_bytes(damage)
        current = store.current(data)
        assert current.version == new
        assert "已改用最近一次发布的版本" in current.notice
    data.database(new).unlink()
    assert store.current(data).version == old


def test_building_again_from_the_same_inputs_gives_the_same_version(
    folder: tuple[DataDir, str, str], catalog: Catalog
) -> None:
    data, _, new = folder
    before = data.database(new).stat().st_mtime_ns
    assert build(catalog, data) == new
    assert data.database(new).stat().st_mtime_ns == before
    data.database(new).unlink()
    assert build(catalog, data) == new
    assert closed_count(data, new) == 20


def test_a_reader_keeps_the_version_it_opened_while_another_is_published(folder: tuple[DataDir, str, str]) -> None:
    data, old, new = folder
    reader = store.connect(data, old)
    publish(data, new, TESTER)
    assert reader.cursor().execute("SELECT count(*) FROM cases").fetchall() == [(12,)]
    reader.close()


@pytest.mark.parametrize("action", ["publish", "rollback"])
def test_killed_before_any_step_the_pointer_is_the_old_version_or_the_new_one(
    small: tuple[DataDir, str, str], server: Server, action: str
) -> None:
    data, old, new = small
    if action == "rollback":
        publish(data, new, TESTER)
    before, after = (old, new) if action == "publish" else (new, old)
    steps = 0
    while killed(server, steps + 1, action, data, after):
        steps += 1
        current = store.current(data)
        assert current.version in (before, after)
        assert current.notice == ""
        assert closed_count(data, str(current.version)) in (ROWS, 2 * ROWS)
        assert store.manifest(data, str(current.version)).version == current.version
        write_atomically(data.pointer, f"{before}\n".encode())
    assert steps >= 5  # lock, sweep, record or pointer under a temporary name, rename
    assert store.current(data).version == after
    assert debris(data) == []


def test_killed_before_any_step_of_building_no_half_version_exists(
    small: tuple[DataDir, str, str], server: Server
) -> None:
    data, old, new = small
    data.database(new).unlink()
    steps = 0
    while killed(server, steps + 1, "build", data):
        steps += 1
        assert store.current(data).version == old
        if data.database(new).exists():  # killed after the rename: it must be whole
            assert closed_count(data, new) == 2 * ROWS
            data.database(new).unlink()
    assert steps >= 4
    assert closed_count(data, new) == 2 * ROWS
    assert debris(data) == []


def test_killed_before_any_step_of_accepting_a_batch_is_whole_or_absent(
    small: tuple[DataDir, str, str], server: Server
) -> None:
    data, _, _ = small
    known = {batch.name for batch in list_batches(data)}
    steps = 0
    while killed(server, steps + 1, "accept", data, "1001"):
        steps += 1
        extra = [batch for batch in list_batches(data) if batch.name not in known]
        assert [batch.rows for batch in extra] in ([], [ROWS])
        for batch in extra:
            checksums.forget(data, batch.path)
            batch.path.unlink()
    assert steps >= 4
    assert len(list_batches(data)) == len(known) + 1
    assert debris(data) == []


def test_the_sweep_leaves_files_of_processes_that_still_run(tmp_path: Path) -> None:
    mine = tmp_path / f"{TEMPORARY_PREFIX}{os.getpid()}-0-x"
    dead = tmp_path / f"{TEMPORARY_PREFIX}999999999-0-x"
    for path in (mine, dead):
        path.write_bytes(b"")
    remove_stale_temporaries(tmp_path)
    assert mine.exists()
    assert not dead.exists()


def test_two_that_publish_at_once_leave_one_valid_pointer_and_both_records(
    small: tuple[DataDir, str, str], server: Server
) -> None:
    """One is a process of its own, the other is this one."""
    data, old, new = small
    seen: set[str | None] = set()
    with ThreadPoolExecutor(2) as both:
        other = both.submit(server.run, "publish", data, new)
        own = both.submit(publish, data, old, TESTER)
        while not (other.done() and own.done()):
            seen.add(store.current(data).version)
    assert (other.result().how, own.result().version) == ("finished", old)
    assert seen <= {old, new}
    assert store.current(data).version in (old, new)
    assert {manifest.version for manifest in store.manifests(data)} == {old, new}


def test_the_lock_lets_one_writer_in_at_a_time(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    order: list[str] = []

    def second() -> None:
        with exclusive_lock(data):
            order.append("second")

    with exclusive_lock(data):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_full_disk_is_said_in_chinese_and_leaves_nothing_half_written(
    folder: tuple[DataDir, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, old, new = folder

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scorecard.storage.atomic_files.os.replace", full)
    with pytest.raises(StorageError, match=r"磁盘已满.*请清理磁盘空间"):
        publish(data, new, TESTER)
    monkeypatch.undo()
    assert store.current(data).version == old
    assert debris(data) == []


def test_a_damaged_record_does_not_hide_the_readable_ones(folder: tuple[DataDir, str, str]) -> None:
    data, old, new = folder
    publish(data, new, TESTER)
    data.manifest(old).write_text("{", encoding="utf-8")
    assert {manifest.version for manifest in store.manifests(data)} == {old, new}  # from the copy
    shutil.rmtree(data.checksums)
    assert [manifest.version for manifest in store.manifests(data)] == [new]
    with pytest.raises(StorageError, match="没有可读的发布记录"):
        store.manifest(data, old)


def test_the_record_is_plain_json_that_other_tools_can_read(folder: tuple[DataDir, str, str]) -> None:
    data, old, _ = folder
    record = json.loads(data.manifest(old).read_text(encoding="utf-8"))
    assert set(record) >= {"version", "published_at", "actor", "sample", "as_of", "batches", "note"}
