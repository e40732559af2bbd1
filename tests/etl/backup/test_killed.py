"""Backup and recovery killed (SIGKILL) before every step and at random instants, and while others accept and publish."""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from etl.backup.manifest import OBJECTS, check, chosen_manifest, manifest_ids, read_manifest
from etl.backup.recover import recover
from etl.intake.batches import list_batches
from scorecard.audit import log as audit
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store
from tests.conftest import ROOT
from tests.support.actors import TESTER
from tests.support.crashing import Server

SEEDS = ROOT / "tests" / "bad_seeds" / "good"
KILLS = 60


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    both = Server(SEEDS), Server(SEEDS)
    yield both
    for server in both:
        server.stop()


@pytest.fixture(scope="module")
def base(servers: tuple[Server, Server], tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A folder with one published version."""
    data = DataDir(tmp_path_factory.mktemp("killed") / "data")
    for act in ("accept", "build"):
        assert servers[0].run(act, data, "1").how == "finished"
    version = next(data.warehouse.glob("*.duckdb")).stem
    assert servers[0].run("publish", data, version).how == "finished"
    return data


@pytest.fixture
def folder(base: DataDir, tmp_path: Path) -> tuple[DataDir, Path]:
    """A copy of it, and a backup folder whose name begins alike: the steps in both are counted."""
    shutil.copytree(base.root, tmp_path / "data")
    (tmp_path / "data-backup").mkdir()
    return DataDir(tmp_path / "data"), tmp_path / "data-backup"


def recovered(target: Path, place: Path, backup_id: str) -> DataDir:
    """The backup, recovered; it agrees with itself."""
    data = DataDir(place / backup_id)
    assert recover(target, data, TESTER, backup_id).faults == ()
    assert audit.verify(data) == ()
    batches = {f"{batch.table}/{batch.name}" for batch in list_batches(data)}
    assert set(audit.subjects_of(data, ("上传",))) <= batches
    manifests = {manifest.version for manifest in store.manifests(data)}
    assert set(audit.subjects_of(data, ("发布",))) <= manifests
    assert data.pointer.read_text().strip() in manifests
    shutil.rmtree(data.root)
    return data


def test_a_backup_killed_before_any_of_its_steps_leaves_the_earlier_ones_whole_and_the_next_finishes(
    folder: tuple[DataDir, Path], servers: tuple[Server, Server], record_property: Callable[[str, object], None]
) -> None:
    data, target = folder
    assert servers[0].run("backup", data, str(target)).how == "finished"
    fell: Counter[str] = Counter()
    step = 0
    while fell["finished"] == 0:
        step += 1
        for path in (target / OBJECTS).iterdir():  # a first backup, in a folder that holds another already
            if path.name not in {block for file in chosen_manifest(target).files.values() for block in file.blocks}:
                path.unlink()
        known = manifest_ids(target)
        fell[servers[0].run("backup", data, str(target), step=step).how] += 1
        now = manifest_ids(target)
        assert now[: len(known)] == known
        for backup_id in now[-2:]:
            check(target, read_manifest(target, backup_id))
        assert audit.verify(data) == ()
    assert fell["killed"] > 30
    assert servers[0].run("backup", data, str(target)).how == "finished"
    recovered(target, target.parent / "new", manifest_ids(target)[-1])
    assert not list(target.rglob(f"{TEMPORARY_PREFIX}*"))
    record_property("figures", f"backup: killed before each of {fell['killed']} steps")


def test_a_recovery_killed_at_any_time_leaves_no_folder_or_the_whole(
    folder: tuple[DataDir, Path], servers: tuple[Server, Server], record_property: Callable[[str, object], None]
) -> None:
    data, target = folder
    assert servers[0].run("backup", data, str(target)).how == "finished"
    new = DataDir(data.root.parent / "new")
    seconds = servers[0].run("recover", new, str(target)).seconds
    chance, fell = random.Random("recover"), Counter[str]()
    for _ in range(KILLS):
        shutil.rmtree(new.root, ignore_errors=True)
        ended = servers[0].run(
            "recover", new, str(target), after=seconds * chance.uniform(chance.choice((0, 0.8)), 1.05)
        )
        assert ended.how in ("killed", "finished")
        if new.root.exists():
            assert [entry.action for entry in audit.entries(new)][-1] == "恢复备份"
            assert audit.verify(new) == ()
            assert len(list_batches(new)) == 1
        if ended.how == "finished":
            seconds = (seconds + ended.seconds) / 2  # the machine may have become faster or slower
        fell[f"{ended.how} {'after' if new.root.exists() else 'before'}"] += 1
    assert fell["killed before"] >= KILLS / 4
    shutil.rmtree(new.root, ignore_errors=True)
    assert servers[0].run("recover", new, str(target)).how == "finished"
    assert not list(new.root.parent.glob(f"{TEMPORARY_PREFIX}*"))
    record_property(
        "figures", f"recover: {fell['killed before']} kills before it took effect, {fell['killed after']} after"
    )


def test_backups_while_others_accept_and_publish_agree_with_themselves(
    folder: tuple[DataDir, Path], servers: tuple[Server, Server]
) -> None:
    data, target = folder

    def work() -> None:
        for number in range(3):
            for act in ("accept", "build"):
                assert servers[0].run(act, data, str(1001 + 100 * number)).how == "finished"
            newest = max(data.warehouse.glob("*.duckdb"), key=lambda path: path.stat().st_mtime_ns)
            assert servers[0].run("publish", data, newest.stem).how == "finished"

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        while not working.done():
            assert servers[1].run("backup", data, str(target)).how == "finished"
        working.result()
    ids = manifest_ids(target)
    assert len(ids) >= 3
    batches = {
        len([name for name in read_manifest(target, backup_id).files if name.startswith("batches/")])
        for backup_id in ids
    }
    assert len(batches) >= 2  # they were taken at different times
    for backup_id in ids[:: max(1, len(ids) // 12)]:
        recovered(target, data.root.parent / "new", backup_id)
