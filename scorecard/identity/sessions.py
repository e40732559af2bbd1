"""Open sessions by random token, in memory only: a restart of the server signs everybody out.

A session ends after a while without a request, after its longest time, and by signing out.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from scorecard.identity.settings import SessionLimits

Owner = TypeVar("Owner")
CLOCK_SKEW = timedelta(minutes=5)  # between an identity provider's clock and this machine's


@dataclass
class Session(Generic[Owner]):
    """Whose it is, since when, and when it was last used."""

    owner: Owner
    began: datetime
    used: datetime
    ended: bool = False

    def active(self, limits: SessionLimits, now: datetime) -> bool:
        """Whether it goes on; asking is a use. A session that is over stays over."""
        if now - self.began > limits.absolute or now - self.used > limits.idle:
            self.ended = True
        if not self.ended:
            self.used = max(self.used, now)
        return not self.ended


class Sessions(Generic[Owner]):
    """The sessions of one server. Tokens are kept as SHA-256 only."""

    def __init__(self, limits: SessionLimits) -> None:
        self._limits = limits
        self._open: dict[str, Session[Owner]] = {}
        self._lock = Lock()

    def begin(self, token: str, owner: Owner, began: datetime, now: datetime) -> bool:
        """Begin a session under this token, unless there is one; whether it is new."""
        # Until then an ended session is kept, so that the same sign-in at a provider cannot begin another.
        oldest = now - self._limits.idle - CLOCK_SKEW
        with self._lock:
            self._open = {key: session for key, session in self._open.items() if session.used >= oldest}
            known = _key(token) in self._open
            session = self._open.setdefault(_key(token), Session(owner, began, min(began, now)))
            session.owner = owner
        return not known

    def owner(self, token: str, now: datetime) -> Owner | None:
        """Whose session this token opens; None when there is none, or it is over."""
        with self._lock:
            session = self._open.get(_key(token))
            return session.owner if session and session.active(self._limits, now) else None

    def link(self, token: str, other: str) -> None:
        """Let another token open the same session."""
        with self._lock:
            self._open[_key(other)] = self._open[_key(token)]

    def end(self, token: str) -> None:
        with self._lock:
            if session := self._open.get(_key(token)):
                session.ended = True


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
