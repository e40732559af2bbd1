"""What an administrator does with local accounts: create, assign, reset, disable. Every act is recorded."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from scorecard.access import ROLE_NAMES, Actor, console
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.identity.account_file import Account, changing, folded
from scorecard.identity.failed_attempts import UNKNOWN
from scorecard.identity.passwords import hashed, invented
from scorecard.identity.settings import Granted
from scorecard.storage.data_dir import DataDir

FIRST = "admin"
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
        raise ScorecardError("部门", "没有选部门", "身份为“部门”的账户须属于一个部门", "请选择部门")
    if role != "department" and department is not None:
        raise ScorecardError("部门", f"身份为“{ROLE_NAMES[role]}”", "只有身份为“部门”的账户属于某个部门")
