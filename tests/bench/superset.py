"""`python -m tests.bench.superset VENV HOME [--rows 1e5 1e6] [--readers 50 200]`: a dashboard of Apache Superset beside our pages.

Run by hand; needs Chromium, and VENV, a virtual environment of its own, filled once:
`python3.11 -m venv VENV && VENV/bin/pip install apache-superset==6.0.0 rich gunicorn duckdb==2.0.0 duckdb-engine==0.17.0`
(6.0.0 imports `rich` without asking for it). superset.sh serves it from the folder HOME, which a first run takes two minutes to
prepare. Each chart of superset.toml is an indicator by month over the same `cases` with their derived columns: every number is
compared with the waist before anything is timed. All on the loopback, and all ends by itself.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from math import isclose
from pathlib import Path
from random import Random
from secrets import token_hex
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

import duckdb
import httpx
from playwright.sync_api import Request, sync_playwright

from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published
from tests.bench import data, pages
from tests.bench.process import alone, app, cpu_seconds, resident_mib, served, stay_on
from tests.bench.report import Finding, machine, ratio, show
from tests.bench.touch import Taken, loads, own_pages
from tests.bench.wire import ANSWER, Crowd, read, reader, rerun, signed_in

SETUP: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
CHARTS: dict[str, tuple[str, str]] = SETUP["charts"]
ROUNDS = 7
BOARD = "the dashboard loaded"
DRAWN = f".dashboard-component-chart-holder canvas >> nth={len(CHARTS) - 1}"


class Board(NamedTuple):
    """A dashboard's host:port, its reader's cookie, its path, and its charts' requests (path, body) as a browser sends them."""

    address: str
    cookie: str
    path: str
    asked: tuple[tuple[str, str], ...] = ()

    async def ask(self, past_cache: bool = False) -> None:
        """The data of all charts, asked for at once."""
        await asyncio.gather(*(self._one(path, body, past_cache) for path, body in self.asked))

    async def _one(self, path: str, body: str, past_cache: bool) -> None:
        sent = (json.dumps({**json.loads(body), "force": True}) if past_cache else body).encode()
        come, go = await asyncio.open_connection(*self.address.split(":"))
        head = f"POST {path} HTTP/1.1\nHost: {self.address}\nCookie: session={self.cookie}\nAccept-Encoding: gzip\n"
        head += f"Content-Type: application/json\nContent-Length: {len(sent)}\nConnection: close\n\n"
        go.write(head.replace("\n", "\r\n").encode() + sent)
        answer = await come.read()
        go.close()
        if b" 200 " not in answer[:15]:
            raise OSError(f"a chart was refused: {answer[:200]!r}")


