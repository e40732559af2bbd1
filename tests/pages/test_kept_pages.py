"""What is kept of pages by version, choice and rights: nobody reads what was made for another, and each reads what is theirs."""

from pathlib import Path
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.batch_notes import withdraw
from etl.intake.batches import list_batches
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.provenance import short
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.served_version import ServedVersion
from scorecard.ui.shell import cached
from tests.pages.conftest import Open
from tests.pages.legible import text
from tests.support.actors import OFFICER, ROLES
from tests.support.samples import copied


@pytest.mark.parametrize("page", ["overview", "commercial_disputes"])
def test_each_role_reads_the_same_whoever_read_before(
    page: str, sample: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*, anew: bool) -> dict[str, str]:
        seen: dict[str, str] = {}
        for actor in ROLES if anew else [*ROLES[::-1], *ROLES]:
            if anew:
                for name in ("_versions", "_inputs", "_cards", "_periods", "_pieces", "_remarks"):
                    monkeypatch.setattr(cached, name, cached._Kept(256))
            app = open_page(sample, page, actor=actor)
            assert not app.exception
            told = text(app)
            assert seen.setdefault(actor.role, told) == told
        return seen

    alone = read(anew=True)
    assert len(set(alone.values())) > 2, "roles read different pages, or this test shows nothing"
    assert read(anew=False) == alone


def test_a_publication_in_the_middle_shows_the_old_version_whole_then_the_new_one_whole(
    sample: DataDir, catalog: Catalog, tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(sample, tmp_path / "data")
    old = store.current(data).version or ""
    batch = list_batches(data, "bankruptcies")[0]
    withdraw(data, batch.table, batch.name, "测试", OFFICER)
    new = build(catalog, data)
    whole = {version: told(open_page(sample_at(data, version, tmp_path), "insolvency")) for version in (old, new)}
    assert short(old) in whole[old]
    assert whole[new] != whole[old].replace(short(old), short(new)), "the versions differ in their numbers too"

    ready = Event()

    def prepare(version: str) -> None:
        cached.prepare(version)
        ready.wait(60)

    served = ServedVersion(prepare, 60)
    monkeypatch.setattr(cached, "_served", served)
    app, publisher = open_page(data, "insolvency"), open_page(data, "insolvency")
    publish(data, new, OFFICER)
    served.look(data)
    assert [told(app.run()) for _ in range(2)] == [whole[old]] * 2
    ready.set()
    publisher.session_state["_acted"] = True
    assert told(publisher.run()) == whole[new]
    assert told(app.run()) == whole[new]


def sample_at(data: DataDir, version: str, folder: Path) -> DataDir:
    """A copy of the folder in which this version is published."""
    copy = copied(data, folder / version)
    publish(copy, version, OFFICER)
    return copy


def told(app: AppTest) -> str:
    assert not app.exception
    return text(app)
