"""Pages as readers meet them: a rerun against a one-line page, and many readers at once."""

import asyncio
from pathlib import Path
from secrets import token_hex
from statistics import median, quantiles

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
