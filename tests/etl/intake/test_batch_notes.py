"""Taking a batch back and giving it again: a note beside it, exactly undone, never a lost file."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from etl.intake import batch_notes
from etl.intake.accept import accept
from etl.intake.batch_notes import restore, withdraw, withdrawn
from etl.intake.batches import Batch, list_batches
from etl.versions.publish import publish
from etl.warehouse.build import build, chosen_batches, version_id
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.support.actors import ADMINISTRATOR, LEADER, OFFICER
from tests.support.extracts import AS_OF, cases_csv


def handed_in(data: DataDir, catalog: Catalog, rows: int, first: int = 1, **other: bool) -> Batch:
    raw = cases_csv(rows, first)
    return accept(raw, f"案件{first}.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data, **other)


def cases(data: DataDir, version: str) -> list[tuple[object, ...]]:
    connection = store.connect(data, version)
    try:
        return connection.execute("SELECT * FROM cases ORDER BY ALL").fetchall()
    finally:
        connection.close()


def test_withdrawing_gives_the_version_before_the_batch_and_restoring_the_one_after(
    data: DataDir, catalog: Catalog
) -> None:
    handed_in(data, catalog, 6)
    before = build(catalog, data)
    batch = handed_in(data, catalog, 4, first=3)
    after = build(catalog, data)
    withdraw(data, "cases", batch.name, "报错了月份", OFFICER)
    assert version_id(catalog, chosen_batches(data)) == before
    data.database(before).unlink()
    assert build(catalog, data) == before
    assert len(cases(data, before)) == 6
    restore(data, "cases", batch.name, "核对无误", OFFICER)
    assert version_id(catalog, chosen_batches(data)) == after


def test_a_withdrawn_batch_stays_on_the_disk_and_says_who_and_why(data: DataDir, catalog: Catalog) -> None:
    batch = handed_in(data, catalog, 5)
    content = batch.path.read_bytes()
    withdraw(data, "cases", batch.name, " 报错了月份 ", OFFICER)
    assert batch.path.read_bytes() == content
    assert [one.name for one in list_batches(data)] == [batch.name]
    note = withdrawn(data)["cases", batch.name]
    assert (note.actor, note.reason, note.act) == ("李四", "报错了月份", "撤回")
    assert audit.entries(data)[-1].action == "撤回批次"
    assert "报错了月份" not in data.audit.read_text("utf-8")


def test_when_all_own_batches_are_withdrawn_the_sample_does_not_come_back(data: DataDir, catalog: Catalog) -> None:
    handed_in(data, catalog, 8, first=101, sample=True)
    assert [batch.sample for batch in chosen_batches(data)] == [True]
    own = handed_in(data, catalog, 5)
    withdraw(data, "cases", own.name, "试报", OFFICER)
    assert chosen_batches(data) == ()
    with pytest.raises(ScorecardError, match="全部撤回"):
        build(catalog, data)


def test_only_a_known_batch_in_use_can_be_withdrawn_with_a_reason(data: DataDir, catalog: Catalog) -> None:
    batch = handed_in(data, catalog, 5)
    with pytest.raises(ScorecardError, match="没有写理由"):
        withdraw(data, "cases", batch.name, "  ", OFFICER)
    with pytest.raises(ScorecardError, match="没有这个批次"):
        withdraw(data, "enforcement", batch.name, "x", OFFICER)
    with pytest.raises(ScorecardError, match="没有被撤回"):
        restore(data, "cases", batch.name, "x", OFFICER)
    withdraw(data, "cases", batch.name, "x", OFFICER)
    with pytest.raises(ScorecardError, match="此前已由 李四 撤回"):
        withdraw(data, "cases", batch.name, "x", OFFICER)
    assert len(batch_notes.notes(data)) == 1


@pytest.mark.parametrize("actor", [LEADER, ADMINISTRATOR])
def test_who_may_not_publish_may_not_withdraw(data: DataDir, catalog: Catalog, actor: object) -> None:
    batch = handed_in(data, catalog, 5)
    with pytest.raises(Forbidden):
        withdraw(data, "cases", batch.name, "x", actor)
    assert withdrawn(data) == {}
    assert audit.entries(data)[-1].result == "拒绝"


def test_a_damaged_note_stops_the_build_instead_of_counting_the_batch_again(data: DataDir, catalog: Catalog) -> None:
    batch = handed_in(data, catalog, 5)
    handed_in(data, catalog, 5, first=50)
    withdraw(data, "cases", batch.name, "x", OFFICER)
    (note,) = data.withdrawals.glob("*.json")
    version = build(catalog, data)
    for harm in (lambda: note.write_text("{", "utf-8"), note.unlink):
        harm()
        assert build(catalog, data) == version  # from the copy
    note.write_text("{", "utf-8")
    shutil.rmtree(data.checksums)
    with pytest.raises(StorageError, match="批次的记录"):
        build(catalog, data)


def test_notes_are_never_changed(data: DataDir, catalog: Catalog) -> None:
    batch = handed_in(data, catalog, 5)
    seen: dict[Path, bytes] = {}
    for turn in range(4):
        (restore if turn % 2 else withdraw)(data, "cases", batch.name, f"第{turn}次", OFFICER)
        for path, content in seen.items():
            assert path.read_bytes() == content
        seen = {path: path.read_bytes() for path in data.withdrawals.iterdir()}
        assert len(seen) == turn + 1
    assert [json.loads(seen[path])["act"] for path in sorted(seen)] == ["撤回", "恢复"] * 2


def test_publishing_after_a_withdrawal_makes_the_older_version_current_again(data: DataDir, catalog: Catalog) -> None:
    handed_in(data, catalog, 6)
    old = build(catalog, data)
    publish(data, old, OFFICER, note="九月数据")
    batch = handed_in(data, catalog, 4, first=3)
    publish(data, build(catalog, data), OFFICER)
    withdraw(data, "cases", batch.name, "报错了", OFFICER)
    publish(data, build(catalog, data), OFFICER)
    assert store.current(data).version == old
    assert store.manifest(data, old).note == "九月数据"
    assert date.fromisoformat(store.manifest(data, old).as_of["cases"]) == AS_OF
