"""Failed sign-ins: how long whoever guessed must wait, and the lines that the audit gets of them.

Nobody closes an account for its owner. What grows is the delay of one source (an address, or a browser that is signed in)
on one account, and of one address on all accounts; where many sources have failed on an account, each has one free try
instead of several. A source that has not failed is always heard, so the right password gets in sooner or later.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from scorecard.audit.refusal_bursts import RefusalBursts
from scorecard.identity.account_file import Account
from scorecard.identity.settings import Lockout

UNKNOWN = "未登记的账户"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PAUSE = timedelta(seconds=30)  # between two audit lines of failures of one kind on one account
_ADDRESS_LONGEST = timedelta(minutes=1)  # an office may share one address


@dataclass(frozen=True)
class _Failures:
    count: int
    until: datetime  # no attempt is looked at before


class FailedAttempts:
    """The failures of one server, in memory; how often in a row an account was failed on stands in its file too."""

    def __init__(self, most: int = 10_000) -> None:
        self.unknown: dict[str, Account] = {}  # typed name -> an account as if it existed
        self._failures: dict[Hashable, _Failures] = {}  # least recent first
        self.refusals = RefusalBursts("登录", _PAUSE)
        self._most = most
        self._lock = Lock()

    def account(self, name: str) -> Account:
        """The account of a name that does not exist: it counts failures as any other, but opens to nobody."""
        return self.unknown.get(name) or Account(
            name=UNKNOWN, role="leadership", digest="", created_at=_LONG_AGO, password_at=_LONG_AGO
        )

    def failed(self, name: str) -> Account:
        """The same after one more failure."""
        account = self.account(name).after_failure()
        self.unknown.pop(name, None)
        self.unknown[name] = account
        if len(self.unknown) > self._most:  # the oldest goes: memory has an end
            self.unknown.pop(next(iter(self.unknown)), None)
        return account

    def begin(self, name: str, source: str, account: Account, lockout: Lockout, now: datetime) -> timedelta:
        """How long this source must wait; if not at all, its attempt counts as failed until `succeeded`.

        Counted before it is looked at: attempts that run at the same time are no way around the delay.
        """
        pair = (name, source)
        with self._lock:
            own, all_names = self._known(pair, lockout, now), self._known(source, lockout, now)
            wait = max(own.until, all_names.until) - now
            if wait > timedelta():
                return wait
            free = 1 if account.failures - own.count >= lockout.attempts_in_all else lockout.attempts
            self._count(pair, own.count + 1, free, lockout.longest, lockout, now)
            self._count(source, all_names.count + 1, lockout.attempts_in_all, _ADDRESS_LONGEST, lockout, now)
        return timedelta()

    def succeeded(self, name: str, source: str) -> None:
        """Take the last attempt back: it had the right password."""
        with self._lock:
            self._failures.pop((name, source), None)
            if (known := self._failures.get(source)) is not None:
                self._failures[source] = _Failures(known.count - 1, _LONG_AGO)

    def _known(self, key: Hashable, lockout: Lockout, now: datetime) -> _Failures:
        known = self._failures.get(key)
        return known if known and now - known.until < lockout.longest else _Failures(0, _LONG_AGO)

    def _count(self, key: Hashable, count: int, free: int, longest: timedelta, lockout: Lockout, now: datetime) -> None:
        doubled = min(count - free, 20)
        delay = min(timedelta(seconds=lockout.seconds * 2**doubled), longest) if doubled >= 0 else timedelta()
        self._failures.pop(key, None)
        self._failures[key] = _Failures(count, now + delay)
        if len(self._failures) > self._most:
            self._failures.pop(next(iter(self._failures)))
