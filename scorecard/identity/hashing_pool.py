"""Threads for passwords alone: hashing is slow on purpose, and nothing else of the server may wait for it.

What finds the queue full is refused at once. No address and no account may fill it alone.
"""

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from scorecard.errors import ScorecardError

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")
WORKERS = 2
_LONGEST, _LONGEST_EACH = 32, 8  # attempts under way or waiting: of all, and of one address or account
_NICENESS = 5  # pages go first where processors are few, and signing in still moves while pages are asked for


class TooManyAtOnce(ScorecardError):
    """The queue is full: nothing was looked at."""


class HashingPool:
    """The pool of one server; called from its event loop only."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, "password", initializer=_gently)
        self._waiting: Counter[str] = Counter()
        self._all = 0

    async def run(
        self, whose: Collection[str], act: Callable[Arguments, Result], *args: Arguments.args, **more: Arguments.kwargs
    ) -> Result:
        """The result of an act that hashes; `whose` names the address and the account it counts for."""
        if self._all >= _LONGEST or any(self._waiting[name] >= _LONGEST_EACH for name in whose):
            raise TooManyAtOnce("登录", "同时登录的人太多", "稍后再试", "请等几秒再试")
        self._all += 1
        self._waiting.update(whose)
        try:
            call = self._threads.submit(act, *args, **more)
            return await asyncio.shield(asyncio.wrap_future(call))
        finally:
            self._all -= 1
            self._waiting -= Counter(whose)


def _gently() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)  # on Linux of this thread alone
