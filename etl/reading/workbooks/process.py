"""A sheet read in a process of its own, with bounded memory and time.

The reader of values is native code: on a damaged file it may end its process or ask for all memory there is, and that must
not be the server's.
"""

import os
import pickle
import subprocess
import sys
from pathlib import Path

from etl.problems import Problem
from etl.reading.workbooks.facts import SAVE_AGAIN, WorkbookRefused
from etl.reading.workbooks.opening import SheetText, read_sheet

# Bytes that the process may address: for the program, for each byte of the file, and never more than.
_LEAST, _FACTOR, _MOST = 512 << 20, 60, 3 << 30
SECONDS = 300
_ROOT = Path(__file__).parents[3]


def read_sheet_apart(raw: bytes, limit_mb: int, name: str = "") -> SheetText | Problem:
    """As `read_sheet`; a problem also when the process does not come to an end."""
    command = [sys.executable, "-m", "etl.reading.workbooks.process", str(limit_mb), name]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=SECONDS, env=environment, check=True)
    except (subprocess.SubprocessError, ValueError) as error:
        too_long = isinstance(error, subprocess.TimeoutExpired)
        reason = f"{SECONDS} 秒内没有读完" if too_long else "工作簿已损坏，或展开后过大，读取中止"
        return WorkbookRefused("workbook_unreadable", reason, SAVE_AGAIN).problem
    return pickle.loads(done.stdout)


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # no Unix
        return
    memory = min(_LEAST + size * _FACTOR, _MOST)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    content = sys.stdin.buffer.read()
    _limit_memory(len(content))
    read = read_sheet(content, int(sys.argv[1]), sys.argv[2])
    sys.stdout.buffer.write(pickle.dumps(read))
