"""What is kept of pages by version, choice and rights: nobody reads what was made for another, and each reads what is theirs."""

import pytest

from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell import cached
from tests.pages.conftest import Open
from tests.pages.legible import text
from tests.support.actors import ROLES


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
