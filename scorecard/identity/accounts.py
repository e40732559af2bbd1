"""data/accounts.json, the local accounts (passwords as hashes only), and what an administrator does with them.

The file is written whole or not at all. Create, assign, reset, disable: every act is recorded. Accounts × rights × last use, for
等保, is made of the rights that are enforced, not written beside them.
"""

import re
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import get_args

from pydantic import ValidationError

from scorecard.access import CAPABILITY_NAMES, ROLE_NAMES, Actor, Capability, console, role_names
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry
from scorecard.catalog.conditions import Frozen
from scorecard.errors import ScorecardError, StorageError
from scorecard.identity.passwords import hashed, invented
from scorecard.identity.settings import Granted
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, storage_errors
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import write_csv

WHERE = "账户文件"


class Account(Frozen):
    """One account. `epoch` grows with every change that ends its sessions: password, role, being disabled."""

    name: str
    role: Granted
    department: str | None = None
    digest: str
    must_change: bool = False  # the password was given by somebody else
    disabled: bool = False
    epoch: int = 1
    failures: int = 0  # wrong passwords since the last right one
    locked_until: datetime | None = None  # written by earlier programs, which closed accounts; nothing asks for it
    created_at: datetime
    password_at: datetime

    def actor(self, origin: str) -> Actor:
        return Actor(self.name, self.role, self.department, origin)

    def after_failure(self) -> "Account":
        return self.model_copy(update={"failures": self.failures + 1, "locked_until": None})

    def with_password(self, digest: str, *, must_change: bool) -> "Account":
        """The account with another password, which ends its sessions."""
        changes = {"digest": digest, "must_change": must_change, "failures": 0, "locked_until": None}
        return self.model_copy(update={**changes, "epoch": self.epoch + 1, "password_at": datetime.now(UTC)})


class Accounts(Frozen):
    """All accounts, in the order in which they were created."""

    accounts: tuple[Account, ...] = ()
    seal: str = ""  # of the file; earlier programs wrote none

    def find(self, name: str) -> Account | None:
        """The account of this name, however it is capitalised."""
        return next((account for account in self.accounts if folded(account.name) == folded(name)), None)


def folded(name: str) -> str:
    """The name by which accounts differ: stripped, and case-folded."""
    return name.strip().casefold()


def read(data: DataDir) -> Accounts:
    """The accounts as they are now, whichever process wrote them; parsed again only when it changed."""
    with storage_errors(WHERE):
        try:
            return _parsed(checksums.read_sealed(data, data.accounts))
        except FileNotFoundError:
            return Accounts()


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> Accounts:
    with suppress(ValidationError):
        if checksums.is_sealed(content):
            return Accounts.model_validate_json(content)
    remedy = "请从备份恢复 accounts.json；本系统不会覆盖它"
    raise StorageError(WHERE, "内容已损坏或被改动，无法读取", "系统写下的账户文件", remedy)


@contextmanager
def changing(data: DataDir) -> Generator[dict[str, Account]]:
    """The accounts by folded name, for one writer at a time; written at the end, unless an error ends the block.

    Publishing and building do not wait for this lock. The file is readable by the server's own user only.
    """
    with exclusive_lock(data, data.accounts_lock):
        before = read(data)
        accounts = {folded(account.name): account for account in before.accounts}
        yield accounts
        after = Accounts(accounts=tuple(accounts.values()))
        if after.accounts != before.accounts:
            with storage_errors(WHERE):
                checksums.write_sealed(data, data.accounts, after.model_dump(mode="json"))


FIRST = "admin"
UNKNOWN = "未登记的账户"
_RESERVED = {name.casefold() for name in (*ROLE_NAMES.values(), "系统", UNKNOWN)}
_NAME = re.compile(r"[\w.-]{2,32}")


def create(
    data: DataDir, actor: Actor, name: str, role: Granted, department: str | None, departments: Collection[str]
) -> str:
    """Create an account; its first password, which its owner must change."""
    with audit.recorded(data, actor, "账户", name.strip()[:32], change="新增", role=ROLE_NAMES[role]):
        actor.require("accounts")
        name = name.strip()
        if not _NAME.fullmatch(name) or name.casefold() in _RESERVED:
            raise ScorecardError("账户名", f"“{name[:40]}”", "2—32 个汉字、字母、数字，可含 . - _", "请换一个名称")
        _check_department(role, department, departments)
        password = invented()
        account = _new(name, role, department, password)
        with changing(data) as accounts:
            if folded(name) in accounts:
                raise ScorecardError("账户名", f"“{name}”已有账户", "不重复的名称", "请换一个名称")
            accounts[folded(name)] = account
        return password


def assign(
    data: DataDir, actor: Actor, name: str, role: Granted, department: str | None, departments: Collection[str]
) -> None:
    """Give an account another role or department, which ends its sessions."""
    with audit.recorded(data, actor, "账户", name, change="调整身份", role=ROLE_NAMES[role]):
        actor.require("accounts")
        _check_department(role, department, departments)
        _change(data, name, role=role, department=department)


def set_disabled(data: DataDir, actor: Actor, name: str, disabled: bool) -> None:
    """Disable or enable an account. Nothing is removed: the audit still names it."""
    with audit.recorded(data, actor, "账户", name, change="停用" if disabled else "启用"):
        actor.require("accounts")
        _change(data, name, disabled=disabled)


