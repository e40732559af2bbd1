"""Signing in with a local account, being locked out, and one's own password. Every act is recorded.

A name that does not exist is answered after the same time and in the same words as a wrong password, and is locked
alike. The record never holds what somebody typed as a name, unless it is the name of an account: people type passwords
into the wrong field.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.identity.account_file import Account, changing, read, with_password, write
from scorecard.identity.passwords import hashed, matches, outdated, refuse_weak
from scorecard.identity.settings import AccessSettings
from scorecard.storage.data_dir import DataDir

UNKNOWN = "未登记的账户"
_PAUSE = timedelta(
    seconds=30
)  # between two records of guesses at names that do not exist, or at a locked account


class SignInRefused(ScorecardError):
    """Nobody was signed in."""


@dataclass
class FailedAttempts:
    """What this process remembers of failed sign-ins that no account keeps: names that do not exist, records left out."""

    failures: dict[str, tuple[int, datetime]] = field(default_factory=dict)  # name -> how often, locked until
    recorded: dict[str, tuple[datetime, int]] = field(
        default_factory=dict
    )  # subject -> last line, left out since
    most: int = 1000

    def locked_until(self, name: str) -> datetime:
        return self.failures.get(name, (0, datetime.min.replace(tzinfo=UTC)))[1]

    def failed(self, name: str, settings: AccessSettings, now: datetime) -> None:
        """Count as an account would."""
        count, until = self.failures.pop(name, (0, now))
        count += 1
        if count >= settings.lockout.attempts:
            count, until = 0, now + timedelta(minutes=settings.lockout.minutes)
        self.failures[name] = (count, until)
        if len(self.failures) > self.most:  # the oldest goes: memory has an end
            del self.failures[next(iter(self.failures))]

    def worth_a_line(self, subject: str, now: datetime) -> int | None:
        """How many failures the next line stands for, or None when there was a line a moment ago."""
        last, left_out = self.recorded.get(subject, (datetime.min.replace(tzinfo=UTC), 0))
        if now - last < _PAUSE:
            self.recorded[subject] = (last, left_out + 1)
            return None
        self.recorded[subject] = (now, 0)
        return left_out + 1


def sign_in(
    data: DataDir,
    settings: AccessSettings,
    guesses: FailedAttempts,
    name: str,
    password: str,
    origin: str,
    now: datetime | None = None,
) -> Account:
    """The account whose password this is. Raises SignInRefused, in the same words for a wrong name and password."""
    now = now or datetime.now(UTC)
    typed = name.strip().casefold()[:100]
    asker = Actor(ROLE_NAMES["nobody"], "nobody", origin=origin)
    account = read(data).find(typed)
    subject = account.name if account else UNKNOWN
    until = account.locked_until if account else guesses.locked_until(typed)
    if until and until > now:
        if count := guesses.worth_a_line(f"{subject}/locked", now):
            audit.record(data, asker, "登录", subject, "拒绝", reason="账户锁定期间的尝试", count=count)
        raise _locked(until, now)
    right = matches(account.digest if account else None, password)
    if account is None:
        guesses.failed(typed, settings, now)
        if count := guesses.worth_a_line(UNKNOWN, now):
            audit.record(data, asker, "登录", UNKNOWN, "拒绝", reason="账户不存在", count=count)
        raise _locked_or_wrong(guesses.locked_until(typed), now)
    with changing(data) as book:
        current = book.find(account.name)
        if current is None or current.epoch != account.epoch:  # changed by somebody meanwhile
            raise _wrong()
        if current.locked_until and current.locked_until > now:  # by guesses that ran at the same time
            raise _locked(current.locked_until, now)
        failures = 0 if right else current.failures + 1
        closed = failures >= settings.lockout.attempts
        current = current.model_copy(
            update={
                "failures": 0 if closed else failures,
                "locked_until": now + timedelta(minutes=settings.lockout.minutes) if closed else None,
                "digest": hashed(password) if right and outdated(current.digest) else current.digest,
            }
        )
        if current != book.find(account.name):
            write(data, book.having(current))
    if not right:
        reason = f"连续输错 {failures} 次" + (f"，锁定 {settings.lockout.minutes} 分钟" if closed else "")
        audit.record(data, asker, "登录", current.name, "拒绝", reason=reason)
        raise _locked_or_wrong(current.locked_until, now)
    if current.disabled:
        audit.record(data, asker, "登录", current.name, "拒绝", reason="账户已停用")
        raise SignInRefused("登录", "账户已停用", "启用的账户", "请联系管理员")
    audit.record(data, current.actor(origin), "登录", current.name, way="本地账户")
    return current


def _wrong() -> SignInRefused:
    return SignInRefused("登录", "账户或密码不对", "登记的账户和密码", "请重新输入；忘记密码请联系管理员重置")


def _locked(until: datetime, now: datetime) -> SignInRefused:
    minutes = max(1, ceil((until - now) / timedelta(minutes=1)))
    return SignInRefused(
        "登录", "连续输错次数过多，账户已锁定", f"{minutes} 分钟后再试", "或联系管理员重置密码"
    )


def _locked_or_wrong(until: datetime | None, now: datetime) -> SignInRefused:
    return _locked(until, now) if until and until > now else _wrong()


# --- one's own password ---------------------------------------------------------------------------------------


def change_password(
    data: DataDir, settings: AccessSettings, name: str, old: str, new: str, origin: str
) -> Account:
    """The account with its new password; its sessions end. Wrong old passwords count towards the lockout."""
    account = read(data).find(name)
    if account is None:
        raise _wrong()
    with audit.recorded(data, account.actor(origin), "账户", account.name, change="修改密码"):
        now = datetime.now(UTC)
        if account.locked_until and account.locked_until > now:
            raise _locked(account.locked_until, now)
        right = matches(account.digest, old)
        if right:
            if matches(account.digest, new):
                raise ScorecardError("新密码", "与现在的密码相同", "另一个密码")
            refuse_weak(new, account.name, settings.password.minimum_length)
        digest = hashed(new) if right else account.digest
        with changing(data) as book:
            current = book.find(account.name)
            if current is None or current.epoch != account.epoch:
                raise _wrong()
            if not right:
                failures = current.failures + 1
                until = now + timedelta(minutes=settings.lockout.minutes)
                closed = failures >= settings.lockout.attempts
                kept = {"failures": 0 if closed else failures, "locked_until": until if closed else None}
                write(data, book.having(current.model_copy(update=kept)))
                raise ScorecardError("现在的密码", "不对", "登录所用的密码", "请重新输入")
            return with_password(data, book, current, digest, must_change=False)
