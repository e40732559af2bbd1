"""The table for the inspection equals what is enforced: each right of it is asked of the actor who signs in."""

import csv
import io
from itertools import product

import pytest

from scorecard.access import CAPABILITY_NAMES, ROLE_NAMES, Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.identity import accounts
from scorecard.identity.accounts import HEADER, exported, rights_table
from scorecard.storage.data_dir import DataDir
from tests.support.actors import ADMINISTRATOR, LEADER, account

NAMES = {"leadership": "组长", "department": "内勤", "case_management": "李四", "administrator": "王五"}
DEPARTMENTS = {"civil": "民事审判庭", "filing": "立案庭"}


@pytest.fixture
def known(data: DataDir) -> accounts.Accounts:
    for role, name in NAMES.items():
        account(data, "leadership", name)
        department = "civil" if role == "department" else None
        accounts.assign(data, ADMINISTRATOR, name, role, department, DEPARTMENTS)  # type: ignore[arg-type]
    account(data, "leadership", "离任")
    accounts.set_disabled(data, ADMINISTRATOR, "离任", True)
    accounts.create(data, ADMINISTRATOR, "新人", "administrator", None, [])
    return accounts.read(data)


def test_every_cell_is_what_the_actor_may(known: accounts.Accounts, data: DataDir) -> None:
    table = {
        row[0]: dict(zip(HEADER, row, strict=True))
        for row in rights_table(known, DEPARTMENTS, audit.entries(data), "部门")
    }
    for role, (capability, word) in product(NAMES, CAPABILITY_NAMES.items()):
        found = known.find(NAMES[role])
        assert found is not None
        actor = found.actor("本机")
        said = table[NAMES[role]][word]
        assert (said == "有") == actor.may(capability) == (actor.may(capability, "filing") and said != "")
        assert (said != "") == actor.may(capability, actor.department) == actor.may_somewhere(capability)
    for name in ("离任", "新人"):
        assert {table[name][word] for word in CAPABILITY_NAMES.values()} == {""}
    assert [table[name]["状态"] for name in ("李四", "离任", "新人")] == ["启用", "已停用", "待首次登录改密"]


def test_last_use_is_the_last_line_of_the_audit_that_succeeded(known: accounts.Accounts, data: DataDir) -> None:
    used = audit.record(data, Actor("李四", "case_management"), "登录", "李四")
    audit.record(data, Actor("李四", "case_management"), "导出", "某表", "拒绝")
    elsewhere = audit.record(data, Actor("=代理来的", "department", "civil"), "登录", "=代理来的")
    rows = {row[0]: row for row in rights_table(known, DEPARTMENTS, audit.entries(data), "部门")}
    assert rows["李四"][-1] == used.at.replace("T", " ")[:16]
    assert rows["新人"][-1] == "从未"
    assert rows["=代理来的"][1:4] == ("部门", "", "由反向代理或统一身份认证登录")
    assert rows["=代理来的"][-1] == elsewhere.at.replace("T", " ")[:16]
    assert dict(zip(HEADER, rows["=代理来的"], strict=True))["查看案件清单"] == "仅所属"


def test_visitors_programs_and_the_command_line_are_no_accounts(known: accounts.Accounts, data: DataDir) -> None:
    """Nor is what they do the last use of an account of the same name."""
    before = rights_table(known, DEPARTMENTS, audit.entries(data), "部门")
    for role in set(ROLE_NAMES) - set(NAMES):
        audit.record(data, Actor("市中院", role), "接口读取", "values")
        audit.record(data, Actor("新人", role), "接口读取", "values")
    assert rights_table(known, DEPARTMENTS, audit.entries(data), "部门") == before


def test_the_file_is_the_table_and_is_an_administrator_s(known: accounts.Accounts, data: DataDir) -> None:
    audit.record(data, Actor("=代理来的", "leadership"), "登录", "=代理来的")
    rows = list(csv.reader(io.StringIO(exported(data, ADMINISTRATOR, known, DEPARTMENTS, "部门").decode("utf-8-sig"))))
    assert tuple(rows[0]) == HEADER
    assert len(rows) == len(known.accounts) + 2  # the header, and whom only the audit knows
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    assert (audit.entries(data)[-1].action, audit.entries(data)[-1].subject) == ("导出", "账户与权限")
    with pytest.raises(Forbidden):
        exported(data, LEADER, known, DEPARTMENTS, "部门")
