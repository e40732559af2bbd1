"""Published versions and what is computed from them, cached by version id and selection.

A version never changes, so nothing expires: a new publication has a new id and therefore new keys.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from threading import Lock, Thread
from time import sleep
from typing import Any, Generic, TypeVar

from etl.intake.entered_rows import recorded_remarks
from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.calendar.period import Grain, Period
from scorecard.catalog import loader
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.plan.signals import AskedSignal, asked_signals
from scorecard.records.remarks import TABLE as REMARKS, IndicatorRemark
from scorecard.storage.data_dir import DataDir, default_data, default_seeds
from scorecard.store import open_version as opened, versions as store, warehouse
from scorecard.store.open_version import Selection, Version, judged_on, usual_period
from scorecard.store.served_version import ServedVersion

Cached = TypeVar("Cached")
Made = TypeVar("Made")


class _Kept(Generic[Made]):
    """The newest `most` results. Who asks for one that is being made waits for it, and gets the same object.

    The framework's own cache does this too; finding a result took it as long as drawing ten blocks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._known: dict[Hashable, Future[Made]] = {}

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What stands under the key; made where nothing does. What `make` raises is kept for nobody."""
        while True:
            with self._lock:
                mine = (known := self._known.pop(key, None)) is None
                future = self._known[key] = known or Future()
                for oldest in list(self._known)[: -self._most]:
                    del self._known[oldest]
            if not mine:
                with suppress(CancelledError):
                    return future.result()
                continue
            try:
                future.set_result(make())
            except BaseException:
                with self._lock:
                    self._known.pop(key, None)
                future.cancel()
                raise
            return future.result()

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


# A version that leaves is not closed: a page may be reading from it. It closes with its last reference.
_versions: _Kept[Version] = _Kept(8)  # four, each as it is and as visitors may read it
_seeds: _Kept[Catalog] = _Kept(4)
_inputs: _Kept[CardInputs] = _Kept(32)
_cards: _Kept[dict[str, Card]] = _Kept(64)
_periods: _Kept[tuple[Period, ...]] = _Kept(16)
_pieces: _Kept[Any] = _Kept(256)
_remarks: _Kept[tuple[IndicatorRemark, ...]] = _Kept(4)


def data_dir() -> DataDir:
    """The data folder of this deployment."""
    return default_data()


def open_version(version: str) -> Version:
    """The version of this id. Raises StorageError when it cannot be read."""
    data = data_dir()
    key = (data.root, version, store.written_at(data, version))
    return _versions.get(key, lambda: opened.open_version(data, version))


def forget_versions() -> None:
    """Close all versions that no page is reading, so that a file put in the place of a damaged one is opened anew."""
    _versions.clear()


def open_historic(version: str) -> Version:
    """A version that was once published, by the id in an address. Raises StorageError for any other text."""
    opened.require_published(data_dir(), version)
    return replace(open_version(version), historic=True)


def seeds_catalog() -> Catalog:
    """The catalogue of the seeds folder, loaded again when a file in it has changed. Raises SeedErrors."""
    root = default_seeds().resolve()
    files = sorted(path for path in root.rglob("*") if path.suffix in (".toml", ".csv"))
    state = "|".join(f"{path}:{path.stat().st_mtime_ns}" for path in files)
    return _seeds.get(state, lambda: loader.load(root))


def _key(version: Version) -> Hashable:
    """A version as it reads today: an older one, or one judged on another day, shows other cards and other links."""
    return data_dir().root, version.id, version.historic, version.public, judged_on(version)


def for_visitors(version: Version) -> Version:
    """The version as visitors may read it."""
    key = ("visitors", id(version.connection), version.historic)  # it holds the connection, so no other has its id
    return _versions.get(key, lambda: opened.for_visitors(version))


def inputs_of(version: Version, grain: Grain, department: str, scope: str) -> CardInputs:
    """All values of a grain, department and scope, with what judges them."""
    return _inputs.get(
        (_key(version), grain, department, scope),
        lambda: opened.card_inputs(version, grain, department, scope, judged_on(version)),
    )


def card_inputs(version: Version, selection: Selection) -> CardInputs:
    """All values of the chosen grain, department and scope, with what judges them."""
    return inputs_of(version, selection.grain, selection.department, selection.scope)


def all_cards(version: Version, selection: Selection) -> dict[str, Card]:
    """The cards of all indicators for a selection, in the catalogue's order."""

    def made() -> dict[str, Card]:
        return {card.indicator.id: card for card in cards(card_inputs(version, selection), selection.period)}

    if not version.historic:
        _remember(version.public, selection)
    return _cards.get((_key(version), selection), made)


def periods(version: Version, grain: Grain) -> tuple[Period, ...]:
    """The periods of a grain that have values, newest first."""
    return _periods.get(
        (_key(version), grain),
        lambda: opened.periods(version, inputs_of(version, grain, ALL_DEPARTMENTS, "all"), grain),
    )


def cached(version: Version, selection: Selection, name: str, make: Callable[[], Cached]) -> Cached:
    """`make()`, called once for a version, a selection and a name: a piece of a page that nothing else can change."""
    return _pieces.get((_key(version), selection, name), make)


# --- which version a run shows --------------------------------------------------------------------------------

_POLL = 1  # seconds between two looks at the pointer
_LOOKED = 12
_looked: dict[tuple[bool, Selection], None] = {}  # what readers looked at, the newest last
_of_run: ContextVar[store.Current | None] = ContextVar("served_version", default=None)


def _remember(public: bool, selection: Selection) -> None:
    _looked.pop((public, selection), None)
    _looked[public, selection] = None
    for oldest in list(_looked)[:-_LOOKED]:
        _looked.pop(oldest, None)


def prepare(version: str) -> None:
    """Make of a version what readers looked at last, newest first: the period they chose, and the one that is usual in it."""
    whole = open_version(version)
    for public, selection in reversed(list(_looked)):
        shown = for_visitors(whole) if public else whole
        offered = periods(shown, selection.grain)
        wanted = (usual_period(shown, offered), selection.period) if offered else ()
        for period in offered:
            if period in wanted:
                all_cards(shown, replace(selection, period=period))


_served = ServedVersion(prepare)


def begin_run(*, at_once: bool) -> None:
    """A page begins to run: which version it shows is asked once, so that it cannot be half of two."""
    _of_run.set(_served.current(data_dir(), at_once=at_once))


def served() -> store.Current:
    """The version that this run shows."""
    return _of_run.get() or _served.current(data_dir())


def keep_old_until_ready(patience: float) -> None:
    """From now on readers keep the old version after a publication until the new one is prepared, so many seconds at most."""
    _served.patience = patience

    def watch() -> None:
        while True:
            with suppress(ScorecardError, OSError):
                _served.look(data_dir())
            sleep(_POLL)

    Thread(target=watch, daemon=True).start()


def remarks_of(version: Version) -> tuple[IndicatorRemark, ...]:
    """What departments said, published or not; of an older version what it held, and nothing for visitors.

    Read again when there is another batch or note. Where one is damaged, which 自检 says, those published stand.
    """
    if version.public or version.historic:
        return () if version.public else version.remarks
    data = data_dir()
    files = sorted(path.name for folder in (data.batches / REMARKS, data.withdrawals) for path in folder.glob("*"))
    try:
        key = (data.root, version.manifest.sample, *files)
        return _remarks.get(key, lambda: recorded_remarks(data, version.manifest.sample))
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
