"""Chromium, the app on the published sample, and pages that are read only when they stand still."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from scorecard.storage.data_dir import DataDir
from tests.support.actors import PASSWORD
from tests.support.samples import copied
from tests.support.server import running

T = TypeVar("T")
PATIENCE = 60  # seconds: a busy machine is slow, and a test that waits for what comes loses nothing by it
expect.set_options(timeout=PATIENCE * 1000)
# Nothing has changed in the page for a fifth of a second; at most ten seconds.
_QUIET = """() => new Promise(done => {
  let timer;
  const end = () => { watch.disconnect(); clearTimeout(timer); clearTimeout(last); done(); };
  const wait = () => { clearTimeout(timer); timer = setTimeout(end, 200); };
  const watch = new MutationObserver(wait), last = setTimeout(end, 10000);
  watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  wait();
})"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def eventually(read: Callable[[], T], right: Callable[[T], object], seconds: float = PATIENCE) -> T:
    """What `read` gives as soon as it is right, or in the end: for what no assertion of Playwright's can wait for."""
    deadline = time.monotonic() + seconds
    while not right(value := read()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return value


@dataclass(frozen=True)
class App:
    """A running server and its data folder."""

    address: str
    data: DataDir

    def __str__(self) -> str:
        return self.address


@pytest.fixture(scope="session")
def app(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for all tests that publish nothing; on a copy, because accounts are made in it and sign-ins recorded."""
    data = copied(sample, tmp_path_factory.mktemp("app") / "data")
    with running(data) as address:
        yield App(address, data)


@dataclass
class Watched:
    """A page, the errors it reported and the addresses elsewhere that it asked."""

    page: Page
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Go there and wait until the page is whole."""
        self.page.goto(address)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page has a heading, its script has ended, its figures are drawn and nothing changes any more."""
        expect(self.page.locator(".sc h1").first).to_be_visible()
        expect(self.page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)
        expect(self.page.locator("[data-testid=stPlotlyChart]:not(:has(svg.main-svg))")).to_have_count(0)
        # Not Playwright's wait_for_function: the policy of the page lets nobody evaluate text in it.
        self.page.evaluate(_QUIET)

    def sign_in(self, address: str, name: str, onward: str = "/") -> Page:
        """The page `onward`, opened by way of the sign-in form."""
        fill_sign_in(self.page, address, name, onward)
        self.settle()
        return self.page

    def undisturbed(self) -> None:
        """Nothing went wrong in the page, and it asked nobody else."""
        assert self.errors == []
        assert self.elsewhere == []


def fill_sign_in(page: Page, address: str, name: str, onward: str = "/", password: str = PASSWORD) -> None:
    """The sign-in form, filled in and sent."""
    page.goto(f"{address}/signin?{urlencode({'next': onward})}")
    page.get_by_label("账户", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def who(page: Page) -> Locator:
    """Where the page says who has signed in."""
    return page.locator(".masthead .here")


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """visit(width, height): a fresh browser window."""
    with ExitStack() as stack:

        def new_window(width: int = 1440, height: int = 900) -> Watched:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            watched = Watched(context.new_page())

            def note(request: Request) -> None:
                host = urlsplit(request.url).hostname
                if host not in (None, "127.0.0.1"):
                    watched.elsewhere.append(request.url)

            watched.page.on("request", note)
            watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))

            def listen(message: ConsoleMessage) -> None:
                # On a page that is not the first one the framework asks for these under the page's own path, gets
                # 404 and tries the right path: the browser logs it, nothing is wrong.
                probes = ("/_stcore/health", "/_stcore/host-config")
                if message.type == "error" and not message.location["url"].endswith(probes):
                    watched.errors.append(message.text)

            watched.page.on("console", listen)
            return watched

        yield new_window
