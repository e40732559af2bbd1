"""Data of every earlier format of this program (tests/data/formats, made by those commits) is served after a start.

What must come out: the batches of the old record and no other, so 80 of the 120 cases; a batch that was withdrawn after the
publication still counts, one that waits does not. The id says what the version was built from, and with which program.
"""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from etl.commands.cli import main
from etl.intake.batches import list_batches
from etl.warehouse.build import version_id
from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.conftest import ROOT
from tests.pages.conftest import Open, turn
from tests.pages.legible import text
from tests.support.actors import ADMINISTRATOR

FORMATS = sorted((ROOT / "tests" / "data" / "formats").glob("*.tar.xz"))
OLDEST = FORMATS[0]


def unpacked(archive: Path, to: Path) -> DataDir:
    with tarfile.open(archive) as packed:
        packed.extractall(to, filter="data")
    return DataDir(to / "data")


def digests(data: DataDir) -> dict[str, str]:
    found = (path for path in data.root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(data.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def pages_open(data: DataDir, open_page: Open, pages: list[str]) -> str:
    app, said = open_page(data, actor=ADMINISTRATOR), ""
    for page in pages:
        said += text(turn(app, page))
        assert not app.exception, page
    return said


@pytest.mark.parametrize("archive", FORMATS, ids=lambda archive: archive.name.removesuffix(".tar.xz"))
def test_data_of_every_earlier_format_is_served_with_its_own_batches(
    archive: Path, tmp_path: Path, catalog: Catalog, open_page: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    data = unpacked(archive, tmp_path)
    old = data.pointer.read_text().strip()
    before, log = digests(data), data.audit.read_bytes() if data.audit.exists() else b""
    recorded = {(record["table"], record["name"]) for record in json.loads(data.manifest(old).read_bytes())["batches"]}
    if archive == OLDEST:  # before anything was repaired, too
        pages_open(data, open_page, ["account", "accounts", "audit", "versions"])
        capsys.readouterr()  # the framework's own words, written to a stream of an earlier test; the start's are below
    assert main(["start", "--data", str(data.root)]) == 0
    told = capsys.readouterr()
    assert old in told.out
    assert "秒" in told.out
    assert told.err == ""

    new = store.current(data)
    assert new.notice == ""
    assert new.version not in (None, old)
    manifest = store.manifest(data, new.version or "")
    assert {(record["table"], record["name"]) for record in manifest.batches} == recorded
    assert (manifest.actor, manifest.sample, old in manifest.note) == ("系统", False, True)
    own = [batch for batch in list_batches(data) if (batch.table, batch.name) in recorded]
    assert new.version == version_id(catalog, own)
    assert len(list_batches(data)) == len(recorded) + 1
    with store.connect(data, new.version or "") as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchall() == [(80,)]

    after = digests(data)
    assert {name: after.get(name) for name in before if name not in ("CURRENT", "audit.jsonl", "audit.head")} == {
        name: digest for name, digest in before.items() if name not in ("CURRENT", "audit.jsonl", "audit.head")
    }
    assert data.audit.read_bytes().startswith(log)
    assert audit.verify(data) == ()
    assert data.format.read_text() == "7\n"
    assert main(["start", "--data", str(data.root)]) == 0
    assert digests(data) == after
    assert "完好，不必重建" in capsys.readouterr().out
    everything = ["insolvency", "measures", "worklists", "glossary", "targets", "versions", "audit"]
    if archive == OLDEST:
        pages_open(data, open_page, everything)
    said = pages_open(data, open_page, ["overview", "commercial_disputes"])
    assert "不能读取" not in said
    assert "示例数据" not in said


def test_a_restored_folder_of_the_oldest_format_without_files_and_pointer_is_served_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = unpacked(OLDEST, tmp_path)
    shutil.rmtree(data.warehouse)
    data.pointer.unlink()
    assert main(["start", "--data", str(data.root)]) == 0
    current = store.current(data)
    assert current.notice == ""
    with store.connect(data, current.version or "") as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchall() == [(80,)]
    assert "示例" not in capsys.readouterr().out


def test_data_of_a_newer_program_is_refused_with_what_to_do_and_left_as_it_is(
    data: DataDir, capsys: pytest.CaptureFixture[str]
) -> None:
    data.root.mkdir()
    data.format.write_text("8\n")
    for command in (["start"], ["sample"], ["list"], ["publish"]):
        assert main([*command, "--data", str(data.root)]) == 1
        said = capsys.readouterr().err
        assert "由较新的程序写成" in said
        assert "备份" in said
    assert [path.name for path in data.root.iterdir()] == ["FORMAT"]
