"""Pages as readers meet them: a rerun against a one-line page, and many readers at once."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from secrets import token_hex
from statistics import median, quantiles
from time import sleep, time

from etl.intake.batch_notes import withdraw
from etl.intake.batches import list_batches
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor
from scorecard.identity import accounts
from scorecard.identity.settings import AccessSettings
from scorecard.identity.sign_in import change_password
from scorecard.narrative.provenance import short
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published
from tests.bench.data import ACTOR, catalog
from tests.bench.process import alone, app, cpu_seconds, one_line_page, resident_mib
from tests.bench.report import Finding, ratio, times
from tests.bench.wire import Crowd, SeenRun, read, reader, rerun, signed_in

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
PAGE = "commercial_disputes"
THINK, PERIOD = 5.0, 30.0  # mean seconds between two reruns of a reader, seconds a measurement lasts
ARRIVAL = 0.05  # seconds between two readers who open the page


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
    known: set[str] = set()  # a browser keeps large messages: what it has already is not sent to it again
    with reader(address, cookie) as session:
        for _ in range(WARM_UPS):
            rerun(session, name, query, known)
        before = cpu_seconds(server)
        taken = [rerun(session, name, query, known) for _ in range(RERUNS)]
        return median(taken), (cpu_seconds(server) - before) / RERUNS


def sessions(folder: Path, sample: DataDir, counts: tuple[int, ...] = (200, 600), sockets: int = 1000) -> list[Finding]:
    """Readers with pauses on this machine's loopback, for a bounded time, against one idle reader; then many open windows.

    The server has one core and the readers another, so that these do not take what is measured.
    """
    findings: list[Finding] = []
    with app(sample, folder, core=0) as (address, server):
        idle, _ = _rerun(address, server, PAGE)
        for count in counts:
            crowd = Crowd(PAGE, count, ARRIVAL, THINK, PERIOD)
            before = cpu_seconds(server)
            (runs, failed, late), _ = alone(read, address, crowd, core=1)
            spent = cpu_seconds(server) - before
            cuts = quantiles([run.seconds for run in runs], n=100)
            findings.append(ratio(f"{count} sessions: p95 / idle median", cuts[94], idle, 10, _load(cuts, runs, late)))
            findings.append(Finding("    failed reruns", str(failed), "none", failed == 0))
            findings.append(_server_alone(spent, crowd))
    with app(sample, folder, core=0) as (address, server):
        _rerun(address, server, PAGE)
        before = resident_mib(server)
        with ThreadPoolExecutor(1) as pool:
            crowd = Crowd(PAGE, sockets, ARRIVAL, 2 * THINK, 1)
            reading = pool.submit(alone, read, address, crowd, core=1)
            sleep(crowd.all_there - 1)
            held = resident_mib(server)
            (_, failed, _), _ = reading.result()
    note = f"{(held - before) * 1024 / sockets:.0f} KiB each, {failed} failed"
    findings.append(Finding(f"{sockets} open windows", f"{held:.0f} MiB", "1536 MiB", held < 1536 and not failed, note))
    return findings


def _load(cuts: list[float], runs: list[SeenRun], late: float) -> str:
    seen = f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, worst {max(run.seconds for run in runs):.2f} s"
    return f"{seen}, {len(runs)} reruns; the readers' process late by {late * 1000:.0f} ms (p95)"


def _server_alone(spent: float, crowd: Crowd) -> Finding:
    """What a rerun computes, arrivals included, and how many readers would take the whole of one core by it."""
    reruns = crowd.readers * (crowd.seconds - crowd.readers * crowd.arrival / 2) / crowd.think
    each = spent / reruns
    note = f"{each * 1000:.1f} ms a rerun, server busy {spent / crowd.seconds:.0%} of a core"
    return Finding("    sessions that fill one core of the server", f"{crowd.think / each:.0f}", footnote=note)


def publication(folder: Path, sample: DataDir, readers: int = 200) -> list[Finding]:
    """A publication by the command line while readers read on: their longest wait, and until when they see the old version."""
    data = DataDir(folder / "data")
    shutil.copytree(sample.root, data.root)
    old, batch = open_published(data).id, list_batches(data, "bankruptcies")[0]
    withdraw(data, batch.table, batch.name, "bench", ACTOR)
    new = build(catalog(), data)
    crowd = Crowd(PAGE, readers, ARRIVAL, THINK, PERIOD)
    with app(data, folder, core=0) as (address, server), ThreadPoolExecutor(1) as pool:
        idle, _ = _rerun(address, server, PAGE)
        reading = pool.submit(alone, read, address, crowd, short(new), core=1)
        sleep(crowd.all_there + PERIOD / 3)
        publish(data, new, ACTOR)
        turned = time()
        (runs, failed, _), _ = reading.result()
    before = [run.seconds for run in runs if run.ended < turned]
    after = [run for run in runs if turned <= run.ended]
    last_old = max((run.ended for run in after if not run.sign), default=turned)
    first_new = min((run.ended for run in after if run.sign), default=inf)
    worst = max(run.seconds for run in after)
    note = f"{worst / idle:.0f} times the idle median; p95 {_p95(before):.3f} s before, {_p95([r.seconds for r in after]):.3f} s after"
    span = f"{short(old)} last seen {last_old - turned:.1f} s, {short(new)} first seen {first_new - turned:.1f} s after"
    return [
        Finding(f"longest wait of {readers} readers after it", f"{worst:.2f} s", "1 s", worst <= 1, note),
        Finding("new version for all", f"{last_old - turned:.1f} s", "10 s", last_old - turned <= 10, span),
        Finding("failed reruns", str(failed), "none", failed == 0),
    ]


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[94]
