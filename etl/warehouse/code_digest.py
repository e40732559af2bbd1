"""The digest of the program that computes a version's numbers: part of the version's id."""

import functools
import pkgutil
from importlib import util
from pathlib import Path

from scorecard.program_digest import digest_of

# A version's id changes when any of this code does, because its numbers may. What else the build imports only moves
# bytes: tests/etl/warehouse/test_code_digest.py lists it with reasons and fails when something new joins.
PACKAGES = (
    "scorecard.calendar",
    "scorecard.catalog",
    "scorecard.catalog.tabulations",
    "scorecard.queries",
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


@functools.cache
def code_digest() -> str:
    """SHA-256 over the syntax of `PACKAGES` and `MODULES`."""
    return digest_of(path.read_text(encoding="utf-8") for path in _sources())


def _sources() -> list[Path]:
    paths = [_origin(name) for name in MODULES]
    for name in PACKAGES:
        package = _origin(name).parent
        modules = pkgutil.iter_modules([str(package)])
        paths += [package / f"{module.name}.py" for module in modules if not module.ispkg]
    return paths


def _origin(name: str) -> Path:
    spec = util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
