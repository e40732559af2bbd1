"""A process that kills itself (SIGKILL) just before its nth step in a data folder: `python -m tests.killing N ACTION …`.

A step is any file operation inside the folder that Python reports to its audit hook: open, rename, remove, mkdir, lock.
Prints `finished` when the action needed fewer steps than that.
"""

import os
import signal
import sys
from pathlib import Path

from etl.accept import accept
from etl.build import build
from etl.publish import publish, rollback
from scorecard import catalog as catalogs
from scorecard.layout import DataDir
from tests.actors import TESTER
from tests.extracts import AS_OF, cases_csv

WATCHED = {
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.scandir",
    "os.listdir",
    "os.link",
    "fcntl.flock",
}


def main(step: int, action: str, seeds: Path, data: DataDir, argument: str) -> None:
    catalog = catalogs.load(seeds)
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in WATCHED and (event == "fcntl.flock" or str(arguments[0]).startswith(str(data.root))):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    if action == "accept":
        accept(cases_csv(int(argument)), "案件.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)
    elif action == "build":
        build(catalog, data)
    elif action == "publish":
        publish(data, argument, TESTER)
    else:
        rollback(data, argument, TESTER)
    print("finished")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), DataDir(Path(sys.argv[4])), sys.argv[5])
