"""Accounts × rights × last use, for the inspection (等保): made of the rights that are enforced, not written beside them."""

from collections.abc import Iterable, Mapping
from typing import get_args

from scorecard.access import CAPABILITY_NAMES, ROLE_NAMES, Actor, Capability
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry
from scorecard.identity.account_file import Account, Accounts
from scorecard.identity.settings import Granted
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import write_csv

HEADER = ("账户", "身份", "部门", "状态", *CAPABILITY_NAMES.values(), "最近使用")
_ELSEWHERE = "由反向代理或统一身份认证登录"


def rights_table(
    accounts: Accounts, departments: Mapping[str, str], entries: Iterable[AuditEntry]
) -> list[tuple[str, ...]]:
    """A row for every local account, then for everybody whom the audit knows by another way of signing in."""
    roles = {ROLE_NAMES[role]: role for role in get_args(Granted)}  # no visitor, no program, no command line
    used = {entry.actor: entry for entry in entries if entry.result == "成功" and entry.role in roles}
    rows = [
        (
            account.name,
            ROLE_NAMES[account.role],
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
            rows.append((name, entry.role, "", _ELSEWHERE, *given, _day(entry)))
    return rows


def right(actor: Actor, capability: Capability) -> str:
    """ "有", "本部门" for a right that ends at the own department, or nothing: what Actor.may says."""
    if actor.may(capability):
        return "有"
    return "本部门" if actor.may(capability, actor.department) else ""


def usable(account: Account) -> bool:
    """Whether signing in to it gives any right at all."""
    return not account.disabled and not account.must_change


def state(account: Account) -> str:
    """Whether it may be used, in a word."""
    return "已停用" if account.disabled else "待首次登录改密" if account.must_change else "启用"


def exported(data: DataDir, actor: Actor, accounts: Accounts, departments: Mapping[str, str]) -> bytes:
    """The table as a CSV file; on record. Raises Forbidden."""
    with audit.recorded(data, actor, "导出", "账户与权限", rows=len(accounts.accounts)):
        actor.require("accounts")
        return write_csv(HEADER, rights_table(accounts, departments, audit.entries(data)))


def _day(entry: AuditEntry | None) -> str:
    return entry.at.replace("T", " ")[:16] if entry else "从未"
