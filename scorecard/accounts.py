"""Local accounts: signing in, being locked out, and what an administrator does with them. Every act is recorded.

A name that does not exist is answered after the same time and in the same words as a wrong password, and is locked
alike. The record never holds what somebody typed as a name, unless it is the name of an account: people type passwords
into the wrong field.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

from scorecard import audit
from scorecard.access import ROLE_NAMES, Actor, console
from scorecard.access_settings import AccessSettings, Granted
from scorecard.account_book import Account, Book, changing, read, write
from scorecard.errors import ScorecardError
from scorecard.layout import DataDir
from scorecard.passwords import hashed, invented, matches, outdated, refuse_weak

FIRST = "admin"
UNKNOWN = "未登记的账户"
_TAKEN = {name.casefold() for name in (*ROLE_NAMES.values(), "系统", UNKNOWN)}
_NAME = re.compile(r"[\w.-]{2,32}")
_PAUSE = timedelta(
    seconds=30
)  # between two records of guesses at names that do not exist, or at a locked account


class SignInRefused(ScorecardError):
    """Nobody was signed in."""


@dataclass
class Guesses:
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
    guesses: Guesses,
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
    with audit.told(data, account.actor(origin), "账户", account.name, change="修改密码"):
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
            return _with_password(data, book, current, digest, must_change=False)


# --- an administrator's work ----------------------------------------------------------------------------------


def create(
    data: DataDir,
    actor: Actor,
    name: str,
    role: Granted,
    department: str | None,
    departments: Collection[str],
) -> str:
    """A new account; what comes out is its first password, which its owner must change."""
    with audit.told(data, actor, "账户", name.strip()[:32], change="新增", role=ROLE_NAMES[role]):
        actor.require("accounts")
        name = name.strip()
        if not _NAME.fullmatch(name) or name.casefold() in _TAKEN:
            raise ScorecardError(
                "账户名", f"“{name[:40]}”", "2—32 个汉字、字母、数字，可含 . - _", "请换一个名称"
            )
        _check_department(role, department, departments)
        password = invented()
        digest = hashed(password)
        with changing(data) as book:
            if book.find(name):
                raise ScorecardError("账户名", f"“{name}”已有账户", "不重复的名称", "请换一个名称")
            now = datetime.now(UTC)
            account = Account(
                name=name,
                role=role,
                department=department,
                digest=digest,
                must_change=True,
                created_at=now,
                password_at=now,
            )
            write(data, book.having(account))
        return password


def assign(
    data: DataDir,
    actor: Actor,
    name: str,
    role: Granted,
    department: str | None,
    departments: Collection[str],
) -> None:
    """Another role or department; whoever is signed in to the account is signed out."""
    with audit.told(data, actor, "账户", name, change="调整身份", role=ROLE_NAMES[role]):
        actor.require("accounts")
        _check_department(role, department, departments)
        _change(data, name, role=role, department=department)


def set_disabled(data: DataDir, actor: Actor, name: str, disabled: bool) -> None:
    """Close an account, or open it again. Nothing of it is removed: records go on naming it."""
    with audit.told(data, actor, "账户", name, change="停用" if disabled else "启用"):
        actor.require("accounts")
        _change(data, name, disabled=disabled)


def reset(data: DataDir, actor: Actor, name: str) -> str:
    """A new first password for an account, which also opens a locked one."""
    with audit.told(data, actor, "账户", name, change="重置密码"):
        actor.require("accounts")
        return _reset(data, name)


def first_administrator(data: DataDir) -> str | None:
    """The password of the administrator that a first start creates; None when there are accounts already."""
    if data.accounts.exists():
        return None
    password = invented()
    digest = hashed(password)
    with changing(data) as book:
        if book.accounts:  # another process was first
            return None
        with audit.told(data, console("首次启动"), "账户", FIRST, change="首次启动，新增管理员"):
            now = datetime.now(UTC)
            admin = Account(
                name=FIRST,
                role="administrator",
                digest=digest,
                must_change=True,
                created_at=now,
                password_at=now,
            )
            write(data, book.having(admin))
    return password


def reset_administrator(data: DataDir) -> str:
    """A new password for `admin`, open and an administrator again: for whoever has a shell on the server."""
    if password := first_administrator(data):
        return password
    with audit.told(data, console("服务器命令行"), "账户", FIRST, change="重置管理员密码"):
        return _reset(data, FIRST, role="administrator", department=None, disabled=False)


def _reset(data: DataDir, name: str, **changes: object) -> str:
    password = invented()
    digest = hashed(password)
    with changing(data) as book:
        account = _known(book, name).model_copy(update=changes)
        _with_password(data, book, account, digest, must_change=True)
    return password


def _with_password(data: DataDir, book: Book, account: Account, digest: str, *, must_change: bool) -> Account:
    changes = {"digest": digest, "must_change": must_change, "failures": 0, "locked_until": None}
    changes |= {"epoch": account.epoch + 1, "password_at": datetime.now(UTC)}
    changed = account.model_copy(update=changes)
    write(data, book.having(changed))
    return changed


def _change(data: DataDir, name: str, **changes: object) -> None:
    with changing(data) as book:
        account = _known(book, name)
        changed = book.having(account.model_copy(update={**changes, "epoch": account.epoch + 1}))
        if book.administrators and not changed.administrators:
            raise ScorecardError(
                "账户", "这是最后一个启用的管理员", "至少一个启用的管理员", "请先设好另一个管理员"
            )
        write(data, changed)


def _known(book: Book, name: str) -> Account:
    account = book.find(name)
    if account is None:
        raise ScorecardError("账户", f"没有名为“{name[:40]}”的账户", "登记的账户", "请刷新页面")
    return account


def _check_department(role: Granted, department: str | None, departments: Collection[str]) -> None:
    if role == "department" and department not in departments:
        raise ScorecardError("部门", "没有选部门", "身份为“部门”的账户须属于一个部门", "请选择部门")
    if role != "department" and department is not None:
        raise ScorecardError("部门", f"身份为“{ROLE_NAMES[role]}”", "只有身份为“部门”的账户属于某个部门")
