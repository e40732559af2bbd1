"""Who is signed in with a local account: random tokens in the browser, their SHA-256 here, in memory only.

A restart of the server signs everybody out. A session ends when nothing was done for a while, when its time is up, when
its owner signs out, and when the account is changed or closed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from scorecard.identity.settings import Session


@dataclass
class SessionTimer:
    """How long a sign-in lasts: from when it began, and since when nothing was done."""

    began: datetime
    seen: datetime

    def goes_on(self, limits: Session, now: datetime) -> bool:
        """Whether it does; if so, something was done now."""
        if now - self.began > limits.absolute or now - self.seen > limits.idle:
            return False
        self.seen = max(self.seen, now)
        return True


@dataclass
class _Open:
    account: str
    epoch: int
    lasting: SessionTimer


class Sessions:
    """The sessions of one server."""

    def __init__(self, limits: Session) -> None:
        self._limits = limits
        self._open: dict[str, _Open] = {}
        self._lock = Lock()

    def begin(self, account: str, epoch: int, now: datetime) -> str:
        """A new session of an account; what comes out goes into the cookie and is kept nowhere."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            limits = self._limits
            # A throw-away copy decides, so that looking for dead sessions keeps none alive.
            self._open = {
                key: one
                for key, one in self._open.items()
                if SessionTimer(one.lasting.began, one.lasting.seen).goes_on(limits, now)
            }
            self._open[_key(token)] = _Open(account, epoch, SessionTimer(now, now))
        return token

    def account(self, token: str, now: datetime) -> tuple[str, int] | None:
        """Name and epoch of the account this token was given to; None when it never was, or is over."""
        with self._lock:
            found = self._open.get(_key(token))
            if found is None:
                return None
            if not found.lasting.goes_on(self._limits, now):
                del self._open[_key(token)]
                return None
            return found.account, found.epoch

    def end(self, token: str) -> None:
        """The token is worth nothing from now on."""
        with self._lock:
            self._open.pop(_key(token), None)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
