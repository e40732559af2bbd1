"""Published versions that cannot be read: the last whole one is shown and marked; without any, the other pages work."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.versions.rebuild import repair
from etl.warehouse.build import build
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.provenance import short
from scorecard.storage import checksums
from scorecard.storage.data_dir import SEEDS_VARIABLE, DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open, turn
from tests.pages.legible import text
from tests.support.actors import ADMINISTRATOR, OFFICER
from tests.support.court import GOOD_SEEDS
from tests.support.extracts import AS_OF, cases_csv

# Pages that the small catalogue fills; tests/pages/test_earlier_formats.py opens all of them.
PAGES = ("overview", "glossary", "evidence", "worklists", "upload", "versions", "account", "accounts", "audit")
NOT_HIS = {"accounts", "audit"}


@pytest.fixture(scope="module")
def small() -> Catalog:
    return loader.load(GOOD_SEEDS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, small: Catalog) -> tuple[DataDir, str, str]:
    data = DataDir(tmp_path_factory.mktemp("unreadable") / "data")
    versions: list[str] = []
    for first in (1, 101):
        accept(cases_csv(10, first), f"案件{first}.csv", small.tables["cases"], small, AS_OF, OFFICER, data)
        versions.append(build(small, data))
        publish(data, versions[-1], OFFICER)
    return data, versions[0], versions[1]


@pytest.fixture
def folder(made: tuple[DataDir, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[DataDir, str, str]:
    monkeypatch.setenv(SEEDS_VARIABLE, str(GOOD_SEEDS))
    shutil.copytree(made[0].root, tmp_path / "data")
    return DataDir(tmp_path / "data"), made[1], made[2]


Folder = tuple[DataDir, str, str]


def legible(app: AppTest, page: str) -> str:
    """What a page says; it has met no error of the program or the framework."""
    assert not app.exception, page
    said = text(app)
    assert "Error" not in said, page
    return said


def places(raw: bytes) -> range:
    """One in each block of the file, behind its heads."""
    return range(3 * 4096 + 100, len(raw), 65536)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def flipped(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:5000] + bytes([raw[5000] ^ 4]) + raw[5001:])


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [truncated, flipped, gone])
def test_the_last_whole_version_is_shown_and_marked_on_every_page(
    folder: Folder, open_page: Open, damage: Callable[[Path], None]
) -> None:
    data, older, published = folder
    damage(data.database(published))
    app = open_page(data, actor=OFFICER)
    for page in PAGES if damage is flipped else ("overview", "versions", "account"):
        said = legible(turn(app, page), page)
        assert page in NOT_HIS or f"正在显示较早的版本 {older}，最近发布的版本 {published} 不能读取" in said, page


def test_without_a_readable_version_the_pages_that_need_none_work_and_the_others_say_what_to_do(
    folder: Folder, open_page: Open
) -> None:
    data, older, published = folder
    for version in (older, published):
        data.database(version).write_bytes(b"\0" * 20000)
    app = open_page(data, actor=ADMINISTRATOR)
    for page in PAGES:
        legible(turn(app, page), page)
    assert "账户" in legible(turn(app, "accounts"), "accounts")
    assert "审计" in legible(turn(app, "audit"), "audit")
    shown = legible(turn(app, "versions"), "versions")
    assert published in shown
    assert "案件101.csv" in shown
    assert "python -m etl start" in legible(turn(app, "overview"), "overview")
    assert "还没有发布任何数据" not in text(app)


def test_a_flip_anywhere_in_a_version_is_met_when_it_is_opened(folder: Folder) -> None:
    data, older, published = folder
    raw = data.database(published).read_bytes()
    assert len(places(raw)) > 10
    for place in places(raw):
        data.database(published).write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert store.current(data).version == older, place
        with pytest.raises(store.DamagedVersion):
            store.connect(data, published)


def test_damage_that_a_page_meets_leads_to_the_whole_version_and_repair_leads_back(
    folder: Folder, small: Catalog, open_page: Open
) -> None:
    """A file without a checksum, of an earlier program: opening it reads only a part."""
    data, older, published = folder
    path = data.database(published)
    raw, met = path.read_bytes(), 0
    for place in places(raw):
        checksums.forget(data, path)
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        if store.unreadable(data, published):
            continue  # opening meets it
        app = open_page(data)
        for page in PAGES:
            said = legible(turn(app, page), page)
            if f"正在显示较早的版本 {older}" in said:
                met += 1
                repair(data, small)
                assert store.current(data) == store.Current(published)
                said = legible(turn(app, page), page)
                assert "正在显示较早的版本" not in said
                assert f"版本 {short(published)}" in said
                break
    assert met


def test_a_version_that_another_program_computed_is_marked_until_a_start_has_computed_it_again(
    folder: Folder, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _, published = folder
    assert "由较早的程序计算" not in legible(open_page(data), "overview")
    monkeypatch.setattr("scorecard.ui.shell.frame.is_current", lambda _: False)
    said = legible(open_page(data), "overview")
    assert "这一版的数值由较早的程序计算" in said
    assert f"版本 {short(published)}" in said
