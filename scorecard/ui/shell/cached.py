"""Published versions and what is computed from them, cached by version id and selection.

A version never changes, so nothing expires: a new publication has a new id and therefore new keys.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from etl.intake.entered_rows import recorded_remarks
from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.calendar.period import Grain, Period
from scorecard.catalog import loader
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import StorageError
from scorecard.plan.signals import AskedSignal, asked_signals
from scorecard.records.remarks import TABLE as REMARKS, IndicatorRemark
from scorecard.storage.data_dir import DataDir, default_data, default_seeds
from scorecard.store import open_version as opened, versions as store, warehouse
from scorecard.store.open_version import Selection, Version, judged_on

Cached = TypeVar("Cached")


def data_dir() -> DataDir:
    """The data folder of this deployment."""
    return default_data()


# Not closed when it leaves the cache: a page may be reading from it. It closes with its last reference.
@st.cache_resource(max_entries=4, show_spinner=False)
def _open(root: str, version: str, written_at: float) -> Version:
    return opened.open_version(DataDir(Path(root)), version)


def open_version(version: str) -> Version:
    """The version of this id. Raises StorageError when it cannot be read."""
    return _open(str(data_dir().root.resolve()), version, store.written_at(data_dir(), version))


def forget_versions() -> None:
    """Close all versions that no page is reading, so that a file put in the place of a damaged one is opened anew."""
    _open.clear()


def open_historic(version: str) -> Version:
    """A version that was once published, by the id in an address. Raises StorageError for any other text."""
    opened.require_published(data_dir(), version)
    return replace(open_version(version), historic=True)


@st.cache_resource(max_entries=4, show_spinner=False)
def _seeds(root: str, state: str) -> Catalog:
    return loader.load(Path(root))


def seeds_catalog() -> Catalog:
    """The catalogue of the seeds folder, loaded again when a file in it has changed. Raises SeedErrors."""
    root = default_seeds().resolve()
    files = sorted(path for path in root.rglob("*") if path.suffix in (".toml", ".csv"))
    state = "|".join(f"{path}:{path.stat().st_mtime_ns}" for path in files)
    return _seeds(str(root), state)


def _version_key(version: Version) -> str:
    """A version as it reads today: an older one, or one judged on another day, shows other cards and other links."""
    return f"{data_dir().root.resolve()} {version.id} {version.historic} {version.public} {judged_on(version)}"


def _selection_key(selection: Selection) -> str:
    return f"{selection.grain} {selection.period.key} {selection.department} {selection.scope}"


_KEYS: dict[str | type[Any], Callable[[Any], Any]] = {Version: _version_key, Selection: _selection_key}


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=_KEYS)
def _card_inputs(version: Version, grain: Grain, department: str, scope: str) -> CardInputs:
    return opened.card_inputs(version, grain, department, scope, judged_on(version))


def card_inputs(version: Version, selection: Selection) -> CardInputs:
    """All values of the chosen grain, department and scope, with what judges them."""
    return _card_inputs(version, selection.grain, selection.department, selection.scope)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=_KEYS)
def all_cards(version: Version, selection: Selection) -> dict[str, Card]:
    """The cards of all indicators for a selection, in the catalogue's order."""
    return {card.indicator.id: card for card in cards(card_inputs(version, selection), selection.period)}


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_KEYS)
def periods(version: Version, grain: Grain) -> tuple[Period, ...]:
    """The periods of a grain that have values, newest first."""
    return opened.periods(version, _card_inputs(version, grain, ALL_DEPARTMENTS, "all"), grain)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_KEYS)
def cached(version: Version, selection: Selection, name: str, _make: Callable[[], Cached]) -> Cached:
    """`_make()`, called once for a version, a selection and a name: a piece of a page that nothing else can change."""
    return _make()


@st.cache_resource(max_entries=4, show_spinner=False)
def _remarks(root: str, sample: bool, files: tuple[str, ...]) -> tuple[IndicatorRemark, ...]:
    return recorded_remarks(DataDir(Path(root)), sample)


def remarks_of(version: Version) -> tuple[IndicatorRemark, ...]:
    """What departments said, published or not; of an older version what it held, and nothing for visitors.

    Read again when there is another batch or note. Where one is damaged, which 自检 says, those published stand.
    """
    if version.public or version.historic:
        return () if version.public else version.remarks
    data = data_dir()
    files = sorted(path.name for folder in (data.batches / REMARKS, data.withdrawals) for path in folder.glob("*"))
    try:
        return _remarks(str(data.root.resolve()), version.manifest.sample, tuple(files))
    except StorageError:
        return version.remarks


def signals_of(version: Version, through: Period | None = None) -> tuple[AskedSignal, ...]:
    """The signals that departments are asked about, as they stand in the month that a period ends with, or in the newest one;
    none for visitors.
    """
    months = periods(version, "month")
    if version.public or not months:
        return ()
    month = months[0] if through is None else through.months.containing("month", through.last_month)
    asked = all_cards(version, Selection(month, ALL_DEPARTMENTS, "all")).values()
    known = warehouse.parameters(version.connection)
    return asked_signals(version, asked, remarks_of(version), known, judged_on(version))
