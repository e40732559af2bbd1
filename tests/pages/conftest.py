"""Pages run in Streamlit's own test runner, without a server, on an empty folder or on the sample."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from scorecard.access import Actor
from scorecard.identity.authentication import Identity
from scorecard.storage.data_dir import DATA_VARIABLE, DataDir
from tests.support.actors import OFFICER

Open = Callable[..., AppTest]


def files(app: AppTest) -> list[str]:
    """The labels of the files that a page offers."""
    blocks = "".join(block.proto.body for block in app.get("html"))
    return re.findall(r'<a class="file[^>]*>([^<]*)<', blocks)


def turn(app: AppTest, page: str) -> AppTest:
    """Another page of the same session."""
    return app.switch_page(f"../../pages/{page}.py").run()


@pytest.fixture(scope="session", autouse=True)
def installed_packages_are_searched_once() -> Iterator[None]:
    """For components; every AppTest would search them all anew, a quarter of a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Open:
    """open_page(data, "upload", actor=OFFICER, period="2026年9月"): the page after its first run."""

    def opened(data: DataDir, page: str = "overview", actor: Actor = OFFICER, **query: str) -> AppTest:
        monkeypatch.setenv(DATA_VARIABLE, str(data.root))
        monkeypatch.setattr("scorecard.ui.shell.identity.identify", lambda: Identity(actor))
        app = AppTest.from_file(str(Path(__file__).with_name("entry.py")), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run() if page == "overview" else turn(app, page)

    return opened