def main() -> None:
    """Prepare Superset where it is not yet, then measure it beside the app at each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venv", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--rows", type=float, nargs="+", default=[1e5, 1e6])
    parser.add_argument("--readers", type=int, nargs="*", default=[50, 200])
    call = parser.parse_args()
    print(machine())
    account = {"username": f"bench-{token_hex(4)}", "password": token_hex(12)}
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        sample = data.sample_court(folder / "sample")
        command = ["bash", str(Path(__file__).with_suffix(".sh")), str(call.venv.absolute()), str(call.home), "PORT"]
        named = {name.removeprefix("user").upper(): value for name, value in account.items()}
        with served(command, Path.cwd(), named, folder, health="/health", patience=600) as (address, server):
            client = _client(address, account)
            for rows in map(int, call.rows):
                court = data.large_court(folder / f"{rows}", sample, rows)
                data.build_and_publish(court.root)
                board = Board(address, client.cookies["session"], _dashboard(client, _copied(court, folder)))
                readers = call.readers if rows == call.rows[-1] else []
                show(f"Beside Superset, {rows:.0e} rows", _beside(folder, court, client, board, server, readers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _client(address: str, account: dict[str, str]) -> httpx.Client:
    """A client signed in as a browser would be."""
    client, token = httpx.Client(base_url=f"http://{address}", timeout=120), "/api/v1/security/csrf_token/"
    login = client.post("/api/v1/security/login", json={**account, "provider": "db"}).json()["access_token"]
    given = client.get(token, headers={"Authorization": f"Bearer {login}"}).json()["result"]
    client.post("/login/", data={**account, "csrf_token": given})
    client.headers.update({"X-CSRFToken": client.get(token).json()["result"], "Referer": f"http://{address}"})
    return client


def _copied(court: DataDir, folder: Path) -> Path:
    """The rows of `cases` as our version holds them, in a database file of their own.

    The table is named as the file: metadata in SQLite wants names of tables that differ across databases.
    """
    target = folder / f"cases_{token_hex(4)}.duckdb"
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"ATTACH '{court.database(open_published(court).id)}' AS ours (READ_ONLY)")
        connection.execute(f"CREATE TABLE {target.stem} AS FROM ours.cases")
    return target


def _dashboard(client: httpx.Client, database: Path) -> str:
    """The path of a new dashboard with the charts, over a dataset of this file."""

    def made(what: str, **fields: object) -> int:
        return int(client.post(f"/api/v1/{what}/", json=fields).raise_for_status().json()["id"])

    extra = json.dumps({"engine_params": {"connect_args": {"read_only": True}}})
    source = made("database", database_name=database.stem, sqlalchemy_uri=f"duckdb:///{database}", extra=extra)
    dataset = made("dataset", database=source, schema="main", table_name=database.stem)
    board = made("dashboard", dashboard_title=database.stem, published=True)
    grid: dict[str, Any] = dict(SETUP["grid"])
    for number, (name, (date, metric)) in enumerate(CHARTS.items()):
        metrics = [{"expressionType": "SQL", "sqlExpression": metric, "label": name, "optionName": name}]
        form = {**SETUP["form"], "x_axis": date, "metrics": metrics}
        form["adhoc_filters"] = [{**SETUP["span"], "subject": date}]
        fields = {"slice_name": name, "viz_type": form["viz_type"], "params": json.dumps(form), "dashboards": [board]}
        chart = made("chart", datasource_id=dataset, datasource_type="table", **fields)
        meta = {"chartId": chart, "width": 3, "height": 36}
        grid[f"CHART-{number}"] = {"type": "CHART", "children": [], "meta": meta}
    position = {"DASHBOARD_VERSION_KEY": "v2", **{name: {"id": name, **part} for name, part in grid.items()}}
    client.put(f"/api/v1/dashboard/{board}", json={"position_json": json.dumps(position)}).raise_for_status()
    return f"/superset/dashboard/{board}/"


def _beside(
    folder: Path, court: DataDir, client: httpx.Client, board: Board, server: int, readers: Sequence[int]
) -> list[Finding]:
    """Pages loaded in Chromium, the data of one, then crowds: theirs and ours, one after the other."""
    workers = [int(one) for one in Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()]
    with app(court, folder) as (address, own):
        cookie = signed_in(address, *pages.officer(court))
        loaded, board = _loads(board, address, cookie)
        _compare(client, board, court)
        findings = list[Finding]()
        for what in own_pages(address):
            note = f"the page computes {median(loaded.computed[what]):.2f} / {median(loaded.computed[BOARD]):.2f} s"
            both = median(loaded.seconds[what]), median(loaded.seconds[BOARD])
            findings.append(ratio(f"{what} / {BOARD}", *both, 0.333, note))
        with reader(address, cookie) as session:
            ours = _timed(partial(rerun, session, pages.PAGE, "", set[str]()), [own])
            for what, past in (("cached", False), ("past the cache", True)):
                asked = _timed(lambda past=past: asyncio.run(board.ask(past)), workers)
                note = f"computing {asked[1] * 1000:.1f} / {ours[1] * 1000:.1f} ms"
                findings.append(
                    ratio(f"a dashboard's data, {what} / our page's rerun", asked[0], ours[0], footnote=note)
                )
        resident = f"{sum(map(resident_mib, [server, *workers])):.0f}; {resident_mib(own):.0f} MiB"
        findings.append(Finding("resident, theirs; ours", resident))
    for thread in [thread for one in workers for thread in Path(f"/proc/{one}/task").iterdir()]:
        stay_on(int(thread.name), 0)
    for count in readers:
        crowd = Crowd(pages.PAGE, count, pages.ARRIVAL, pages.THINK, pages.PERIOD)
        before, begun = sum(map(cpu_seconds, workers)), perf_counter()
        (seconds, failed), _ = alone(_crowd, board, crowd, core=1)
        busy = (sum(map(cpu_seconds, workers)) - before) / (perf_counter() - begun)  # full, it answers long after
        with app(court, folder, core=0) as (address, own):
            (runs, lost, _), _ = alone(read, address, crowd, core=1)
            note = f"a core busy {busy:.0%} / {cpu_seconds(own) / crowd.seconds:.0%}, start of ours included"
        note += f"; failed {failed} of {failed + len(seconds)} / {lost} of {lost + len(runs)}"
        p95 = [quantiles(one, n=100)[94] for one in (seconds, [run.seconds for run in runs])]
        findings.append(ratio(f"{count} readers: p95 of a dashboard's data / of our page", *p95, footnote=note))
    return findings


def _timed(job: Callable[[], object], processes: Sequence[int]) -> tuple[float, float]:
    """The median seconds of a job done before, and the mean seconds that these processes compute."""
    for _ in range(pages.WARM_UPS):
        job()
    before, seconds = sum(map(cpu_seconds, processes)), list[float]()
    for _ in range(3 * ROUNDS):
        begun = perf_counter()
        job()
        seconds.append(perf_counter() - begun)
    return median(seconds), (sum(map(cpu_seconds, processes)) - before) / len(seconds)


def _loads(board: Board, address: str, cookie: str) -> tuple[Taken, Board]:
    """Loads by a browser that was here before, in turn; and the board with its charts' requests as that browser sends them."""
    asked: dict[str, str] = {}

    def note(request: Request) -> None:
        if "/api/v1/chart/data" in request.url:
            asked[request.url.partition(board.address)[2]] = request.post_data or ""

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        context.set_default_timeout(ANSWER * 1000)
        context.on("request", note)
        for name, value, host in (("session", board.cookie, board.address), (*cookie.split("=", 1), address)):
            context.add_cookies([{"name": name, "value": value, "url": f"http://{host}"}])
        shown = {BOARD: (f"http://{board.address}{board.path}", DRAWN), **own_pages(address)}
        loads(Taken(browser), context, shown)
        taken = Taken(browser)
        for _ in range(ROUNDS):
            loads(taken, context, shown)
        browser.close()
    return taken, board._replace(asked=tuple(asked.items()))


