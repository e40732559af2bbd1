"""Nobody but its owner reads the data folder, whatever the umask; what lies outside it is not touched."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.intake.accept import accept
from etl.intake.batch_notes import withdraw
from etl.intake.declared_none import declare_none
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.atomic_files import close_to_others
from scorecard.storage.data_dir import DATA_VARIABLE, SEEDS_VARIABLE, DataDir
from scorecard.storage.keys import KEYS_VARIABLE, key
from scorecard.store.versions import retain
from tests.conftest import ROOT
from tests.support.actors import TESTER, account
from tests.support.extracts import AS_OF, cases_csv


@pytest.fixture
def careless() -> Iterator[None]:
    """A umask that keeps nothing from anybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(root: Path) -> dict[str, str]:
    """What others may read or write -> its mode; of links, what they lead to is not asked."""
    modes = {path: path.lstat().st_mode for path in (root, *root.rglob("*")) if not path.is_symlink()}
    return {str(path): oct(stat.S_IMODE(mode)) for path, mode in modes.items() if mode & 0o077}


@pytest.mark.usefixtures("careless")
def test_the_whole_life_of_a_folder_leaves_nothing_that_others_can_read(
    data: DataDir, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS_VARIABLE, str(tmp_path / "keys"))
    account(data, "administrator", "王五")
    table = catalog.tables["cases"]
    kept = accept(cases_csv(12), "案件.csv", table, catalog, AS_OF, TESTER, data)
    gone = accept(cases_csv(3, 500), "多报.csv", table, catalog, AS_OF, TESTER, data)
    withdraw(data, table.id, gone.name, "多报", TESTER)
    declare_none(catalog.tables["bankruptcies"], AS_OF, TESTER, data)
    version = build(catalog, data)
    publish(data, version, TESTER)
    retain(data, version, "测试", TESTER)
    key("proxy")
    assert kept.path.exists() and data.database(version).exists() and data.lock.exists()
    assert len([path for path in data.root.rglob("*") if path.is_file()]) > 10
    assert open_to_others(data.root) == open_to_others(tmp_path / "keys") == {}


def test_a_folder_of_an_earlier_program_is_closed_at_the_start_and_that_is_told_once(tmp_path: Path) -> None:
    """The modes are those that earlier programs left: 755 and 644. The server stops at a base path that cannot be one."""
    data, outside = DataDir(tmp_path / "real"), tmp_path / "outside"
    for folder in (data.batches / "cases", data.warehouse, outside):
        folder.mkdir(parents=True)
    for file in (data.batches / "cases" / "a.parquet", data.accounts, outside / "theirs", data.root / "theirs.txt"):
        file.write_bytes(b"{}")
    (data.batches / "elsewhere").symlink_to(outside)
    data.exports.symlink_to(outside)
    for path in (*data.root.rglob("*"), outside / "theirs", outside, data.root):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    linked = tmp_path / "linked"
    linked.symlink_to(data.root)
    command = [sys.executable, "-m", "scorecard.ui.server.serve", "--reset-admin"]
    given = {**os.environ, DATA_VARIABLE: str(linked), SEEDS_VARIABLE: str(ROOT / "seeds")}
    told = [subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False) for _ in "12"]
    assert "6 个文件或目录原先本机其他用户也能读取" in told[0].stderr  # four folders, two files
    assert "原先" not in told[1].stderr
    assert set(open_to_others(data.root)) == {str(data.root / "theirs.txt")}, "nobody enters the folder that it lies in"
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in (outside, outside / "theirs")} == {"0o755", "0o644"}


def test_what_root_writes_belongs_to_whom_the_folder_belongs_to(data: DataDir) -> None:
    data.root.mkdir()
    if os.geteuid() == 0:  # only root can give files to somebody else
        os.chown(data.root, 4711, 4712)
    account(data, "administrator", "王五")
    owner = data.root.stat()
    assert {(path.stat().st_uid, path.stat().st_gid) for path in data.root.rglob("*")} == {(owner.st_uid, owner.st_gid)}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_that_was_asked_for_has_the_mode_of_its_user(umask: int, tmp_path: Path) -> None:
    out = tmp_path / "problems.csv"
    program = (
        "from pathlib import Path; from scorecard.storage.atomic_files import THEIRS, begin_private; "
        "from scorecard.storage.atomic_files import write_atomically; begin_private(); "
        f"write_atomically(Path({str(out)!r}), b'', THEIRS)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, umask=umask)
    assert stat.S_IMODE(out.stat().st_mode) == 0o666 & ~umask


def test_a_folder_that_is_not_there_yet_is_no_mistake(data: DataDir) -> None:
    assert close_to_others(data) == 0
