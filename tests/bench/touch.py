"""From the press to the picture in Chromium: loading a page, a filter, an indicator, the first figure of a session.

Each beside loading a one-line page of the same framework in the same browser, in turn, and with what the page's process
computed: on a busy machine seconds say little, the ratio and the computing stay.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scorecard.storage.data_dir import DataDir
from tests.bench.pages import officer
from tests.bench.process import app, one_line_page
from tests.bench.report import Finding, times
from tests.bench.wire import signed_in

ROUNDS = 5
READING = 6  # seconds a reader looks at a page before the first press
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FIGURE = ".js-plotly-plot .main-svg"
FILTERS = (("年度累计", "2026年1—10月，共"), ("季度", "季度，共"), ("单月", "2026年10月，共"))
ONE = "a one-line page loaded"
AIMS = {
    "a filter until painted": 0.15,
    "a card until its figure is painted": 0.3,
    "the first figure of a session, after reading": 1.0,
    "from the overview to an indicator's figure": 0.5,
}


@dataclass
class Taken:
    """Seconds until painted, and seconds that the page's process computed, by what was done."""

    browser: Browser
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    computed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reloads: int = 0

    def time(self, what: str, page: Page, act: Callable[[], object], shown: str) -> None:
        """Do something and wait for what it shows to be painted."""
        before, start = self._computing(), perf_counter()
        act()
        page.locator(shown).first.wait_for()
        page.evaluate(NEXT_FRAME)
        self.seconds[what].append(perf_counter() - start)
        sleep(0.3)
        self.computed[what].append(self._computing() - before)

    def _computing(self) -> float:
        session = self.browser.new_browser_cdp_session()
        known = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return sum(one["cpuTime"] for one in known if one["type"] == "renderer")


def measure(folder: Path, sample: DataDir) -> list[Finding]:
    """What a reader waits for, by the same browser in one run."""
    with (
        one_line_page(folder / "one") as (one, _),
        app(sample, folder) as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        name, _, value = signed_in(address, *officer(sample)).partition("=")
        taken = Taken(browser)
        for _ in range(ROUNDS):
            # A browser that has been here before, and has nothing open.
            context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
            context.add_cookies([{"name": name, "value": value, "url": f"http://{address}"}])
            for warm in (True, False):
                loads(
                    taken if not warm else Taken(browser),
                    context,
                    {ONE: (f"http://{one}", "text='1'"), **own_pages(address)},
                )
            _touches(taken, context, f"http://{address}")
            context.close()
        browser.close()
    base = median(taken.seconds[ONE])
    return [
        *(_finding(what, taken, base) for what in taken.seconds),
        Finding("    full reloads on the way to an indicator", str(taken.reloads), "none", taken.reloads == 0),
    ]


def _finding(what: str, taken: Taken, base: float) -> Finding:
    seconds, aim = median(taken.seconds[what]), AIMS.get(what)
    note = f"{times(seconds, base)} of {ONE}; the page computes {median(taken.computed[what]):.2f} s"
    return Finding(
        what, f"{seconds:.2f} s", f"<= {aim} s" if aim else "", seconds <= aim if aim else None, footnote=note
    )


def own_pages(address: str) -> dict[str, tuple[str, str]]:
    """What is loaded of the app at host:port: its address, and what a reader then sees."""
    domain = (f"http://{address}/commercial_disputes", "a.card")
    return {"the overview loaded": (f"http://{address}", ".asks"), "a domain page of 34 indicators loaded": domain}


def loads(taken: Taken, context: BrowserContext, pages: Mapping[str, tuple[str, str]]) -> None:
    """Each page loaded once, in a window of its own."""
    for what, (url, shown) in pages.items():
        page = context.new_page()
        page.goto("about:blank")
        taken.time(what, page, lambda page=page, url=url: page.goto(url, wait_until="commit"), shown)
        page.close()


def _touches(taken: Taken, context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/commercial_disputes")
    page.locator("a.card").first.wait_for()
    taken.time("the first figure of a session, pressed at once", page, page.locator("a.card").first.click, FIGURE)
    _close(page)
    for number in (1, 2, 3):
        taken.time("a card until its figure is painted", page, page.locator("a.card").nth(number).click, FIGURE)
        _close(page)
    page.get_by_role("button", name="改选").first.click()
    for times_pressed in range(2):
        for label, sign in FILTERS:
            press = page.get_by_role("radio", name=label, exact=True).first.click
            name = "a filter until painted" if times_pressed else "a filter until painted, first time"
            taken.time(name, page, press, f"text={sign}")
    page.close()
    page = context.new_page()
    page.goto(address)
    page.evaluate("window.sameDocument = true")
    link = page.locator(".asks a.go").first
    link.wait_for()
    sleep(READING)
    taken.time("the first figure of a session, after reading", page, link.click, FIGURE)
    page.go_back()
    page.locator(FIGURE).first.wait_for(state="detached")
    page.locator(".asks").first.wait_for()
    taken.time(
        "from the overview to an indicator's figure",
        page,
        page.locator(".asks td:nth-child(2) a.go").nth(1).click,
        FIGURE,
    )
    taken.reloads += page.evaluate("window.sameDocument") is not True
    page.close()


def _close(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator(".js-plotly-plot").first.wait_for(state="detached")
    sleep(0.3)
