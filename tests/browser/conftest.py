"""The real app on a free port in a process of its own, and Debian's Chromium. Built on the same sample as the pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from scorecard.catalog import loader
from scorecard.identity import account_file, accounts
from scorecard.identity.settings import AccessSettings, Granted
from scorecard.identity.sign_in import change_password
from scorecard.storage.data_dir import DATA_VARIABLE, SEEDS_VARIABLE, DataDir
from tests.support.actors import ADMINISTRATOR
from tests.support.samples import copied

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(
    data: DataDir, seeds: Path = ROOT / "seeds", port: int = 0, options: str = "", **environment: str
) -> Generator[str]:
    """The address of the app on this data folder, started as `make run` starts it; `options` is Python run before."""
    port = port or free_port()
    variables = {**os.environ, DATA_VARIABLE: str(data.root), SEEDS_VARIABLE: str(seeds), **environment}
    command = [sys.executable, "-m", "scorecard.ui.server.serve", "--port", str(port)]
    if options:
        serve = f"from scorecard.ui.server import serve\nserve.main(['--port', '{port}'])"
        command = [sys.executable, "-c", f"from streamlit import config\n{options}\n{serve}"]
    server = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except (URLError, ConnectionError):
                assert server.poll() is None, "the app did not start"
                assert time.monotonic() < deadline, "the app did not answer"
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)


@dataclass(frozen=True)
class App:
    """A running server and its data folder."""

    address: str
    data: DataDir

    def __str__(self) -> str:
        return self.address


@pytest.fixture(scope="session")
def app(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for all tests that only look; on a copy, because accounts are made in it and sign-ins recorded."""
    data = copied(sample, tmp_path_factory.mktemp("app") / "data")
    with running(data) as address:
        yield App(address, data)


@pytest.fixture
def start() -> Iterator[Callable[..., str]]:
    """start(data, seeds=…): a server of this test's own."""
    with ExitStack() as stack:
        yield lambda data, *given, **more: stack.enter_context(running(data, *given, **more))


PASSWORD = "brandnew harbour 47"


def account(data: DataDir, role: Granted, name: str = "", department: str | None = None) -> str:
    """The name of an account of this role whose password is PASSWORD, made as an administrator and its owner make it."""
    name = name or f"账户.{role}"
    if account_file.read(data).find(name) is None:
        known = loader.load(ROOT / "seeds").departments
        first = accounts.create(data, ADMINISTRATOR, name, role, department, known)
        change_password(data, AccessSettings(), name, first, PASSWORD, "本机")
    return name


def sign_in(page: Page, address: str, name: str, onward: str = "/", password: str = PASSWORD) -> None:
    """Through the form, as a person does; afterwards the page is on its way to `onward`."""
    page.goto(f"{address}/signin?{urlencode({'next': onward})}")
    page.get_by_label("账户", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is missing: apt-get install chromium fonts-noto-cjk"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page and what it did behind the reader's back."""

    page: Page
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Go there and wait until the page is whole."""
        self.page.goto(address)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.locator(".sc h1").first.wait_for(timeout=60_000)
        # Not by a function to be evaluated in the page: the policy of the page lets nobody evaluate text.
        self.page.locator("[data-stale=true]").first.wait_for(state="detached")
        self.page.wait_for_timeout(400)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """visit(width, height): a fresh browser window that keeps what went wrong and who was called."""
    with ExitStack() as stack:

        def opened(width: int = 1440, height: int = 900) -> Watched:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
            )
            stack.callback(context.close)
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

        yield opened
