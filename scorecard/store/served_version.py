"""Which version readers are shown while another one has just been published: the old one, until the new one is prepared.

All that was computed of the old version is new at once; without this every reader would wait for it in the same second.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.versions import Current


@dataclass
class _Turn:
    """The preparation of one version. It is over when it is done, or when it failed: publication does not depend on it."""

    version: str
    began: float
    over: Event = field(default_factory=Event)

    def run(self, prepare: Callable[[str], None]) -> None:
        try:
            prepare(self.version)
        finally:
            self.over.set()


class ServedVersion:
    """The version shown of each data folder. `patience`: how many seconds after a publication the old one may still be shown."""

    def __init__(self, prepare: Callable[[str], None], patience: float = 0) -> None:
        self.patience = patience
        self._prepare = prepare
        self._lock = Lock()
        self._shown: dict[Path, Current] = {}
        self._turns: dict[Path, _Turn] = {}

    def current(self, data: DataDir, *, at_once: bool = False) -> Current:
        """The version to show now. `at_once`: whoever published waits for it, and is not shown the old one again."""
        pointer = store.current(data)
        with self._lock:
            shown = self._shown.setdefault(data.root, pointer)
            if pointer.version is None or shown.version in (None, pointer.version) or not self.patience:
                self._shown[data.root] = pointer
                return pointer
            turn = self._turns.get(data.root)
            if turn is None or turn.version != pointer.version:
                turn = self._turns[data.root] = _Turn(pointer.version, monotonic())
                Thread(target=turn.run, args=(self._prepare,), daemon=True).start()
        left = turn.began + self.patience - monotonic()
        if at_once:
            turn.over.wait(max(0, left))
        elif left > 0 and not turn.over.is_set() and not store.unreadable(data, shown.version or ""):
            return shown
        with self._lock:
            self._shown[data.root] = pointer
        return pointer
