"""What the screen reads: the published version, opened once and kept by its id. Cache keys are scalars only.

A version never changes, so nothing here expires: a new publication has a new id and therefore new keys.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from scorecard import catalog as catalogs
from scorecard import store
from scorecard.annotations import Annotation
from scorecard.baselines import Baseline
from scorecard.cards import Card, Evidence, cards
from scorecard.contracts import Table
from scorecard.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.freshness import COURT_TIME, due_through, today
from scorecard.layout import DataDir, default_data, default_seeds
from scorecard.period import Grain, Period, between, month_index, parse
from scorecard.quality import TableState
from scorecard.readings import ALL_DEPARTMENTS
from scorecard.store import Manifest
from scorecard.targets import Target

Made = TypeVar("Made")
_ID = re.compile(r"[0-9a-z]{8,64}")


@dataclass(frozen=True)
class Version:
    """A published version, open for reading, with everything of it that does not depend on a choice."""

    id: str
    connection: Any  # only the store knows what it is; the screen hands it back to the store
    manifest: Manifest
    catalog: Catalog
    targets: tuple[Target, ...]
    doubts: dict[str, tuple[str, ...]]
    tables: dict[str, TableState]
    departments: tuple[str, ...]
    baselines: tuple[Baseline, ...]
    annotations: tuple[Annotation, ...]
    historic: bool = False  # opened by its id in the address, while another one is current

    @property
    def as_of(self) -> dict[str, date]:
        """数据截至 of every table that came from extracts."""
        return {
            name: state.as_of for name, state in self.tables.items() if self.catalog.tables[name].seed is None
        }


@dataclass(frozen=True)
class Selection:
    """What the reader chose once for all pages."""

    period: Period
    department: str
    scope: str

    @property
    def grain(self) -> Grain:
        return self.period.grain


def data_dir() -> DataDir:
    """The data folder of this deployment."""
    return default_data()


# Not closed when it leaves the cache: somebody may be reading from it. It closes when the last who holds it lets go.
@st.cache_resource(max_entries=4, show_spinner=False)
def _open(root: str, version: str) -> Version:
    data = DataDir(Path(root))
    connection = store.connect(data, version)
    with store.understood(version):
        return Version(
            id=version,
            connection=connection,
            manifest=store.manifest(data, version),
            catalog=store.catalog(connection),
            targets=store.targets(connection),
            doubts=store.doubts(connection),
            tables=store.tables(connection),
            departments=store.departments(connection),
            baselines=store.baselines(connection),
            annotations=store.annotations(connection),
        )


def open_version(version: str) -> Version:
    """The version of this id. Raises StorageError when it cannot be read."""
    return _open(str(data_dir().root.resolve()), version)


def open_historic(version: str) -> Version:
    """A version that was published once, by its id in an address. Raises StorageError for any other text."""
    if not _ID.fullmatch(version) or not data_dir().manifest(version).is_file():
        raise StorageError(
            f"版本 {version[:40]}", "没有这个已发布的版本", "已发布的版本之一", "请在“版本”页另选一个版本"
        )
    if store.is_pruned(data_dir(), version):
        store.connect(data_dir(), version)  # refuses in words; a copy still open in the cache must not answer
    return replace(open_version(version), historic=True)


@st.cache_resource(max_entries=4, show_spinner=False)
def _seeds(root: str, state: str) -> Catalog:
    return catalogs.load(Path(root))


def seeds_catalog() -> Catalog:
    """The catalogue of the seeds folder, read again when a file in it changed. Raises SeedErrors."""
    root = default_seeds().resolve()
    files = sorted(path for path in root.rglob("*") if path.suffix in (".toml", ".csv"))
    state = "|".join(f"{path}:{path.stat().st_mtime_ns}" for path in files)
    return _seeds(str(root), state)


@st.cache_resource(max_entries=32, show_spinner=False)
def _evidence(root: str, version: str, grain: Grain, department: str, scope: str, today: str) -> Evidence:
    opened = _open(root, version)
    return Evidence(
        catalog=opened.catalog,
        series=store.series(opened.connection, opened.catalog, grain, department, scope),
        targets=opened.targets,
        doubts=opened.doubts,
        tables=opened.tables,
        department=department,
        scope=scope,
        today=date.fromisoformat(today),
        baselines=opened.baselines,
    )


def evidence(version: Version, selection: Selection) -> Evidence:
    """All readings of the chosen grain, department and scope, with what judges them."""
    root = str(data_dir().root.resolve())
    return _evidence(
        root,
        version.id,
        selection.grain,
        selection.department,
        selection.scope,
        judged_on(version).isoformat(),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _cards(
    root: str, version: str, grain: Grain, key: str, department: str, scope: str, today: str
) -> dict[str, Card]:
    period = parse(grain, key)
    assert period is not None  # keys come from the version's own periods
    found = _evidence(root, version, grain, department, scope, today)
    return {card.indicator.id: card for card in cards(found, period)}


def all_cards(version: Version, selection: Selection) -> dict[str, Card]:
    """The cards of every indicator for what is chosen, in the catalogue's order."""
    root = str(data_dir().root.resolve())
    period = selection.period
    return _cards(
        root,
        version.id,
        period.grain,
        period.key,
        selection.department,
        selection.scope,
        judged_on(version).isoformat(),
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _periods(root: str, version: str, grain: Grain, today: str) -> tuple[Period, ...]:
    series = _evidence(root, version, grain, ALL_DEPARTMENTS, "all", today).series
    found = {reading.period for readings in series.values() for reading in readings}
    if found:  # months already due are offered even if nothing arrived: they are 数据待核, not absent
        first = min(period.first_month for period in found)
        due = due_through(date.fromisoformat(today), _open(root, version).catalog.court.due_day)
        found.update(between(grain, first, month_index(due)))
    return tuple(sorted(found, key=lambda period: period.last_month, reverse=True))


def periods(version: Version, grain: Grain) -> tuple[Period, ...]:
    """The periods of a grain that have values, newest first."""
    return _periods(str(data_dir().root.resolve()), version.id, grain, judged_on(version).isoformat())


def complete_through(version: Version) -> date:
    """The day the extracts reach: the latest 数据截至 of any table."""
    return reach(version)[1]


def reach(version: Version) -> tuple[date, date]:
    """The earliest and the latest 数据截至 of the extracts.

    A report of progress is written on the day it is entered and says nothing of how far the cases reach.
    """
    extracts = [
        day for name, day in version.as_of.items() if version.catalog.tables[name].entered_by == "upload"
    ]
    days = extracts or list(version.as_of.values())
    return min(days), max(days)


def judged_on(version: Version) -> date:
    """The day lateness is judged by: today; for an older version the day it was published, so that it reads as it did.

    For a sample, which nobody owes, it is the day its extracts reach.
    """
    if version.manifest.sample:
        return complete_through(version)
    return published_on(version) if version.historic else today()


def published_on(version: Version) -> date:
    """The day a version was first published, at the court."""
    return datetime.fromisoformat(version.manifest.published_at).astimezone(COURT_TIME).date()


def due_or_complete(version: Version) -> date:
    """The day readers may expect the data to reach: where they do reach, or where they are already due to."""
    due = due_through(judged_on(version), version.catalog.court.due_day)
    return max(complete_through(version), due)


def in_order(catalog: Catalog) -> tuple[Table, ...]:
    """The tables in the order in which the plan's indicators need them, then the others."""
    needed = [name for indicator in catalog.indicators.values() for name in indicator.formula.tables]
    return tuple(catalog.tables[name] for name in dict.fromkeys([*needed, *catalog.tables]))


@st.cache_resource(max_entries=256, show_spinner=False)
def _kept(
    root: str,
    version: str,
    grain: Grain,
    key: str,
    department: str,
    scope: str,
    today: str,
    name: str,
    _make: Callable[[], Any],
) -> Any:
    return _make()


def kept(version: Version, selection: Selection, name: str, make: Callable[[], Made]) -> Made:
    """`make()`, done once for a version, a choice and a name: pieces of a page that nothing else can change."""
    root = str(data_dir().root.resolve())
    period = selection.period
    return _kept(
        root,
        version.id,
        period.grain,
        period.key,
        selection.department,
        selection.scope,
        judged_on(version).isoformat(),
        f"{name} of old" if version.historic else name,  # its links carry the version
        _make=make,
    )
