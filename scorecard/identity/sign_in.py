"""Signing in with a local account, being locked out, and one's own password. Every attempt is recorded.

A name that does not exist is answered after the same time and in the same words as a wrong password, and is locked
alike. The audit never holds what was typed as a name, unless it is the name of an account: people type passwords into
the wrong field.
"""

from datetime import UTC, datetime, timedelta
from math import ceil

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.identity.account_file import Account, changing, folded, read
from scorecard.identity.passwords import hashed, matches, outdated, refuse_weak
from scorecard.identity.settings import AccessSettings, Lockout
from scorecard.storage.data_dir import DataDir

UNKNOWN = "未登记的账户"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PAUSE = timedelta(seconds=30)  # between two audit lines of attempts on unknown names, or on a locked account


class SignInRefused(ScorecardError):
    """Nobody was signed in."""


class FailedAttempts:
    """Failed sign-ins that no account remembers: on names that do not exist, and those without an audit line of their own."""

    def __init__(self, most: int = 1000) -> None:
        self.unknown: dict[str, Account] = {}  # typed name -> an account as if it existed
        self._lines: dict[str, tuple[datetime, int]] = {}  # subject -> last line, attempts left out since
        self._most = most

    def account(self, name: str) -> Account:
        """The account of a name that does not exist: it counts failures and is locked as any other, but opens to nobody."""
        return self.unknown.get(name) or Account(
            name=UNKNOWN, role="leadership", digest="", created_at=_LONG_AGO, password_at=_LONG_AGO
        )

    def failed(self, name: str, lockout: Lockout, now: datetime) -> Account:
        """The same after one more failure."""
        account = self.account(name).after_failure(lockout, now)
        self.unknown.pop(name, None)
        self.unknown[name] = account
        if len(self.unknown) > self._most:  # the oldest goes: memory has an end
            self.unknown.pop(next(iter(self.unknown)), None)
        return account

    def record(self, data: DataDir, asker: Actor, subject: str, reason: str, now: datetime) -> None:
        """An audit line that stands for all attempts since the last one; none while that was a moment ago."""
        last, left_out = self._lines.get(key := f"{subject} {reason}", (_LONG_AGO, 0))
        if now - last < _PAUSE:
            self._lines[key] = (last, left_out + 1)
        else:
            self._lines[key] = (now, 0)
            audit.record(data, asker, "登录", subject, "拒绝", reason=reason, count=left_out + 1)


def sign_in(
    data: DataDir,
    settings: AccessSettings,
    attempts: FailedAttempts,
    name: str,
    password: str,
    origin: str,
    now: datetime | None = None,
) -> Account:
    """The account whose password this is. Raises SignInRefused, in the same words for a wrong name and password."""
    now = now or datetime.now(UTC)
    typed = folded(name)[:100]
    asker = Actor(ROLE_NAMES["nobody"], "nobody", origin=origin)
    known = read(data).find(typed)
    account = known or attempts.account(typed)
    if account.locked(now):
        attempts.record(data, asker, account.name, "账户锁定期间的尝试", now)
        raise _refused(account, now)
    right = matches(account.digest, password)
    if known is None:
        account = attempts.failed(typed, settings.lockout, now)
        attempts.record(data, asker, UNKNOWN, "账户不存在", now)
        raise _refused(account, now)
    with changing(data) as accounts:
        before = accounts.get(typed)
        if before is None or before.epoch != known.epoch:  # changed by somebody meanwhile
            raise _refused(None, now)
        if before.locked(now):  # by attempts that ran at the same time
            raise _refused(before, now)
        if right:
            digest = hashed(password) if outdated(before.digest) else before.digest
            account = before.model_copy(update={"failures": 0, "locked_until": None, "digest": digest})
        else:
            account = before.after_failure(settings.lockout, now)
        accounts[typed] = account
    if not right:
        lock = f"，锁定 {settings.lockout.minutes} 分钟" if account.locked(now) else ""
        reason = f"连续输错 {before.failures + 1} 次{lock}"
        audit.record(data, asker, "登录", account.name, "拒绝", reason=reason)
        raise _refused(account, now)
    if account.disabled:
        audit.record(data, asker, "登录", account.name, "拒绝", reason="账户已停用")
        raise SignInRefused("登录", "账户已停用", "启用的账户", "请联系管理员")
    audit.record(data, account.actor(origin), "登录", account.name, way="本地账户")
    return account


def change_password(data: DataDir, settings: AccessSettings, name: str, old: str, new: str, origin: str) -> Account:
    """The account with its new password; its sessions end. Wrong old passwords count towards the lockout."""
    known = read(data).find(name)
    now = datetime.now(UTC)
    if known is None:
        raise _refused(None, now)
    with audit.recorded(data, known.actor(origin), "账户", known.name, change="修改密码"):
        if known.locked(now):
            raise _refused(known, now)
        right = matches(known.digest, old)
        if right and matches(known.digest, new):
            raise ScorecardError("新密码", "与现在的密码相同", "另一个密码")
        if right:
            refuse_weak(new, known.name, settings.password.minimum_length)
        digest = hashed(new) if right else known.digest
        with changing(data) as accounts:
            before = accounts.get(folded(name))
            if before is None or before.epoch != known.epoch:
                raise _refused(None, now)
            changed = before.with_password(digest, must_change=False)
            accounts[folded(name)] = changed if right else before.after_failure(settings.lockout, now)
        if not right:
            raise ScorecardError("现在的密码", "不对", "登录所用的密码", "请重新输入")
        return changed


def _refused(account: Account | None, now: datetime) -> SignInRefused:
    if account and account.locked_until and account.locked_until > now:
        minutes = max(1, ceil((account.locked_until - now) / timedelta(minutes=1)))
        reason = "连续输错次数过多，账户已锁定"
        return SignInRefused("登录", reason, f"{minutes} 分钟后再试", "或联系管理员重置密码")
    return SignInRefused("登录", "账户或密码不对", "登记的账户和密码", "请重新输入；忘记密码请联系管理员重置")
