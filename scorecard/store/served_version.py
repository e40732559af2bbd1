"""Which version readers are shown while another one has just been published: the old one, until the new one is prepared.

All that was computed of the old version is new at once; without this every reader would wait for it in the same second.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.versions import Current

# Seconds after which a thread that only computes lets another one on. A page's messages change threads some twenty times;
# with the interpreter's usual 5 ms each of them would wait as long as the preparation lasts.
_YIELDS = 0.0005
_USUAL = sys.getswitchinterval()  # asked once: while one version is prepared another may be published


@dataclass
class _Turn:
    """The preparation of one version. It is over when it is done, or when it failed: publication does not depend on it."""

    version: str
    began: float
    over: Event = field(default_factory=Event)

    def run(self, prepare: Callable[[str], None]) -> None:
        sys.setswitchinterval(_YIELDS)
        try:
            prepare(self.version)
        finally:
            sys.setswitchinterval(_USUAL)
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
        """The version to show now, as it was last looked at. `at_once`: it is looked at now, and waited for: whoever published
        is not shown the old one again.
        """
        shown = self._shown.get(data.root)
        return shown if shown is not None and self.patience and not at_once else self.look(data, wait=at_once)

    def look(self, data: DataDir, *, wait: bool = False) -> Current:
        """Look at the pointer: show what it names, or begin to prepare that."""
        with self._lock:  # the first look at a version reads it through: one reader does, and the others find it read
            pointer = store.current(data)
            shown = self._shown.setdefault(data.root, pointer)
            if pointer.version is None or shown.version in (None, pointer.version) or not self.patience:
                self._shown[data.root] = pointer
                return pointer
            turn = self._turns.get(data.root)
            if turn is None or turn.version != pointer.version:
                turn = self._turns[data.root] = _Turn(pointer.version, monotonic())
                Thread(target=turn.run, args=(self._prepare,), daemon=True).start()
        left = turn.began + self.patience - monotonic()
        if wait:
            turn.over.wait(max(0, left))
        elif left > 0 and not turn.over.is_set() and not store.unreadable(data, shown.version or ""):
            return shown
        self._shown[data.root] = pointer
        return pointer
