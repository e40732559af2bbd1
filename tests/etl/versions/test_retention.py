"""What is removed and what never is: the current version, the newest, those a briefing names, and every record."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.intake.accept import accept
from etl.intake.batches import list_batches
from etl.versions import retention
from etl.versions.publish import publish, rollback
from etl.versions.retention import discard, prune
from etl.warehouse.build import build
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.versions import retain
from tests.support.actors import ADMINISTRATOR, LEADER, OFFICER, TESTER, VISITOR
from tests.support.extracts import AS_OF, cases_csv
from tests.support.samples import copied


def another(data: DataDir, catalog: Catalog, number: int) -> str:
    raw = cases_csv(3, first=number * 10 + 1)
    accept(raw, f"案件{number}.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    return build(catalog, data)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> tuple[DataDir, list[str]]:
    """Five versions published one after the other, the last one current."""
    data = DataDir(tmp_path_factory.mktemp("retention"))
    versions = [another(data, catalog, number) for number in range(5)]
    for version in versions:
        publish(data, version, OFFICER)
    return data, versions


@pytest.fixture
def five(originals: tuple[DataDir, list[str]], tmp_path: Path) -> Iterator[tuple[DataDir, list[str]]]:
    yield copied(originals[0], tmp_path / "data"), originals[1]


def present(data: DataDir) -> set[str]:
    return {path.stem for path in data.warehouse.glob("*.duckdb")}


def test_only_what_is_neither_current_nor_newest_nor_kept_is_removed(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    retain(data, versions[1], "简报 2026年9月", LEADER)
    records = {path: path.read_bytes() for path in data.versions.iterdir()}
    batches = list_batches(data)
    assert prune(data, OFFICER, newest=2) == (versions[2], versions[0])
    assert present(data) == {versions[1], versions[3], versions[4]}
    assert {path: path.read_bytes() for path in data.versions.iterdir()} == records
    assert list_batches(data) == batches
    told = audit.entries(data)[-1]
    assert (told.action, told.result, told.detail["removed"]) == ("清理版本", "成功", 2)
    assert versions[0] in told.subject


def test_the_current_version_stays_however_old_it_is(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    rollback(data, versions[0], ADMINISTRATOR)
    prune(data, OFFICER, newest=1)
    assert present(data) == {versions[0], versions[4]}
    assert store.current(data) == store.Current(versions[0])


def test_nothing_to_remove_leaves_no_line_in_the_audit(five: tuple[DataDir, list[str]]) -> None:
    data, _ = five
    before = audit.entries(data)
    assert prune(data, OFFICER) == ()
    assert audit.entries(data) == before


def test_while_the_pointer_is_damaged_nothing_is_removed(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    data.pointer.write_bytes(b"\xff\xfe")
    assert prune(data, OFFICER, newest=1) == ()
    assert present(data) == set(versions)


def test_an_unreadable_record_protects_its_version_from_being_taken_for_a_candidate(
    five: tuple[DataDir, list[str]],
) -> None:
    data, versions = five
    shutil.rmtree(data.checksums)
    data.manifest(versions[0]).write_text("{", "utf-8")
    os.utime(data.database(versions[0]), (0, 0))
    prune(data, OFFICER, newest=4)
    assert versions[0] in present(data)


def test_a_candidate_nobody_published_goes_after_a_week(five: tuple[DataDir, list[str]], catalog: Catalog) -> None:
    data, _ = five
    candidate = another(data, catalog, 9)
    assert prune(data, OFFICER) == ()
    week_ago = time.time() - retention.CANDIDATE_DAYS * 86_400 - 60
    os.utime(data.database(candidate), (week_ago, week_ago))
    assert prune(data, OFFICER) == (candidate,)


def test_a_pruned_version_says_so_and_cannot_be_opened_or_returned_to(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    prune(data, OFFICER, newest=1)
    assert store.is_pruned(data, versions[0])
    assert not store.is_pruned(data, versions[4])
    with pytest.raises(StorageError, match=r"已按保留规则清理.*另选一个版本"):
        store.connect(data, versions[0])
    with pytest.raises(StorageError, match="已按保留规则清理"):
        rollback(data, versions[0], ADMINISTRATOR)
    with pytest.raises(StorageError, match="已按保留规则清理"):
        retain(data, versions[0], "简报", LEADER)
    assert store.current(data).version == versions[4]


def test_a_file_that_was_lost_is_not_said_to_have_been_removed_by_the_rule(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    data.database(versions[0]).unlink()
    for act in (lambda: store.connect(data, versions[0]), lambda: rollback(data, versions[0], ADMINISTRATOR)):
        with pytest.raises(StorageError, match=r"数据文件不存在.*另选一个版本"):
            act()


def test_a_reader_that_has_a_removed_version_open_reads_on(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    reader = store.connect(data, versions[0])
    prune(data, OFFICER, newest=1)
    assert versions[0] not in present(data)
    with reader.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM cases").fetchall() == [(3,)]
    reader.close()


def test_publishing_prunes_by_the_rule(
    five: tuple[DataDir, list[str]], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, versions = five
    monkeypatch.setattr(retention.prune, "__defaults__", (2,))
    newest = another(data, catalog, 7)
    publish(data, newest, OFFICER)
    assert present(data) == {versions[4], newest}


def test_a_disk_that_refuses_the_pruning_does_not_undo_the_publication(
    five: tuple[DataDir, list[str]], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _ = five
    newest = another(data, catalog, 7)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(retention.prune, "__defaults__", (1,))
    monkeypatch.setattr(retention, "_remove", refuse)
    publish(data, newest, OFFICER)
    assert store.current(data).version == newest
    assert [(one.action, one.result) for one in audit.entries(data)[-2:]] == [("发布", "成功"), ("清理版本", "失败")]


def test_discarding_removes_a_candidate_and_refuses_every_published_version(
    five: tuple[DataDir, list[str]], catalog: Catalog
) -> None:
    data, versions = five
    candidate = another(data, catalog, 9)
    discard(data, candidate)
    discard(data, candidate)
    assert present(data) == set(versions)
    for version in (versions[0], versions[4]):
        with pytest.raises(ScorecardError, match="已经发布过"):
            discard(data, version)
    assert present(data) == set(versions)


def test_keeping_needs_the_right_to_export_and_pruning_the_right_to_publish(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    with pytest.raises(Forbidden):
        retain(data, versions[0], "简报", VISITOR)
    with pytest.raises(Forbidden):
        prune(data, LEADER, newest=1)
    assert present(data) == set(versions)
    assert store.retained(data) == frozenset()


def test_the_first_note_on_a_kept_version_stays(five: tuple[DataDir, list[str]]) -> None:
    data, versions = five
    retain(data, versions[0], "简报甲", LEADER)
    first = (data.kept / f"{versions[0]}.json").read_bytes()
    retain(data, versions[0], "简报乙", TESTER)
    assert (data.kept / f"{versions[0]}.json").read_bytes() == first
    assert "简报甲" in first.decode("utf-8")