def reset(data: DataDir, actor: Actor, name: str) -> str:
    """A new first password for an account."""
    with audit.recorded(data, actor, "账户", name, change="重置密码"):
        actor.require("accounts")
        return _reset(data, name)


def first_administrator(data: DataDir) -> str | None:
    """The password of the administrator that a first start creates; None when there are accounts already."""
    if data.accounts.exists():
        return None
    password = invented()
    admin = _new(FIRST, "administrator", None, password)
    with changing(data) as accounts:
        if accounts:  # another process was first
            return None
        accounts[FIRST] = admin
    audit.record(data, console("首次启动"), "账户", FIRST, change="首次启动，新增管理员")
    return password


def reset_administrator(data: DataDir) -> str:
    """A new password for `admin`, enabled and an administrator again: for a user with a shell on the server."""
    if password := first_administrator(data):
        return password
    with audit.recorded(data, console("服务器命令行"), "账户", FIRST, change="重置管理员密码"):
        return _reset(data, FIRST, role="administrator", department=None, disabled=False)


def _new(name: str, role: Granted, department: str | None, password: str) -> Account:
    now = datetime.now(UTC)
    return Account(
        name=name,
        role=role,
        department=department,
        digest=hashed(password),
        must_change=True,
        created_at=now,
        password_at=now,
    )


def _reset(data: DataDir, name: str, **changes: object) -> str:
    password = invented()
    digest = hashed(password)
    with changing(data) as accounts:
        account = _known(accounts, name).model_copy(update=changes)
        accounts[folded(name)] = account.with_password(digest, must_change=True)
    return password


def _change(data: DataDir, name: str, **changes: object) -> None:
    with changing(data) as accounts:
        account = _known(accounts, name)
        administered = _administered(accounts)
        accounts[folded(name)] = account.model_copy(update={**changes, "epoch": account.epoch + 1})
        if administered and not _administered(accounts):
            raise ScorecardError("账户", "这是最后一个启用的管理员", "至少一个启用的管理员", "请先设好另一个管理员")


def _administered(accounts: Mapping[str, Account]) -> bool:
    return any(account.role == "administrator" and not account.disabled for account in accounts.values())


def _known(accounts: Mapping[str, Account], name: str) -> Account:
    account = accounts.get(folded(name))
    if account is None:
        raise ScorecardError("账户", f"没有名为“{name[:40]}”的账户", "登记的账户", "请刷新页面")
    return account


def _check_department(role: Granted, department: str | None, departments: Collection[str]) -> None:
    if role == "department" and department not in departments:
        raise ScorecardError("所属", "没有选择", "这一身份的账户须属于一个部门或法院", "请选择它属于哪一个")
    if role != "department" and department is not None:
        raise ScorecardError("所属", f"身份为“{ROLE_NAMES[role]}”", "这一身份的账户不属于某个部门或法院")


HEADER = ("账户", "身份", "所属", "状态", *CAPABILITY_NAMES.values(), "最近使用")
_ELSEWHERE = "由反向代理或统一身份认证登录"


def rights_table(
    accounts: Accounts, departments: Mapping[str, str], entries: Iterable[AuditEntry], bound: str
) -> list[tuple[str, ...]]:
    """A row for every local account, then for everybody whom the audit knows by another way of signing in."""
    names = role_names(bound)
    roles = {ROLE_NAMES[role]: role for role in get_args(Granted)}  # no visitor, no program, no command line
    used = {entry.actor: entry for entry in entries if entry.result == "成功" and entry.role in roles}
    rows = [
        (
            account.name,
            names[account.role],
            departments.get(account.department or "", account.department or ""),
            state(account),
            *(right(account.actor(""), each) if usable(account) else "" for each in CAPABILITY_NAMES),
            _day(used.get(account.name)),
        )
        for account in accounts.accounts
    ]
    for name, entry in used.items():
        if accounts.find(name) is None:
            given = (right(Actor(name, roles[entry.role], "*"), each) for each in CAPABILITY_NAMES)
            rows.append((name, names[roles[entry.role]], "", _ELSEWHERE, *given, _day(entry)))
    return rows


def right(actor: Actor, capability: Capability) -> str:
    """ "有", "仅所属" for a right that ends at the own department, or nothing: what Actor.may says."""
    if actor.may(capability):
        return "有"
    return "仅所属" if actor.may(capability, actor.department) else ""


def usable(account: Account) -> bool:
    """Whether signing in to it gives any right at all."""
    return not account.disabled and not account.must_change


def state(account: Account) -> str:
    """Whether it may be used, in a word."""
    return "已停用" if account.disabled else "待首次登录改密" if account.must_change else "启用"


def exported(data: DataDir, actor: Actor, accounts: Accounts, departments: Mapping[str, str], bound: str) -> bytes:
    """The table as a CSV file; on record. Raises Forbidden."""
    with audit.recorded(data, actor, "导出", "账户与权限", rows=len(accounts.accounts)):
        actor.require("accounts")
        return write_csv(HEADER, rights_table(accounts, departments, audit.entries(data), bound))


def _day(entry: AuditEntry | None) -> str:
    return entry.at.replace("T", " ")[:16] if entry else "从未"
