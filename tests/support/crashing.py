"""A warmed-up process that forks a child for every act and kills it (SIGKILL): `python -m tests.support.crashing SEEDS`.

Killed after a while, or just before its nth step. A step is any file operation inside the data folder that Python reports
to its audit hook: open, rename, remove, mkdir, lock. One line of JSON in (what to do, when to kill, how large files may
get), one line out (how it ended). Imports and the catalogue are loaded once; no database is opened before the fork.
"""

import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from etl.backup.make import backup
from etl.backup.recover import recover
from etl.intake import audit_recovery
from etl.intake.accept import accept
from etl.intake.batch_notes import restore, withdraw
from etl.versions.publish import publish, rollback
from etl.versions.rebuild import repair
from etl.versions.retention import prune
from etl.warehouse import build as build_module
from etl.warehouse.build import build
from scorecard.audit import log as audit
from scorecard.calendar import workdays
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.queries import evidence
from scorecard.storage.data_dir import DataDir
from tests.conftest import ROOT
from tests.support.actors import TESTER
from tests.support.extracts import AS_OF, cases_csv

ROWS = 12
STEPS = {
    "open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.scandir", "os.listdir", "os.link", "fcntl.flock",
}  # fmt: skip
_ENDED: dict[int, str] = {0: "finished", 3: "refused", -signal.SIGKILL: "killed"}


@dataclass(frozen=True)
class Wanted:
    """An act: `argument` is a first case number, a version, a batch or a backup folder.

    It is killed `after` seconds, or before this step.
    """

    act: str
    data: str
    argument: str = ""
    after: float | None = None
    step: int | None = None
    largest: int | None = None  # bytes a file may have: the system refuses what goes beyond


@dataclass(frozen=True)
class Ended:
    """How it ended, after how long, and what the child said (numbers of confirmed lines, or a traceback)."""

    how: Literal["finished", "refused", "killed", "failed"]
    seconds: float
    said: str


def extract(first: str) -> bytes:
    """The extract that goes with a first case number."""
    return cases_csv(ROWS, int(first))


def _accept(data: DataDir, argument: str, catalog: Catalog, say: Callable[[str], None]) -> None:
    table = catalog.tables["cases"]
    batch = accept(extract(argument), f"案件{argument}.csv", table, catalog, AS_OF, TESTER, data)
    say(batch.name)


def _accept_aside(data: DataDir, argument: str, catalog: Catalog, say: Callable[[str], None]) -> None:
    """An extract of which one row is kept aside."""
    table, wrong = (catalog.tables["cases"], f"（2026）鲁0117民初{int(argument) + 90}号,买卖合同纠纷,2026-02-30")
    raw = extract(argument) + f"\r\n{wrong},,判决,简易程序,民事审判庭,否,否,,".encode()
    name = f"案件{argument}.csv"
    say(accept(raw, name, table, catalog, AS_OF, TESTER, data, policy="set_aside").name)


def _withdraw(data: DataDir, argument: str, _catalog: Catalog, _say: Callable[[str], None]) -> None:
    withdraw(data, "cases", argument, "传错了", TESTER)


def _restore(data: DataDir, argument: str, _catalog: Catalog, _say: Callable[[str], None]) -> None:
    restore(data, "cases", argument, "没有传错", TESTER)


def _audit(data: DataDir, argument: str, _catalog: Catalog, say: Callable[[str], None]) -> None:
    for number in range(int(argument)):
        say(str(audit.record(data, TESTER, "登录", f"账户{number}", filler="长" * (number % 300)).number))


def _repair(data: DataDir, argument: str, catalog: Catalog, _say: Callable[[str], None]) -> None:
    """As a start does it; `argument` stands for another program, empty for the one that built the versions."""
    if argument:
        build_module.code_digest = lambda: argument
    repair(data, catalog)


_ACTS: dict[str, Callable[[DataDir, str, Catalog, Callable[[str], None]], object]] = {
    "accept": _accept,
    "accept_aside": _accept_aside,
    "build": lambda data, _, catalog, __: build(catalog, data),
    "publish": lambda data, argument, _, __: publish(data, argument, TESTER),
    "repair": _repair,
    "rollback": lambda data, argument, _, __: rollback(data, argument, TESTER),
    "withdraw": _withdraw,
    "restore": _restore,
    "prune": lambda data, argument, _, __: prune(data, TESTER, int(argument)),
    "audit": _audit,
    "backup": lambda data, argument, _, say: say(backup(data, Path(argument), TESTER).manifest.id),
    "recover": lambda data, argument, _, __: recover(Path(argument), data, TESTER),
}


def _kill_before(step: int, data: str) -> None:
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS and (event == "fcntl.flock" or str(arguments[0]).startswith(data)):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _child(wanted: Wanted, catalog: Catalog, speech: int) -> int:
    def say(words: str) -> None:
        os.write(speech, f"{words}\n".encode())

    if wanted.step is None:
        audit_recovery.AGE = (
            0.0  # what a killed act left unrecorded is recorded by the next one, and not a minute later
        )
    else:
        _kill_before(wanted.step, wanted.data)
    if wanted.largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wanted.largest, wanted.largest))
    try:
        _ACTS[wanted.act](DataDir(Path(wanted.data)), wanted.argument, catalog, say)
    except ScorecardError as error:
        say(str(error))
        return 3
    return 0


def _run(wanted: Wanted, catalog: Catalog) -> Ended:
    heard, speech = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 4
        try:
            code = _child(wanted, catalog, speech)
        finally:
            if code == 4:
                os.write(speech, traceback.format_exc().encode())
            os._exit(code)
    os.close(speech)
    watched = os.pidfd_open(child)
    if not select.select([watched], [], [], wanted.after)[0]:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    seconds = time.perf_counter() - began
    os.close(watched)
    with os.fdopen(heard, "rb") as file:
        said = file.read().decode("utf-8", errors="replace")
    code = os.waitstatus_to_exitcode(status)
    return Ended(_ENDED.get(code, "failed"), seconds, said or f"ended with {code}")  # pyright: ignore[reportArgumentType]


def serve(seeds: Path) -> None:
    catalog = loader.load(seeds)
    list(workdays.PACKAGE.ordinals())
    for indicator in catalog.indicators.values():
        evidence.sql_of(catalog, indicator)  # Ibis and its compiler, without a connection
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(_run(Wanted(**json.loads(line)), catalog))), flush=True)


class Server:
    """The warmed-up process, from the side of the tests."""

    def __init__(self, seeds: Path) -> None:
        command = [sys.executable, "-m", "tests.support.crashing", str(seeds)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._ready = False  # several start side by side; the first act waits

    def run(
        self,
        act: str,
        data: DataDir,
        argument: str = "",
        after: float | None = None,
        step: int | None = None,
        largest: int | None = None,
    ) -> Ended:
        """Do it in a fresh child; an error that is none of ours fails here."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self._ready:
            self._ready = self._process.stdout.readline() == "ready\n"
            assert self._ready
        wanted = Wanted(act, str(data.root), argument, after, step, largest)
        self._process.stdin.write(json.dumps(asdict(wanted)) + "\n")
        self._process.stdin.flush()
        ended = Ended(**json.loads(self._process.stdout.readline()))
        assert ended.how != "failed", ended.said
        return ended

    def stop(self) -> None:
        self._process.communicate()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
