"""Whatever a file holds, examining it takes memory within a small multiple of the size that may be uploaded."""

import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = """
import sys
from datetime import date
from etl.intake.examine import examine
from scorecard.catalog import loader
from pathlib import Path

def peak():  # kibibytes of this process; getrusage also knows those of the one that started it
    status = Path('/proc/self/status').read_text()
    return int(status.split('VmHWM:')[1].split()[0])

catalog = loader.load(Path(sys.argv[2]))
table = catalog.tables["cases"]
width = len(table.columns)
header = ",".join(column.header for column in table.columns.values())
line = {"one cell": "a", "a wrong cell": "x{0},y{0}" + "," * (width - 2), "a summary": "合计", "a quote": '"a'}[sys.argv[1]]
raw = (header + "\\n" + "".join(line.format(n) + "\\n" for n in range(100_000))).encode()
before = peak()
assert examine(raw, "a.csv", table, catalog, date(2026, 10, 31)).refused
print((peak() - before) // 1024, catalog.court.max_upload_mb)
"""


@pytest.mark.parametrize("line", ["one cell", "a wrong cell", "a summary", "a quote"])
def test_a_hundred_thousand_wrong_lines_are_examined_in_bounded_memory(line: str, seeds: Path) -> None:
    """Within five times the size of an upload. A database that stores the lines it rejects takes 10.6 GB for 500,000 of one cell."""
    run = subprocess.run([sys.executable, "-c", _CHILD, line, str(seeds)], capture_output=True, text=True, check=True)
    taken, limit = map(int, run.stdout.split())
    assert 0 < taken < 5 * limit
