"""What the operating system refuses is told in Chinese, whatever it is: its own words are English."""

import errno
import os
import re
from pathlib import Path

import duckdb
import pytest

from scorecard.errors import StorageError
from scorecard.storage.atomic_files import storage_errors
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store


def test_every_error_of_the_system_is_told_in_chinese() -> None:
    for number in errno.errorcode:
        with pytest.raises(StorageError) as refused, storage_errors("账户"):
            raise OSError(number, os.strerror(number), "accounts.json")
        assert not re.search("[A-Za-z]", str(refused.value)), errno.errorcode[number]
        assert refused.value.remedy.startswith("请")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_a_version_that_the_system_refuses_for_now_is_told_in_chinese_and_is_not_called_damaged(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataDir(tmp_path)
    data.database("a1b2c3d4").parent.mkdir(parents=True)
    data.database("a1b2c3d4").write_bytes(b"")

    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(f'IO Error: Cannot open file "a": {os.strerror(number)}')

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(StorageError) as refused:
        store.connect(data, "a1b2c3d4")
    assert not isinstance(refused.value, store.DamagedVersion)
    assert "系统暂时不让读取" in refused.value.found
    assert not re.search("[A-Za-z]", refused.value.found)
