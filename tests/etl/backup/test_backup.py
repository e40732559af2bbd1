"""A backup is whole, agrees with itself and costs what changed; recovered, every value is the same. Nothing else is written."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.backup.make import backup
from etl.backup.manifest import BACKUPS, BLOCK, OBJECTS, chosen_manifest, manifest_ids
from etl.backup.recover import recover
from etl.commands.cli import main
from etl.doctor.examine import examine
from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.conftest import ROOT
from tests.support.actors import ADMINISTRATOR, TESTER, VISITOR, account
from tests.support.extracts import AS_OF, cases_csv

SEEDS = ROOT / "tests" / "bad_seeds" / "good"


@pytest.fixture(scope="module")
def court() -> Catalog:
    return loader.load(SEEDS)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory, court: Catalog) -> tuple[DataDir, Path, str]:
    """A data folder in use: two published versions, accounts, a batch that nobody published; backed up twice."""
    base = tmp_path_factory.mktemp("used")
    data, target = DataDir(base / "data"), base / "disk"
    target.mkdir()
    account(data, "administrator", "王五")
    for first in (1, 101):
        accept(cases_csv(12, first), f"案件{first}.csv", court.tables["cases"], court, AS_OF, TESTER, data)
        publish(data, build(court, data), TESTER)
        backup(data, target, TESTER)
    accept(cases_csv(12, 201), "案件201.csv", court.tables["cases"], court, AS_OF, TESTER, data)
    return data, target, store.current(data).version or ""


@pytest.fixture
def folder(used: tuple[DataDir, Path, str], tmp_path: Path) -> tuple[DataDir, Path]:
    """Copies of both that a test may damage."""
    for name, source in (("data", used[0].root), ("disk", used[1])):
        shutil.copytree(source, tmp_path / name)
    return DataDir(tmp_path / "data"), tmp_path / "disk"


def contents(root: Path) -> dict[str, bytes]:
    """Every file that is backed up, by its path."""
    left_out = {".lock", ".accounts.lock", "backup.json"}
    paths = (
        path
        for path in root.rglob("*")
        if path.is_file() and path.name not in left_out and not path.name.startswith("backup.json.")
    )
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in paths
        if not {"warehouse", "statements.json"} & {*path.parts}
    }


def values(data: DataDir, version: str) -> list[Any]:
    connection = store.connect(data, version)
    try:
        return connection.execute("SELECT * FROM indicator_value ORDER BY ALL").fetchall()
    finally:
        connection.close()


def test_every_file_and_every_value_is_the_same_after_a_recovery(
    folder: tuple[DataDir, Path], tmp_path: Path, court: Catalog
) -> None:
    data, target = folder
    done = backup(data, target, TESTER)
    before = contents(data.root)
    new = DataDir(tmp_path / "new")
    recovered = recover(target, new, TESTER)
    assert recovered.manifest.id == done.manifest.id
    assert recovered.faults == ()
    after = contents(new.root)
    assert {name for name in before if before[name] != after.get(name)} == {"audit.jsonl", "audit.head"}
    assert before["audit.jsonl"].splitlines()[:-1] == after["audit.jsonl"].splitlines()[:-1]
    assert [entry.action for entry in audit.entries(data)][-1] == "备份"
    assert [entry.action for entry in audit.entries(new)][-1] == "恢复备份"
    assert audit.verify(new) == ()
    published = store.manifests(data)[0].version
    assert new.pointer.read_text().strip() == published
    # The rebuilt version of the same batches holds the same values as the one that was never backed up.
    assert build(court, new) == build(court, data) != published
    assert values(new, build(court, new)) == values(data, build(court, data)) != []


def test_what_was_not_backed_up_is_not_missed_as_lost(folder: tuple[DataDir, Path], tmp_path: Path) -> None:
    """Warehouse files are rebuilt, the current one at the start; an earlier one is as if pruned, and no damage."""
    new = tmp_path / "new"
    recover(folder[1], DataDir(new), TESTER)
    assert main(["start", "--data", str(new), "--seeds", str(SEEDS)]) == 0
    damaged = [finding.what for finding in examine(DataDir(new), SEEDS) if finding.condition == "损坏"]
    assert damaged == []
    earlier = store.manifests(DataDir(new))[-1].version
    with pytest.raises(StorageError, match="按保留规则清理"):
        store.connect(DataDir(new), earlier)


def test_each_backup_in_the_folder_can_be_recovered(used: tuple[DataDir, Path, str], tmp_path: Path) -> None:
    data, target, current = used
    ids = manifest_ids(target)
    assert [backup_id[:6] for backup_id in ids] == ["000001", "000002"]
    for number, backup_id in enumerate(ids, 1):
        new = DataDir(tmp_path / backup_id)
        recover(target, new, TESTER, backup_id[:6])
        assert len(list(new.batches.glob("*/*.parquet"))) == number
        assert (new.pointer.read_text().strip() == current) == (number == 2)
        assert audit.verify(new) == ()
        assert new.accounts.read_bytes() == data.accounts.read_bytes()


def test_what_did_not_change_is_stored_once(folder: tuple[DataDir, Path], court: Catalog) -> None:
    data, target = folder
    backup(data, target, TESTER)
    objects = {path.name: path.stat().st_mtime_ns for path in (target / OBJECTS).iterdir()}
    done = backup(data, target, TESTER)
    added = {path.name for path in (target / OBJECTS).iterdir()} - set(objects)
    # Only the line of the backup itself is new: the audit and its head.
    assert added == {done.manifest.files[name].sha256 for name in ("audit.jsonl", "audit.head")}
    assert {
        path.name: path.stat().st_mtime_ns for path in (target / OBJECTS).iterdir() if path.name in objects
    } == objects


def test_of_a_file_that_grows_only_the_last_block_is_new(data: DataDir, tmp_path: Path) -> None:
    audit.record(data, TESTER, "登录", "甲")
    grown = data.root / "large"
    grown.write_bytes(os.urandom(BLOCK) + b"1")
    backup(data, tmp_path, TESTER)
    with grown.open("ab") as file:
        file.write(b"2")
    done = backup(data, tmp_path, TESTER)
    assert done.manifest.files["large"].size == BLOCK + 2
    assert done.added < BLOCK
    new = DataDir(tmp_path / "new")
    recover(tmp_path, new, TESTER)
    assert (new.root / "large").read_bytes() == grown.read_bytes()


def test_the_manifest_names_the_audit_and_the_note_says_when_and_where(folder: tuple[DataDir, Path]) -> None:
    data, target = folder
    head = audit.head(data)
    done = backup(data, target, TESTER)
    assert done.manifest.audit == head
    note = json.loads(data.backup_note.read_text("utf-8"))
    assert (note["at"], note["target"]) == (done.manifest.at, str(target))
    assert audit.entries(data)[-1].detail["backup"] == done.manifest.id
    assert not {"backup.json", ".lock"} & set(done.manifest.files)
    assert not [name for name in done.manifest.files if name.startswith("warehouse")]


def test_keys_are_in_no_backup_even_where_they_lie_in_the_data_folder(
    folder: tuple[DataDir, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, target = folder
    keys = data.root / "keys"
    keys.mkdir()
    (keys / "audit").write_text("0" * 64)
    monkeypatch.setenv("SCORECARD_KEYS", str(keys))
    assert "keys/audit" not in backup(data, target, TESTER).manifest.files


@pytest.mark.parametrize("place", ["{data}", "{data}/backup", "{data}/batches", "{link}"])
def test_a_target_inside_the_data_folder_is_refused(folder: tuple[DataDir, Path], tmp_path: Path, place: str) -> None:
    data, _ = folder
    (tmp_path / "link").symlink_to(data.root)
    target = Path(place.format(data=data.root, link=tmp_path / "link"))
    target.mkdir(exist_ok=True)
    with pytest.raises(ScorecardError, match="在数据文件夹之内"):
        backup(data, target, TESTER)
    assert not (target / OBJECTS).exists()
    assert audit.entries(data)[-1].result == "拒绝"


def test_a_disk_that_is_not_mounted_is_refused(folder: tuple[DataDir, Path]) -> None:
    data, target = folder
    backup(data, target, TESTER)
    for name in (OBJECTS, BACKUPS):
        shutil.rmtree(target / name)
    with pytest.raises(ScorecardError, match="可能没有挂载"):
        backup(data, target, TESTER)
    shutil.rmtree(target)
    with pytest.raises(ScorecardError, match="文件夹不存在"):
        backup(data, target, TESTER)


def test_a_second_backup_at_the_same_time_is_refused(folder: tuple[DataDir, Path]) -> None:
    data, target = folder
    held = subprocess.Popen(["flock", str(target / ".lock"), "sh", "-c", "echo held; cat"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert held.stdout and held.stdout.readline() == "held\n"
    with pytest.raises(StorageError, match="另一个备份正在写入"):
        backup(data, target, TESTER)
    held.communicate("")
    assert backup(data, target, TESTER).manifest.id == manifest_ids(target)[-1]


def test_who_may_not_read_the_audit_takes_no_copy_of_it(folder: tuple[DataDir, Path], tmp_path: Path) -> None:
    data, target = folder
    for act in (lambda: backup(data, target, VISITOR), lambda: recover(target, DataDir(tmp_path / "x"), VISITOR)):
        with pytest.raises(ScorecardError, match="没有这项权限"):
            act()
    assert backup(data, target, ADMINISTRATOR).manifest.id


def test_an_empty_folder_is_not_backed_up(data: DataDir, tmp_path: Path) -> None:
    with pytest.raises(ScorecardError, match="没有可以备份的数据"):
        backup(data, tmp_path, TESTER)
    assert not data.root.exists()


# --- damage in the backup ---------------------------------------------------------------------------------------


def test_a_damaged_or_missing_block_names_its_file_and_nothing_is_written(
    folder: tuple[DataDir, Path], tmp_path: Path
) -> None:
    _, target = folder
    manifest = chosen_manifest(target)
    new = tmp_path / "new"
    for file in manifest.files.values():
        if not file.blocks:
            continue  # an empty file: nothing of it can be damaged
        block = target / OBJECTS / file.blocks[0]
        names = [name for name, other in manifest.files.items() if file.blocks[0] in other.blocks]
        whole = block.read_bytes()
        for damaged in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b"", None):
            block.unlink()
            if damaged is not None:
                block.write_bytes(damaged)
            with pytest.raises(StorageError) as refused:
                recover(target, DataDir(new), TESTER)
            assert any(name in str(refused.value) for name in names)
            assert "--at" in refused.value.remedy
            assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "disk"]
            block.write_bytes(whole)
    recover(target, DataDir(new), TESTER)


def test_a_changed_manifest_is_refused_and_the_others_remain(folder: tuple[DataDir, Path], tmp_path: Path) -> None:
    _, target = folder
    older, newer = manifest_ids(target)
    path = target / BACKUPS / f"{newer}.json"
    whole = path.read_bytes()
    outside = json.dumps(json.loads(whole)).replace("CURRENT", "../../CURRENT").encode()
    for damaged in (
        b"",
        b"{}",
        b"[]",
        b"null",
        whole[: len(whole) // 2],
        whole.replace(b"000002", b"000003"),
        outside,
        b"\xff",
    ):
        path.write_bytes(damaged)
        with pytest.raises(StorageError, match="已损坏或被改动"):
            recover(target, DataDir(tmp_path / "new"), TESTER)
    assert not (tmp_path / "new").exists()
    assert recover(target, DataDir(tmp_path / "new"), TESTER, older).manifest.id == older


def test_the_next_backup_mends_a_damaged_block(folder: tuple[DataDir, Path], tmp_path: Path) -> None:
    data, target = folder
    for block in (target / OBJECTS).iterdir():
        block.write_bytes(bytes(block.stat().st_size))
    backup(data, target, TESTER)
    recover(target, DataDir(tmp_path / "new"), TESTER)


def test_a_batch_that_changed_since_the_backup_before_is_told(folder: tuple[DataDir, Path]) -> None:
    data, target = folder
    backup(data, target, TESTER)
    first, second = sorted(data.batches.glob("*/*.parquet"))[:2]
    first.write_bytes(first.read_bytes()[:-1])
    second.unlink()
    notices = backup(data, target, TESTER).notices
    assert len(notices) == 2
    assert f"cases/{first.name} 内容变了" in notices[0]
    assert f"cases/{second.name} 不在了" in notices[1]


# --- into a folder that is not empty ------------------------------------------------------------------------------


@pytest.mark.parametrize("held", ["audit.jsonl", "batches/cases/x.parquet", "accounts.json", "warehouse/v.duckdb", "x"])
def test_nothing_is_recovered_over_data(folder: tuple[DataDir, Path], tmp_path: Path, held: str) -> None:
    new = tmp_path / "new"
    (new / held).parent.mkdir(parents=True)
    (new / held).write_bytes(b"kept")
    with pytest.raises(ScorecardError, match=r"其中已有数据.*改名留存"):
        recover(folder[1], DataDir(new), TESTER)
    assert (new / held).read_bytes() == b"kept"
    assert [path.name for path in new.iterdir()] == [held.split("/")[0]]


def test_the_folder_of_a_fresh_checkout_is_empty_and_keeps_its_description(
    folder: tuple[DataDir, Path], tmp_path: Path
) -> None:
    new = tmp_path / "new"
    new.mkdir()
    for name in ("README.md", ".lock", "FORMAT", ".tmp-1-x"):
        (new / name).write_text("描述")
    recover(folder[1], DataDir(new), TESTER)
    assert (new / "README.md").read_text() == "描述"
    assert not (new / ".tmp-1-x").exists()
    assert {path.stat().st_mode & 0o077 for path in new.rglob("*") if path.name != "README.md"} == {0}


def test_a_link_to_another_disk_stays_a_link(folder: tuple[DataDir, Path], tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    (tmp_path / "new").symlink_to(tmp_path / "large")
    recover(folder[1], DataDir(tmp_path / "new"), TESTER)
    assert (tmp_path / "new").is_symlink()
    assert (tmp_path / "large" / "CURRENT").exists()


def test_a_full_disk_is_said_in_chinese_and_leaves_nothing_half(
    folder: tuple[DataDir, Path], disk_of: Callable[[str], Path]
) -> None:
    (data, target), small_disk = folder, disk_of("64k")
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 16_384))
    with pytest.raises(StorageError, match=r"备份目标.*磁盘已满"):
        backup(data, small_disk, TESTER)
    assert manifest_ids(small_disk) == ()
    with pytest.raises(StorageError, match=r"磁盘已满"):
        recover(target, DataDir(small_disk / "data"), TESTER)
    assert not (small_disk / "data").exists()
    assert not list(small_disk.glob(".tmp-*"))


def test_the_commands_say_what_they_did(
    folder: tuple[DataDir, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, target = folder
    assert main(["backup", str(target), "--data", str(data.root)]) == 0
    assert "已备份：备份 000003-" in capsys.readouterr().out
    assert main(["recover", str(target), "--list"]) == 0
    assert [line[:9] for line in capsys.readouterr().out.splitlines()] == [f"备份 00000{n}" for n in (1, 2, 3)]
    assert main(["recover", str(target), "--data", str(tmp_path / "new"), "--at", "000001"]) == 0
    assert "已恢复：备份 000001-" in capsys.readouterr().out
    assert main(["recover", str(target), "--data", str(data.root)]) == 1
    assert "其中已有数据" in capsys.readouterr().err
    assert main(["recover", str(tmp_path), "--list"]) == 1
    assert main(["recover", str(target), "--data", str(tmp_path / "other"), "--at", "9"]) == 1
    assert "没有“9”" in capsys.readouterr().err
