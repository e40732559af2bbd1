"""Pages as readers meet them: a rerun against a one-line page, a filter until it is painted, many readers at once."""

import asyncio
import shutil
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from playwright.sync_api import Page, sync_playwright

from scorecard.layout import DataDir
from tests.bench.process import app, one_line_page, resident_mib
from tests.bench.report import Finding, ratio, times
from tests.bench.wire import read_for, reader, rerun

PAGES = (
    "", "commercial_disputes", "minority_investors", "insolvency", "requirements", "glossary", "upload", "versions",
    "targets",
)  # fmt: skip
RERUNS, WARM_UPS = 40, 5
THINK, PERIOD = 5.0, 30.0  # seconds between two reruns of a reader, seconds a measurement lasts
ARRIVAL = 0.1  # seconds between two readers who open the page
PAINTED = 0.6


def reruns(folder: Path, sample: DataDir, large: DataDir) -> list[Finding]:
    """Each page's cached rerun against the one-line page, at the sample and at the large version."""
    with one_line_page(folder / "one") as (address, _):
        base = _rerun_medians(address, ("",))[""]
    with app(sample, folder) as (address, _):
        small = _rerun_medians(address, PAGES)
    with app(large, folder) as (address, _):
        great = _rerun_medians(address, PAGES)
    findings: list[Finding] = []
    for page in PAGES:
        name = page or "overview"
        findings.append(ratio(f"{name}: rerun / one-line page", small[page], base, 6))
        findings.append(Finding("    at the large version / at the sample", times(great[page], small[page])))
    return findings


def _rerun_medians(address: str, pages: tuple[str, ...]) -> dict[str, float]:
    with reader(address) as session:
        found: dict[str, float] = {}
        for page in pages:
            taken = [rerun(session, page) for _ in range(WARM_UPS + RERUNS)]
            found[page] = median(taken[WARM_UPS:])
        return found


def paint(folder: Path, sample: DataDir) -> list[Finding]:
    """Seconds from pressing a filter to the new figures on screen, in Chromium, on the page with most cards."""
    with app(sample, folder) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://{address}/commercial_disputes")
        page.get_by_text("年度累计", exact=True).wait_for()
        page.get_by_text("共 32 项指标").wait_for()
        presses = [("年度累计", "2026年1—10月"), ("季度", "季度，共"), ("单月", "2026年10月，共")] * 3
        taken = [_press(page, label, sign) for label, sign in presses]
        browser.close()
    cached = taken[3:]
    return [
        Finding("a filter until painted, first time", f"{max(taken[:3]):.2f} s"),
        Finding("a filter until painted, again", f"{median(cached):.2f} s", f"<= {PAINTED} s", median(cached) <= PAINTED),
    ]  # fmt: skip


def _press(page: Page, label: str, sign: str) -> float:
    start = perf_counter()
    page.get_by_role("radio", name=label, exact=True).or_(
        page.get_by_role("button", name=label, exact=True)
    ).first.click()
    page.get_by_text(sign).first.wait_for()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return perf_counter() - start


def sessions(folder: Path, sample: DataDir, counts: tuple[int, ...] = (50, 100, 200)) -> list[Finding]:
    """50, 100 and 200 readers with pauses, on this machine's loopback, for a bounded time, against one idle reader."""
    findings: list[Finding] = []
    with app(sample, folder) as (address, server):
        idle = _rerun_medians(address, ("commercial_disputes",))["commercial_disputes"]
        for count in counts:
            taken, failed = asyncio.run(_crowd(address, count))
            cuts = quantiles(taken, n=100)
            note = f"p50 {cuts[49] * 1000:.0f} ms, {len(taken)} reruns, {failed} failed, {resident_mib(server):.0f} MiB"
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
                number * ARRIVAL,
                arriving + THINK,
                arriving + THINK + PERIOD,
                THINK,
            )
            for number in range(count)
        )
    )
    return [seconds for taken, _ in seen for seconds in taken], sum(failed for _, failed in seen)
