"""A published version is built again from its own batches: for data of another program, restored without files, damaged.

What must come out is known without the code under test: the id is a hash of what was put in, and rows are counted.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from etl.intake.accept import accept
from etl.intake.batch_notes import rule_on_cut_date, withdraw
from etl.intake.batches import list_batches
from etl.versions.publish import publish, rollback
from etl.versions.rebuild import repair
from etl.warehouse.build import build
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.support.actors import TESTER
from tests.support.court import GOOD_SEEDS
from tests.support.extracts import AS_OF, cases_csv

CODE = "etl.warehouse.build.code_digest"


@pytest.fixture(scope="module")
def small() -> Catalog:
    return loader.load(GOOD_SEEDS)


def accepted(data: DataDir, small: Catalog, first: int) -> None:
    accept(cases_csv(10, first), f"案件{first}.csv", small.tables["cases"], small, AS_OF, TESTER, data)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, small: Catalog) -> tuple[DataDir, str, str]:
    """A folder with an older version of 10 cases and the published one of 20; a third batch waits, never published."""
    data = DataDir(tmp_path_factory.mktemp("rebuild") / "data")
    versions: list[str] = []
    for first in (1, 101):
        accepted(data, small, first)
        versions.append(build(small, data))
        publish(data, versions[-1], TESTER)
    accepted(data, small, 201)
    return data, versions[0], versions[1]


@pytest.fixture
def folder(made: tuple[DataDir, str, str], tmp_path: Path) -> tuple[DataDir, str, str]:
    shutil.copytree(made[0].root, tmp_path / "data")
    return DataDir(tmp_path / "data"), made[1], made[2]


Folder = tuple[DataDir, str, str]


def cases(data: DataDir) -> int:
    """How many cases readers are shown."""
    connection = store.connect(data, store.current(data).version or "")
    return int(connection.execute("SELECT count(*) FROM cases").fetchall()[0][0])


def files(data: DataDir) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in data.root.rglob("*") if path.is_file() and path != data.lock}


def test_a_version_of_another_program_is_computed_again_from_its_own_batches_and_said_so(
    folder: Folder, small: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _, published = folder
    record = data.manifest(published).read_bytes()
    monkeypatch.setattr(CODE, lambda: "another program")
    said: list[str] = []
    rebuilt = repair(data, small, said.append)
    assert rebuilt is not None
    assert rebuilt.replaced == published != rebuilt.version == store.current(data).version
    assert cases(data) == 20  # not the 30 with the batch that waits
    assert rebuilt.changes is not None
    assert rebuilt.changes.compared > 0
    assert rebuilt.changes.changes == ()
    manifest = store.manifest(data, rebuilt.version)
    assert (manifest.actor, manifest.sample) == ("系统", False)
    assert published in manifest.note
    assert "没有变化" in manifest.note
    assert data.manifest(published).read_bytes() == record
    line = audit.entries(data)[-1]
    assert (line.actor, line.action, line.subject) == ("系统", "发布", rebuilt.version)
    assert line.detail["replaces"] == published
    assert published in said[0]
    before = files(data)
    assert repair(data, small) is None  # a second start does nothing
    assert files(data) == before


def test_a_folder_restored_without_its_warehouse_gives_the_very_version_that_was_published(
    folder: Folder, small: Catalog
) -> None:
    data, _, published = folder
    record = data.manifest(published).read_bytes()
    shutil.rmtree(data.warehouse)
    assert "数据文件不存在" in store.current(data).notice
    rebuilt = repair(data, small)
    assert rebuilt is not None
    assert rebuilt.version == published
    assert store.current(data) == store.Current(published)
    assert cases(data) == 20
    assert data.manifest(published).read_bytes() == record
    assert audit.entries(data)[-1].action == "重建"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"0123456789abcdef\n"])
def test_a_lost_pointer_comes_back_from_the_records_also_after_a_rollback(
    folder: Folder, small: Catalog, content: bytes | None
) -> None:
    data, older, _ = folder
    rollback(data, older, TESTER)
    data.pointer.unlink()
    if content is not None:
        data.pointer.write_bytes(content)
    shutil.rmtree(data.warehouse)
    repair(data, small)
    assert data.pointer.read_text().strip() == older  # the last act was going back to it, although another one is newer
    assert cases(data) == 10
    data.pointer.unlink()
    assert "指针" in store.current(data).notice
    assert repair(data, small) is None
    assert store.current(data) == store.Current(older)


def truncated(raw: bytes) -> bytes:
    return raw[: len(raw) // 3]


def zeroed(raw: bytes) -> bytes:
    return bytes(len(raw))


def flipped(raw: bytes) -> bytes:
    return raw[:5000] + bytes([raw[5000] ^ 4]) + raw[5001:]


def empty(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [truncated, zeroed, flipped, empty])
def test_a_damaged_version_gives_way_to_the_last_whole_one_and_is_built_again(
    folder: Folder, small: Catalog, damage: Callable[[bytes], bytes]
) -> None:
    data, older, published = folder
    path = data.database(published)
    path.write_bytes(damage(path.read_bytes()))
    current = store.current(data)
    assert (current.version, cases(data)) == (older, 10)
    assert "正在显示较早的版本" in current.notice
    assert published in current.notice
    rebuilt = repair(data, small)
    assert rebuilt is not None
    assert rebuilt.version == published
    assert (store.current(data), cases(data)) == (store.Current(published), 20)


def content(path: Path) -> dict[str, object]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: connection.execute(f'SELECT count(*), bit_xor(hash(whole_row)) FROM "{name}" AS whole_row').fetchall()
            for name in tables
        }


def test_any_flipped_bit_of_a_version_is_found_and_told_or_lies_where_nothing_is_stored(folder: Folder) -> None:
    data, older, published = folder
    path, raw = data.database(published), data.database(published).read_bytes()
    whole, found = content(path), 0
    for place in [*range(5, 3 * 4096, 1024), *range(3 * 4096, len(raw), len(raw) // 25)]:
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :])
        if store.unreadable(data, published, thoroughly=True):
            found += 1
            assert store.unreadable(data, published) == "数据文件已损坏", place  # and nobody reads it from then on
            assert store.current(data).version == older
        else:
            assert content(path) == whole, place
    assert found > 20


def test_damage_that_only_a_query_meets_is_told_and_never_read_again(folder: Folder) -> None:
    data, older, published = folder
    path = data.database(published)
    shutil.rmtree(data.checksums)  # with its checksum it is not even opened
    raw, met = path.read_bytes(), 0
    for place in range(3 * 4096 + 100, len(raw), 262144):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        if not store.unreadable(data, published):  # what opening reads is whole
            with closing(store.connect(data, published)) as connection:
                try:
                    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
                    for (table,) in tables:
                        connection.execute(f'SELECT * FROM "{table}"').fetchall()
                except StorageError as error:
                    met += 1
                    assert (error.found, store.current(data).version) == ("数据文件已损坏", older)
    assert met


def test_a_damaged_record_without_a_copy_leads_to_no_older_pointer(folder: Folder, small: Catalog) -> None:
    data, older, published = folder
    shutil.rmtree(data.root / "checksums")  # as an earlier program left it: no copy of the record
    data.manifest(published).write_bytes(b"{")
    assert "发布记录已损坏" in store.current(data).notice
    with pytest.raises(StorageError):
        repair(data, small)
    assert data.pointer.read_text().strip() == published
    assert store.current(data).version == older


def test_a_lost_batch_is_named_and_nothing_changes(folder: Folder, small: Catalog) -> None:
    data, older, published = folder
    batch = list_batches(data)[1]
    batch.path.unlink()
    data.database(published).unlink()
    before = files(data)
    with pytest.raises(StorageError, match=f"{batch.name}（案件101.csv）") as refused:
        repair(data, small)
    assert "备份" in refused.value.remedy
    assert files(data) == before
    assert store.current(data).version == older


def test_what_was_decided_after_the_publication_has_no_part_in_it(folder: Folder, small: Catalog) -> None:
    data, _, published = folder
    first, second, _ = list_batches(data)
    withdraw(data, "cases", first.name, "传错了", TESTER)
    rule_on_cut_date(data, "cases", second.name, "2026-10-31", "按未结", "核对了卷宗", TESTER)
    shutil.rmtree(data.warehouse)
    rebuilt = repair(data, small)
    assert rebuilt is not None
    assert (rebuilt.version, cases(data)) == (published, 20)


def test_who_went_back_to_the_version_of_another_program_keeps_it(
    folder: Folder, small: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _, published = folder
    monkeypatch.setattr(CODE, lambda: "another program")
    assert repair(data, small) is not None
    rollback(data, published, TESTER)
    assert repair(data, small) is None
    assert store.current(data).version == published
    data.database(published).unlink()  # but it must be readable
    assert repair(data, small) is not None


def test_definitions_that_nobody_published_wait(folder: Folder, tmp_path: Path) -> None:
    data, _, published = folder
    shutil.copytree(GOOD_SEEDS, tmp_path / "seeds")
    (court := tmp_path / "seeds" / "court.toml").write_text(court.read_text() + "\n# 待发布的改动\n")
    changed = loader.load(tmp_path / "seeds")
    assert repair(data, changed) is None
    assert store.current(data).version == published


def test_a_damaged_candidate_is_thrown_away_so_that_it_can_be_built_anew(folder: Folder, small: Catalog) -> None:
    data, _, published = folder
    candidate = build(small, data)
    data.database(candidate).write_bytes(flipped(data.database(candidate).read_bytes()))
    repair(data, small)
    assert not data.database(candidate).exists()
    assert data.database(published).exists()
    assert build(small, data) == candidate
    assert store.unreadable(data, candidate, thoroughly=True) == ""
