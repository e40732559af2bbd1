"""Keys: made once, for the owner only, outside the data folder, never replaced."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scorecard.errors import StorageError
from scorecard.storage.keys import KEYS_VARIABLE, key


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(KEYS_VARIABLE, str(tmp_path / "keys"))
    return tmp_path / "keys"


def test_a_key_is_made_once_also_by_many_at_a_time(folder: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: key("audit"), range(64)))
    assert len(made) == 1
    assert [path.name for path in folder.iterdir()] == ["audit"]


def test_keys_are_random_and_differ_by_name() -> None:
    assert key("audit") != key("proxy")


def test_a_key_is_for_its_owner_only_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        key("audit")
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "audit").stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_refused_and_not_replaced(folder: Path) -> None:
    key("audit")
    (folder / "audit").write_text("short\n")
    with pytest.raises(StorageError, match="不能重新生成"):
        key("audit")
    assert (folder / "audit").read_text() == "short\n"
