"""The real app in a process of its own; `python -m tests.support.server` also moves its clock, for tests of sessions."""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from streamlit import config

from scorecard.calendar import clock
from scorecard.identity.authentication import Authenticator
from scorecard.storage.data_dir import DATA_VARIABLE, SEEDS_VARIABLE, DataDir
from scorecard.ui.server import serve
from tests.support.plan.own_court import fixed_to

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def process(command: Sequence[str], address: str, environment: dict[str, str] | None = None) -> Generator[None]:
    """A process that serves `address`, from its first answer on; it is ended afterwards."""
    server = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=None if environment else subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:  # not there yet, or there and slow
                assert server.poll() is None, f"{command} did not start"
                assert time.monotonic() < deadline, f"{command} did not answer"
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


@contextmanager
def running(
    data: DataDir, seeds: Path = ROOT / "seeds", *options: str, port: int | None = None, base: str = "", hosts: str = ""
) -> Generator[str]:
    """The address of the app on this data folder, started as `make run` starts it; `options` are those of `main` below."""
    port = port or free_port()
    environment = {**os.environ, DATA_VARIABLE: str(data.root), SEEDS_VARIABLE: str(seeds)}
    environment |= {serve.BASE_PATH_VARIABLE: base, serve.HOSTS_VARIABLE: hosts}
    module = "tests.support.server" if options else "scorecard.ui.server.serve"
    address = f"http://127.0.0.1:{port}{base}"
    with process(["-m", module, "--port", str(port), *options], f"{address}/_stcore/health", environment):
        yield address


def main() -> int:
    """Serve with settings no deployment has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", required=True)
    parser.add_argument("--listen", help="the address to listen on, instead of loopback")
    parser.add_argument("--secrets", help="the file of the identity provider's secrets")
    parser.add_argument("--minutes", type=Path, help="a file with the minutes by which the clock is ahead")
    parser.add_argument("--today", type=date.fromisoformat, help="the day it is at the court")
    parser.add_argument(
        "--asked", type=Path, help="a file that names every address outside this machine that is asked for"
    )
    given = parser.parse_args()
    if given.asked:
        asked: Path = given.asked

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
                address = arguments[-1] if event in ("socket.connect", "socket.sendto") else arguments[0]
                host = address[0] if isinstance(address, tuple) else address
                if isinstance(host, str) and host not in ("127.0.0.1", "localhost", "0.0.0.0", "::1"):
                    asked.write_text(f"{event} {address}", encoding="utf-8")

        sys.addaudithook(watch)
    if given.listen:
        config.set_option("server.address", given.listen)
    if given.secrets:
        config.set_option("secrets.files", [given.secrets])
    if given.today:
        clock.datetime = fixed_to(given.today)
    if given.minutes:
        minutes: Path = given.minutes

        def ahead() -> datetime:
            return datetime.now(UTC) + timedelta(minutes=int(minutes.read_text() or 0))

        Authenticator.__init__.__defaults__ = (ahead,)
    return serve.main(["--port", given.port])


if __name__ == "__main__":
    sys.exit(main())
