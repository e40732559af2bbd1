"""Passwords: Argon2id hashes, the rules for a new password, random first passwords, and threads for hashing alone.

Parameters are argon2-cffi's recommendation (RFC 9106, low memory: 64 MiB, three passes); a hash with older parameters is
renewed at the next sign-in. At most two hashes are computed at once: guessing must not use up the machine. Hashing is slow
on purpose, and nothing else of the server may wait for it: what finds the queue full is refused at once, and no address
and no account may fill it alone.
"""

import asyncio
import os
import secrets
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scorecard.errors import ScorecardError

LONGEST = 128
_HASHER = PasswordHasher()
_SLOTS = BoundedSemaphore(2)
_WAIT = 10.0  # seconds a sign-in waits for its turn
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters and digits that look alike: 0 o 1 l i
# The first guesses of an attacker, in lower case, without the digits and signs that users append to satisfy a rule.
_OBVIOUS = (
    "password", "passw0rd", "p@ssword", "p@ssw0rd", "mima", "admin", "administrator", "root", "welcome", "letmein",
    "iloveyou", "qwerty", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "qazwsx", "abc", "abcd", "abcdef", "test",
    "fayuan", "gangcheng", "jinan", "court", "changeme", "secret",
)  # fmt: skip
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def hashed(password: str) -> str:
    """The hash of a password, parameters and salt included."""
    with _turn():
        return _HASHER.hash(_spelt(password))


def matches(digest: str, password: str) -> bool:
    """Whether this is the password. For an empty digest never, after the same time as for any other."""
    decoy = _decoy()
    with _turn():
        try:
            return _HASHER.verify(digest or decoy, _spelt(password)[:LONGEST]) and digest != ""
        except (VerificationError, InvalidHashError):
            return False


def outdated(digest: str) -> bool:
    """Whether the hash has other parameters than today's."""
    return _HASHER.check_needs_rehash(digest)


def invented() -> str:
    """A random password, easy to read out and to type: sixteen signs, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def refuse_weak(password: str, name: str, minimum: int) -> None:
    """Raise ScorecardError when a new password is too short, the account's name, or among the first to be tried."""
    word = _spelt(password).casefold()
    bare = word.rstrip("0123456789!@#$%^&*()-_=+.,~ ")
    if len(word) < minimum:
        raise _weak(f"只有 {len(word)} 个字符", f"不少于 {minimum} 个字符")
    if len(word) > LONGEST:
        raise _weak(f"有 {len(word)} 个字符", f"不超过 {LONGEST} 个字符")
    own = name.casefold()
    if own and (own == bare or word.replace(own, "", 1).strip("0123456789!@#$%^&*-_.") == ""):
        raise _weak("就是账户名", "与账户名无关的密码")
    if bare in _OBVIOUS or len(set(word)) < 4 or any(word in run for run in _RUNS) or not bare:
        raise _weak("是最先被猜到的密码之一", "不是常见词、连续或重复字符、纯数字的密码")


def _weak(fault: str, expected: str) -> ScorecardError:
    return ScorecardError("新密码", fault, expected, "建议用几个互不相关的词连成一句")


def _spelt(password: str) -> str:
    """One spelling of what looks alike: full-width digits of a Chinese keyboard are digits."""
    return unicodedata.normalize("NFKC", password)


@cache
def _decoy() -> str:
    return _HASHER.hash(secrets.token_hex(16))


@contextmanager
def _turn() -> Generator[None]:
    if not _SLOTS.acquire(timeout=_WAIT):
        raise ScorecardError("登录", "同时登录的人太多", "稍后再试", "请等几秒再试")
    try:
        yield
    finally:
        _SLOTS.release()


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

        def gently() -> None:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)  # on Linux of this thread alone

        self._threads = ThreadPoolExecutor(WORKERS, "password", initializer=gently)
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
