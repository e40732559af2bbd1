"""Chromium, the app on the published sample, and pages that are read only when they stand still."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, TimeoutError as Unanswered, expect

from scorecard.storage.data_dir import DataDir
from tests.support.actors import PASSWORD
from tests.support.samples import copied
from tests.support.server import running

T = TypeVar("T")
PATIENCE = 120  # seconds: a busy machine is slow, and a test that waits for what comes loses nothing by it
_SOON, _BUILT = 10_000, 240_000  # milliseconds: what is not there by then was closed by the page; a version takes less
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
_RUNS = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  window.answered = new Promise(done => {
    const watch = new MutationObserver(() => { watch.disconnect(); done(); });
    watch.observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
    setTimeout(done, 10000);
  });
}"""


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
        app = self.page.locator("[data-testid=stApp]")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=_BUILT)
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)
        expect(self.page.locator("[data-testid=stPlotlyChart]:not(:has(svg.main-svg))")).to_have_count(0)
        # Not Playwright's wait_for_function: the policy of the page lets nobody evaluate text in it.
        self.page.evaluate(_QUIET)

    def choose(self, box: Locator, option: str) -> None:
        """Open a select box and take the option."""
        in_list = self.page.get_by_role("listbox")  # not a table's filter
        offered = in_list.get_by_role("option", name=option, exact=True)

        def take() -> None:
            box.click(timeout=_SOON)
            offered.click(timeout=_SOON)

        self._at_the_choices(box, take)

    def press(self, *names: str) -> int:
        """These buttons one after the other, each once the page stands still and has it; how many clicks that takes.

        A busy server begins to answer late, and until then the page stands still as it did before.
        """
        for name in names:
            self.settle()
            self.page.evaluate(_RUNS)
            self.page.get_by_role("button", name=name, exact=True).click(timeout=_BUILT)
            self.page.evaluate("() => window.answered")
        self.settle()
        return len(names)

    def unfold(self, title: str, content: Locator) -> None:
        """Open a folded section until its content is there: a page that draws the section anew folds it again."""
        for tries_left in (2, 1, 0):
            self.settle()
            self.page.get_by_text(title, exact=True).first.click()
            try:
                expect(content).to_be_visible(timeout=_SOON)
                return
            except AssertionError:
                if not tries_left:
                    raise

    def set(self, button: Locator) -> None:
        """Press one of the choices that stand side by side."""
        self._at_the_choices(button, lambda: button.click(timeout=_SOON))

    def _at_the_choices(self, widget: Locator, act: Callable[[], None]) -> None:
        """Act on a widget, which may stand behind 改选, and close that again, for it lies over the page.

        A page that draws the widget anew closes its list, or the popover: then one opens it again.
        """
        behind = self.page.get_by_role("button", name="改选", exact=True)
        for tries_left in (2, 1, 0):
            self.settle()
            expect(widget.or_(behind).first).to_be_visible()
            if not widget.count():
                behind.click()
            try:
                act()
                break
            except Unanswered:
                if not tries_left:
                    raise
                self.page.keyboard.press("Escape")
        if self.page.get_by_test_id("stPopoverBody").count():
            self.settle()
            self.page.keyboard.press("Escape")
            expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)

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
