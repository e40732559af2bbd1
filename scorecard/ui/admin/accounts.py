"""账户 and 我的账户: the list, the forms, a first password shown once. The page carries out what the forms return."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

import streamlit as st

from scorecard.access import Actor, Role, role_names
from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.definitions import Catalog
from scorecard.identity.accounts import HEADER, Account, Accounts, create, exported, read, rights_table, state
from scorecard.identity.authentication import Identity
from scorecard.identity.settings import Granted
from scorecard.ui.admin.audit import verified
from scorecard.ui.shell import sign_in_prompt
from scorecard.ui.shell.addresses import address
from scorecard.ui.shell.cached import data_dir, seeds_catalog
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen

AccountAct = Literal["assign", "reset", "disable", "enable"]
ROLES: tuple[Granted, ...] = get_args(Granted)
_RESULT = "_accounts_result"
_COUNT = "_accounts_forms"  # number of the form: after it was sent, an empty one with another key


@dataclass(frozen=True)
class NewAccount:
    """An account to be created."""

    name: str
    role: Granted
    department: str | None


@dataclass(frozen=True)
class AccountChange:
    """A change of an account."""

    name: str
    act: AccountAct
    role: Granted
    department: str | None


def departments_of(catalog: Catalog) -> dict[str, str]:
    """The departments an account can belong to: id -> name; no collective ones."""
    departments = catalog.departments.values()
    return {department.id: department.name for department in departments if not department.collective}


def own(identity: Identity) -> None:
    """我的账户: name, role and a link to change one's password, or the ways to sign in."""
    if not identity.signed_in:
        sign_in_prompt.sign_in_first(identity)
        return
    href = sign_in_prompt.form_href("password") if identity.way == "本地账户" else ""
    role = _role_name(identity.actor.role)
    show_on_screen("ui/admin/own_account.html", identity=identity, role=role, href=href)


def table(accounts: Accounts, departments: Mapping[str, str]) -> None:
    """All accounts, in the order in which they were created."""
    show_on_screen(
        "ui/admin/accounts.html",
        accounts=accounts.accounts,
        role_name=_role_name,
        choice=seeds_catalog().words.choice,
        departments=departments,
        state=_state,
        court=COURT_TIME,
    )


def _role_name(role: Role) -> str:
    return role_names(seeds_catalog().words.role)[role]


def _state(account: Account) -> str:
    wrong = account.failures and not account.disabled
    return state(account) + (f"（最近连续输错密码 {account.failures} 次）" if wrong else "")


def rights(accounts: Accounts, departments: Mapping[str, str], actor: Actor) -> None:
    """Who may do what, and when they last did anything; the same as a file for the inspection."""
    with st.expander("账户与权限对照（等保检查用）"):
        words = seeds_catalog().words
        rows = rights_table(accounts, departments, verified(actor).entries, words.role)
        show_on_screen("ui/admin/rights.html", head=HEADER, rows=rows, choice=words.choice)
        download(
            "导出账户与权限（CSV）",
            "账户与权限.csv",
            lambda asking: exported(data_dir(), asking, read(data_dir()), departments, words.role),
            needs="accounts",
            key="rights",
        )


def offer_office(actor: Actor) -> None:
    """In place of 数据报送, for those who keep the accounts: the accounts that may hand in, or the form of the first one."""
    if not actor.may("accounts"):
        return
    data = data_dir()
    show_result()
    known = [one.name for one in read(data).accounts if one.role == "case_management" and not one.disabled]
    if known:
        show_on_screen("ui/shell/note.html", text=f"审管办账户：{'、'.join(known)}。请其本人登录后报送。")
        return
    departments = departments_of(seeds_catalog())
    text = "数据由审管办报送和发布，现在还没有审管办的账户，可以在这里建立。"
    if new := new_account_form(departments, "建立审管办账户", text, "case_management"):
        password = create(data, actor, new.name, new.role, new.department, departments)
        place = urlsplit(st.context.url or "")
        signin = f"{place.scheme}://{place.netloc}{address('/signin')}"
        announce(
            f"已新增账户“{new.name}”。请其打开 {signin} ，用这个账户名和密码登录，再打开“数据”下的“数据报送”。",
            password,
        )


def new_account_form(
    departments: Mapping[str, str], title: str = "新增账户", text: str = "", likely: Granted = "leadership"
) -> NewAccount | None:
    """The form of a new account; its values in the run after it was sent."""
    show_on_screen("ui/shell/section.html", text=text, title=title)
    form = f"new-{st.session_state.get(_COUNT, 0)}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.text_input("账户名", key=f"{form}-name", max_chars=32, width=220)
        role = _role(form, likely)
        department = _department(form, role, departments)
        sent = st.button("新增", key="create", type="primary", disabled=not name.strip())
    return NewAccount(name.strip(), role, department) if sent else None


def change_form(accounts: Accounts, departments: Mapping[str, str]) -> AccountChange | None:
    """The form of a known account; the change in the run after a button was pressed."""
    show_on_screen("ui/shell/section.html", text="", title="调整账户")
    names = [account.name for account in accounts.accounts]
    if not names:
        return None
    name = st.selectbox("账户", names, key="account", width=220)
    account = accounts.find(name)
    assert account is not None  # one of the names offered
    form = f"change-{name}-{account.epoch}"
    closing: tuple[AccountAct, str] = ("enable", "启用") if account.disabled else ("disable", "停用")
    acts: list[tuple[AccountAct, str]] = [("assign", "保存身份"), ("reset", "重置密码"), closing]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        role = _role(form, account.role)
        department = _department(form, role, departments, account.department)
        done: list[AccountAct] = [act for act, word in acts if st.button(word, key=act)]
    return AccountChange(name, done[0], role, department) if done else None


def _role(form: str, chosen: Granted) -> Granted:
    return st.selectbox("身份", ROLES, index=ROLES.index(chosen), format_func=_role_name, key=f"{form}-role", width=150)


def _department(form: str, role: Granted, departments: Mapping[str, str], chosen: str | None = None) -> str | None:
    if role != "department":
        return None
    known = list(departments)
    index = known.index(chosen) if chosen in known else None
    return st.selectbox(
        seeds_catalog().words.choice,
        known,
        index=index,
        format_func=departments.__getitem__,
        placeholder="请选择",
        key=f"{form}-department",
        width=230,
    )


def announce(text: str, secret: str = "", what: str = "密码") -> None:
    """Run the page again and show a result there, with a password or a token that is shown this once."""
    st.session_state[_RESULT] = (text, secret, what)
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    st.rerun()


def show_result() -> None:
    """Show the result of the last act."""
    text, secret, what = st.session_state.pop(_RESULT, ("", "", ""))
    if text:
        show_on_screen("ui/admin/account_result.html", text=text, secret=secret, what=what)
