"""The server's event loop: what has begun is finished before more is taken in.

The framework lets the loop turn once after each message it sends, a page has some seventeen, and each turn took in what had
come meanwhile: the run of a page for another reader, which holds the interpreter for milliseconds. Under load the answers of
pages that were long computed waited behind new ones, hundreds of milliseconds.
"""

import asyncio
import gc
import selectors
from collections.abc import Callable
from math import inf
from time import monotonic

_AT_MOST = 0.2  # seconds that sockets wait while there is something to do
_COLLECTED = (5_000, 20, 50)  # objects made, rounds, rounds; by the usual 700, 10, 10 all is searched often


class BusySelector(selectors.DefaultSelector):
    """Sockets are looked at when the loop has nothing else to do, and now and then while it has."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._looked = -inf

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """The sockets that are ready; none where `timeout` says that there is work, and the last look was a moment ago."""
        if timeout is not None and timeout <= 0 and self._clock() - self._looked < _AT_MOST:
            return []
        ready = super().select(timeout)
        self._looked = self._clock()
        return ready


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The loop that the server runs on. What the program consists of by now is no more searched for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED)
    return asyncio.SelectorEventLoop(BusySelector())
