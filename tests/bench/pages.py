"""Pages as readers meet them: a rerun against a one-line page, a filter until it is painted, many readers at once."""

import asyncio
import shutil
from pathlib import Path
from secrets import token_hex
from statistics import median, quantiles
from time import perf_counter

from playwright.sync_api import Page, sync_playwright

from scorecard.access import Actor
from scorecard.identity import accounts
from scorecard.identity.settings import AccessSettings
from scorecard.identity.sign_in import change_password
from scorecard.storage.data_dir import DataDir
from tests.bench.process import app, cpu_seconds, one_line_page, resident_mib
from tests.bench.report import Finding, ratio, times
from tests.bench.wire import read_for, reader, rerun, signed_in

PAGES = {
    "overview": "",
    "commercial_disputes": "commercial_disputes",
    "    with an indicator open": "commercial_disputes?indicator=small_claims_rate",
    "minority_investors": "minority_investors",
    "insolvency": "insolvency",
    "requirements": "requirements",
    "measures": "measures",
    "progress": "progress",
    "worklists": "worklists",
    "meeting": "meeting",
    "evidence": "evidence?indicator=small_claims_rate",
    "glossary": "glossary",
    "upload": "upload",
    "versions": "versions",
    "targets": "targets",
}
RERUNS, WARM_UPS = 40, 5
THINK, PERIOD = 5.0, 30.0  # mean seconds between two reruns of a reader, seconds a measurement lasts
ARRIVAL = 0.1  # seconds between two readers who open the page
PAINTED = 0.6
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def reruns(folder: Path, sample: DataDir, large: DataDir) -> list[Finding]:
    """Each page's cached rerun against the one-line page, at the sample and at the large version."""
    with one_line_page(folder / "one") as server:
        base, least = _rerun(*server, "")
    with app(sample, folder) as server:
        small = _reruns(*server, officer(sample))
    with app(large, folder) as server:
        great = _reruns(*server, officer(large))
    findings: list[Finding] = []
    for name, (seconds, computing) in small.items():
        note = f"computing {computing * 1000:.1f} / {least * 1000:.1f} ms"
        findings.append(ratio(f"{name}: rerun / one-line page", seconds, base, 6, note))
        findings.append(Finding("    at the large version / at the sample", times(great[name][0], seconds)))
    return findings


def officer(data: DataDir) -> tuple[str, str]:
    """Name and password of an account that may open every page measured, new in this data folder."""
    name = f"bench-{token_hex(4)}"
    first = accounts.create(data, Actor("bench", "administrator"), name, "case_management", None, ())
    change_password(data, AccessSettings(), name, first, password := token_hex(12), "bench")
    return name, password


def _reruns(address: str, server: int, account: tuple[str, str]) -> dict[str, tuple[float, float]]:
    cookie = signed_in(address, *account)
    return {name: _rerun(address, server, page, cookie) for name, page in PAGES.items()}


def _rerun(address: str, server: int, page: str, cookie: str = "") -> tuple[float, float]:
    """Of a page's rerun after some to warm up: the median seconds, and the mean seconds the server computes."""
    name, _, query = page.partition("?")
    with reader(address, cookie) as session:
        for _ in range(WARM_UPS):
            rerun(session, name, query)
        before = cpu_seconds(server)
        taken = [rerun(session, name, query) for _ in range(RERUNS)]
        return median(taken), (cpu_seconds(server) - before) / RERUNS


def paint(folder: Path, sample: DataDir) -> list[Finding]:
    """Seconds from pressing a filter to the new figures on screen, in Chromium, on the page with most cards."""
    with app(sample, folder) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page.goto(f"http://{address}/commercial_disputes")
        page.get_by_text("年度累计", exact=True).wait_for()
        page.get_by_text("共 32 项指标").wait_for()
        presses = [("年度累计", "2026年1—10月"), ("季度", "季度，共"), ("单月", "2026年10月，共")] * 3
        taken = [_press(page, label, sign) for label, sign in presses]
        opened = [_open(page, number) for number in range(6)]
        browser.close()
    cached = taken[3:]
    return [
        Finding("a filter until painted, first time", f"{max(taken[:3]):.2f} s"),
        Finding(
            "a filter until painted, again", f"{median(cached):.2f} s", f"<= {PAINTED} s", median(cached) <= PAINTED
        ),
        Finding("an indicator opened until its chart is painted", f"{median(opened):.2f} s"),
    ]


def _press(page: Page, label: str, sign: str) -> float:
    start = perf_counter()
    page.get_by_role("radio", name=label, exact=True).or_(
        page.get_by_role("button", name=label, exact=True)
    ).first.click()
    page.get_by_text(sign).first.wait_for()
    page.evaluate(NEXT_FRAME)
    return perf_counter() - start


def _open(page: Page, number: int) -> float:
    start = perf_counter()
    page.locator("a.card").nth(number).click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.evaluate(NEXT_FRAME)
    seconds = perf_counter() - start
    page.keyboard.press("Escape")
    page.locator(".js-plotly-plot").wait_for(state="detached")
    return seconds


def sessions(folder: Path, sample: DataDir, counts: tuple[int, ...] = (50, 100, 200)) -> list[Finding]:
    """50, 100 and 200 readers with pauses, on this machine's loopback, for a bounded time, against one idle reader."""
    findings: list[Finding] = []
    with app(sample, folder) as (address, server):
        idle, _ = _rerun(address, server, "commercial_disputes")
        for count in counts:
            before = cpu_seconds(server)
            taken, failed = asyncio.run(_crowd(address, count))
            busy = (cpu_seconds(server) - before) / (count * ARRIVAL + THINK + PERIOD)
            cuts = quantiles(taken, n=100)
            note = (
                f"p50 {cuts[49] * 1000:.0f} ms, {len(taken)} reruns, server busy {busy:.0%} of a core,"
                f" {resident_mib(server):.0f} MiB"
            )
            findings.append(ratio(f"{count} sessions: p95 / idle median", cuts[94], idle, 10, note))
            findings.append(Finding("    failed reruns", str(failed), "none", failed == 0))
    return findings


async def _crowd(address: str, count: int) -> tuple[list[float], int]:
    """Readers come one after another; counted is what they see once all are there: a first page costs more than a rerun."""
    arriving = count * ARRIVAL
    seen = await asyncio.gather(
        *(
            read_for(
                address,
                "commercial_disputes",
                number,
                number * ARRIVAL,
                arriving + THINK,
                arriving + THINK + PERIOD,
                THINK,
            )
            for number in range(count)
        )
    )
    return [seconds for taken, _ in seen for seconds in taken], sum(failed for _, failed in seen)
