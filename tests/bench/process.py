"""Processes of their own: one that does a job and tells its peak memory, one that serves an app and is ended again."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

from scorecard.storage.data_dir import DATA_VARIABLE, SEEDS_VARIABLE, DataDir
from tests.bench.data import ROOT

T = TypeVar("T")

STARTING = 60  # seconds a server may take until it answers
ONE_LINE = 'import streamlit as st\n\nst.write("1")\n'


def alone(job: Callable[..., T], *args: object, core: int | None = None) -> tuple[T, float]:
    """What `job` gives in a fresh process, and that process's peak memory in MiB; on this core only, where one is named."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=stay_on, initargs=(0, core)) as pool:
        return pool.submit(_with_peak, job, args).result()


def stay_on(process: int, core: int | None) -> None:
    """Keep a process, and the threads that it will start, to a core; where the machine has just one, to nothing."""
    if core in os.sched_getaffinity(0):
        os.sched_setaffinity(process, {core})


def _with_peak(job: Callable[..., T], args: tuple[object, ...]) -> tuple[T, float]:
    result = job(*args)
    return result, peak_mib(os.getpid())


def peak_mib(process: int) -> float:
    """The highest resident memory since the process began; getrusage would also count its parent's at the fork."""
    return _status(process, "VmHWM")


def resident_mib(process: int) -> float:
    """The resident memory now."""
    return _status(process, "VmRSS")


def cpu_seconds(process: int) -> float:
    """What the process has computed so far, on all cores."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(process: int, name: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"{name} is not in the status of process {process}")


@contextmanager
def app(data: DataDir, folder: Path, core: int | None = None) -> Generator[tuple[str, int], None, None]:
    """The real app over a data folder: its address as host:port and its process."""
    command = [sys.executable, "-m", "scorecard.ui.server.serve", "--port", "PORT"]
    with served(command, ROOT, _environment(data), folder, core) as running:
        yield running


@contextmanager
def one_line_page(folder: Path) -> Generator[tuple[str, int], None, None]:
    """The smallest app there is, under the same settings of the server."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit", dirs_exist_ok=True)
    script = folder / "one_line.py"
    script.write_text(ONE_LINE, encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "PORT"]
    with served(command, folder, _environment(DataDir(folder / "none")), folder) as running:
        yield running


def _environment(data: DataDir) -> dict[str, str]:
    return {DATA_VARIABLE: str(data.root), SEEDS_VARIABLE: str(ROOT / "seeds")}


@contextmanager
def served(
    command: list[str],
    where: Path,
    environment: dict[str, str],
    folder: Path,
    core: int | None = None,
    health: str = "/_stcore/health",
    patience: int = STARTING,
) -> Generator[tuple[str, int], None, None]:
    """A server's address and process, once it answers; PORT in its command stands for a free one. Its log is in `folder`."""
    port = _free_port()
    log = folder / f"server-{port}.log"
    command = [part.replace("PORT", str(port)) for part in command]
    environment = {**os.environ, **environment}
    with log.open("w") as written:
        server = subprocess.Popen(command, cwd=where, env=environment, stdout=written, stderr=subprocess.STDOUT)
        stay_on(server.pid, core)
        try:
            _wait_until_healthy(server, f"http://127.0.0.1:{port}{health}", log, patience)
            yield f"127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: subprocess.Popen[bytes], address: str, log: Path, patience: int) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer:\n{log.read_text(encoding='utf-8')[-2000:]}")