def _compare(client: httpx.Client, board: Board, court: DataDir) -> None:
    """Raise AssertionError where a chart and the waist differ in any month; no row is zero in both."""
    theirs: dict[tuple[str, str], float] = {}
    for path, body in board.asked:
        for row in client.post(path, json=json.loads(body)).raise_for_status().json()["result"][0]["data"]:
            [name], [month] = row.keys() & CHARTS.keys(), [value for name, value in row.items() if name not in CHARTS]
            theirs[name, datetime.fromtimestamp(month / 1000, UTC).strftime("%Y-%m")] = row[name] or 0
    with duckdb.connect(str(court.database(open_published(court).id)), read_only=True) as connection:
        waist = connection.execute(
            "SELECT indicator, period, coalesce(numerator / denominator, numerator, 0)::DOUBLE FROM indicator_value"
            " WHERE grain = 'month' AND scope = 'all' AND department = 'all' AND list_contains(?, indicator)",
            [list(CHARTS)],
        ).fetchall()
    ours = {(name, month): value for name, month, value in waist}
    differing = [key for key in ours.keys() | theirs.keys() if not isclose(ours.get(key, 0), theirs.get(key, 0))]
    if differing or len({name for name, _ in theirs}) < len(CHARTS):
        key = min(differing, default=("", ""))
        raise AssertionError(f"{len(differing)} of {len(ours)} differ: {key} {ours.get(key)} {theirs.get(key)}")


def _crowd(board: Board, crowd: Crowd) -> tuple[list[float], int]:
    """As wire.read, of dashboards: seconds of those asked for in the counted time, and how many failed."""
    return asyncio.run(_read(board, crowd))


async def _read(board: Board, crowd: Crowd) -> tuple[list[float], int]:
    begun, seconds, failed = perf_counter(), list[float](), list[OSError]()

    async def one(number: int) -> None:
        pauses = Random(number)
        await asyncio.sleep(number * crowd.arrival)
        while (at := perf_counter() - begun) < crowd.seconds:
            try:
                await asyncio.wait_for(board.ask(), ANSWER)
                seconds.extend([perf_counter() - begun - at] if at >= crowd.all_there else [])
            except OSError as reason:  # TimeoutError is one
                failed.append(reason)
            await asyncio.sleep(crowd.think * pauses.uniform(0.5, 1.5))

    await asyncio.gather(*(one(number) for number in range(crowd.readers)))
    return seconds, len(failed)


if __name__ == "__main__":
    main()
