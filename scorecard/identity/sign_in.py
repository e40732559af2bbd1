"""Signing in with a local account, waiting after wrong passwords, and one's own password. Every burst of failures is recorded.

A name that does not exist is answered after the same time and in the same words as a wrong password, and is delayed
alike. The audit never holds what was typed as a name, unless it is the name of an account: people type passwords into
the wrong field. Nobody closes an account for its owner. What grows is the delay of one source (an address, or a browser that is
signed in) on one account, and of one address on all accounts; where many sources have failed on an account, each has one free
try instead of several. A source that has not failed is always heard, so the right password gets in sooner or later.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from threading import Lock

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit import log as audit
from scorecard.audit.log import RefusalBursts
from scorecard.errors import ScorecardError
from scorecard.identity.accounts import UNKNOWN, Account, changing, folded, read
from scorecard.identity.passwords import hashed, matches, outdated, refuse_weak
from scorecard.identity.settings import AccessSettings, Lockout
from scorecard.storage.data_dir import DataDir

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


class SignInRefused(ScorecardError):
    """Nobody was signed in."""


class MustWait(SignInRefused):
    """Nothing was looked at: after wrong passwords this source has to wait so many seconds."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = ceil(wait / timedelta(seconds=1))
        when = f"{ceil(self.seconds / 60)} 分钟" if self.seconds > 90 else f"{self.seconds} 秒"
        super().__init__(
            "登录", "输错次数过多，须等一等", f"{when}后再试", "账户没有锁定，已登录的窗口和别处的登录不受影响"
        )


def sign_in(
    data: DataDir,
    settings: AccessSettings,
    attempts: FailedAttempts,
    name: str,
    password: str,
    origin: str,
    now: datetime | None = None,
    source: str | None = None,
) -> Account:
    """The account whose password this is. Raises SignInRefused, in the same words for a wrong name and password.

    `source` is whom failures are counted for, as a rule an address; `origin` is what the audit shows.
    """
    now, source = now or datetime.now(UTC), source or origin
    typed = folded(name)[:100]
    asker = Actor(ROLE_NAMES["nobody"], "nobody", origin=origin)
    known = read(data).find(typed)
    account = known or attempts.account(typed)
    if wait := attempts.begin(typed, source, account, settings.lockout, now):
        attempts.refusals.record(data, asker, account.name, "等待期间的尝试", now)
        raise MustWait(wait)
    right = matches(account.digest, password)
    if known is None:
        attempts.failed(typed)
        attempts.refusals.record(data, asker, UNKNOWN, "账户不存在", now)
        raise _refused()
    with changing(data) as accounts:
        before = accounts.get(typed)
        if before is None or before.epoch != known.epoch:  # changed by somebody meanwhile
            raise _refused()
        if right:
            digest = hashed(password) if outdated(before.digest) else before.digest
            account = before.model_copy(update={"failures": 0, "locked_until": None, "digest": digest})
        else:
            account = before.after_failure()
        accounts[typed] = account
    if not right:
        attempts.refusals.record(data, asker, account.name, "密码不对", now)
        raise _refused()
    attempts.succeeded(typed, source)
    if account.disabled:
        audit.record(data, asker, "登录", account.name, "拒绝", reason="账户已停用")
        raise SignInRefused("登录", "账户已停用", "启用的账户", "请联系管理员")
    before_it = {"reason": f"此前连续输错 {before.failures} 次"} if before.failures else {}
    audit.record(data, account.actor(origin), "登录", account.name, "成功", way="本地账户", **before_it)
    return account


def change_password(
    data: DataDir,
    settings: AccessSettings,
    name: str,
    old: str,
    new: str,
    origin: str,
    attempts: FailedAttempts | None = None,
    source: str | None = None,
) -> Account:
    """The account with its new password; its sessions end. Wrong old passwords are delayed as in `sign_in`."""
    known, typed, source = read(data).find(name), folded(name), source or origin
    now, attempts = datetime.now(UTC), attempts or FailedAttempts()
    if known is None:
        raise _refused()
    if wait := attempts.begin(typed, source, known, settings.lockout, now):
        attempts.refusals.record(data, known.actor(origin), known.name, "等待期间的尝试", now)
        raise MustWait(wait)
    with audit.recorded(data, known.actor(origin), "账户", known.name, change="修改密码"):
        right = matches(known.digest, old)
        if right:
            attempts.succeeded(typed, source)
        if right and matches(known.digest, new):
            raise ScorecardError("新密码", "与现在的密码相同", "另一个密码")
        if right:
            refuse_weak(new, known.name, settings.password.minimum_length)
        digest = hashed(new) if right else known.digest
        with changing(data) as accounts:
            before = accounts.get(typed)
            if before is None or before.epoch != known.epoch:
                raise _refused()
            changed = before.with_password(digest, must_change=False)
            accounts[typed] = changed if right else before.after_failure()
        if not right:
            raise ScorecardError("现在的密码", "不对", "登录所用的密码", "请重新输入")
        return changed


def _refused() -> SignInRefused:
    return SignInRefused("登录", "账户或密码不对", "登记的账户和密码", "请重新输入；忘记密码请联系管理员重置")
