"""What the screen reads: the published version, opened once and kept by its id. Cache keys are scalars only.

A version never changes, so nothing here expires: a new publication has a new id and therefore new keys.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.calendar.period import Grain, Period, parse
from scorecard.catalog import loader
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.storage.data_dir import DataDir, default_data, default_seeds
from scorecard.store import open_version as opened
from scorecard.store.open_version import Selection, Version, judged_on

Cached = TypeVar("Cached")


def data_dir() -> DataDir:
    """The data folder of this deployment."""
    return default_data()


# Not closed when it leaves the cache: somebody may be reading from it. It closes when the last who holds it lets go.
@st.cache_resource(max_entries=4, show_spinner=False)
def _open(root: str, version: str) -> Version:
    return opened.open_version(DataDir(Path(root)), version)


def open_version(version: str) -> Version:
    """The version of this id. Raises StorageError when it cannot be read."""
    return _open(str(data_dir().root.resolve()), version)


def open_historic(version: str) -> Version:
    """A version that was published once, by its id in an address. Raises StorageError for any other text."""
    opened.require_published(data_dir(), version)
    return replace(open_version(version), historic=True)


@st.cache_resource(max_entries=4, show_spinner=False)
def _seeds(root: str, state: str) -> Catalog:
    return loader.load(Path(root))


def seeds_catalog() -> Catalog:
    """The catalogue of the seeds folder, read again when a file in it changed. Raises SeedErrors."""
    root = default_seeds().resolve()
    files = sorted(path for path in root.rglob("*") if path.suffix in (".toml", ".csv"))
    state = "|".join(f"{path}:{path.stat().st_mtime_ns}" for path in files)
    return _seeds(str(root), state)


@st.cache_resource(max_entries=32, show_spinner=False)
def _evidence(root: str, version: str, grain: Grain, department: str, scope: str, judged: str) -> CardInputs:
    return opened.card_inputs(_open(root, version), grain, department, scope, date.fromisoformat(judged))


def card_inputs(version: Version, selection: Selection) -> CardInputs:
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
    root: str, version: str, grain: Grain, key: str, department: str, scope: str, judged: str
) -> dict[str, Card]:
    period = parse(grain, key)
    assert period is not None  # keys come from the version's own periods
    found = _evidence(root, version, grain, department, scope, judged)
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
def _periods(root: str, version: str, grain: Grain, judged: str) -> tuple[Period, ...]:
    whole = _evidence(root, version, grain, ALL_DEPARTMENTS, "all", judged)
    return opened.periods(_open(root, version), whole, grain)


def periods(version: Version, grain: Grain) -> tuple[Period, ...]:
    """The periods of a grain that have values, newest first."""
    return _periods(str(data_dir().root.resolve()), version.id, grain, judged_on(version).isoformat())


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


def cached(version: Version, selection: Selection, name: str, make: Callable[[], Cached]) -> Cached:
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
