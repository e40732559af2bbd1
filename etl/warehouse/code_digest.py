"""The digest of the program that computes a version's numbers: part of the version's id."""

import functools
from hashlib import sha256
from pathlib import Path

from scorecard.program_digest import digest_of

# A version's id changes when any of this code does, because its numbers may. What else the build imports only moves
# bytes: tests/etl/warehouse/test_code_digest.py lists it with reasons and fails when something new joins.
PACKAGES = (
    "scorecard.calendar",
    "scorecard.catalog",
    "scorecard.catalog.tabulations",
    "scorecard.queries",
    "etl.engines",
    "etl.warehouse",
)
MODULES = (
    "scorecard.case_number",
    "scorecard.records.rows",
    "scorecard.records.targets",
    "scorecard.records.work_calendar",
    "etl.intake.set_aside",
    "etl.reading.latest_day",
)


_ROOT = Path(__file__).parents[2]


@functools.cache
def code_digest() -> str:
    """SHA-256 over the syntax of `PACKAGES` and `MODULES`, and over the SQL files beside them."""
    folders = [_ROOT / name.replace(".", "/") for name in PACKAGES]
    paths = [_ROOT / f"{name.replace('.', '/')}.py" for name in MODULES]
    paths += [path for folder in folders for path in folder.glob("*.py")]
    queries = sorted(path.read_text("utf-8") for folder in folders for path in folder.glob("*.sql"))
    syntax = digest_of(path.read_text("utf-8") for path in paths)
    return sha256("\0".join([syntax, *queries]).encode()).hexdigest()
