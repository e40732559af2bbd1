"""What the screen says of the actor: who is signed in, how to sign in, and why a page is closed to them."""

from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from scorecard.access import CAPABILITY_NAMES, RIGHTS, ROLE_NAMES, Capability, role_names
from scorecard.identity.authentication import Identity
from scorecard.ui.shell import identity
from scorecard.ui.shell.addresses import address, home, page_in
from scorecard.ui.shell.cached import seeds_catalog
from scorecard.ui.shell.templating import render


def actor_text(of: Identity) -> str:
    """Name, role and department as the masthead has them; the role alone of a visitor."""
    actor = of.actor
    if not of.signed_in:
        return ROLE_NAMES[actor.role]
    if not actor.department:
        return f"{actor.name}（{ROLE_NAMES[actor.role]}）"
    catalog = seeds_catalog()
    department, role = catalog.departments.get(actor.department), ROLE_NAMES[actor.role]
    role = catalog.words.unit if actor.department in catalog.units and actor.role == "department" else role
    return f"{actor.name}（{role} · {department.name if department else actor.department}）"


def form_href(form: str) -> str:
    """The address of a form of the server that returns to the page on screen."""
    page = urlsplit(st.context.url or "").path or home()
    query = urlencode(st.query_params.to_dict())
    return address(f"/{form}?next={quote(page_in(f'{page}?{query}'))}")


def sign_in_href() -> str:
    """Where to sign in: at the form, or on the account page, which has the provider's button too."""
    return form_href("account" if identity.settings().oidc.enabled else "signin")


def sign_in_first(of: Identity) -> None:
    """The ways to sign in, instead of a page."""
    if of.must_change:
        text = f"{of.actor.name}，请先修改密码，然后就可以使用看板。"
        _prompt("请先修改密码", text, form_href("password"), "修改密码")
        return
    href = form_href("signin") if identity.settings().local_accounts else ""
    _prompt("请先登录", "看板只向有账户的人开放。请登录后查看。", href, "用本系统账户登录", of.note)
    if identity.settings().oidc.enabled:
        st.button("统一身份认证登录", on_click=st.login, key="oidc")


def forbidden_page(title: str, capability: Capability, of: Identity) -> None:
    """Which right a page needs, instead of the page: for an actor who reached it by its address."""
    names = role_names(seeds_catalog().words.role)
    allowed = "、".join(
        name for role, name in names.items() if capability in RIGHTS[role] and role not in ("console", "consumer")
    )
    role = names[of.actor.role]
    text = f"这一页需要“{CAPABILITY_NAMES[capability]}”的权限，有权限的身份：{allowed}。您现在的身份是{role}。"
    href, word = (home(), "返回总览") if of.signed_in else (sign_in_href(), "登录")
    _prompt(title, text, href, word)


def _prompt(title: str, text: str, href: str, word: str, note: str = "") -> None:
    st.html(render("ui/shell/sign_in_first.html", title=title, text=text, note=note, href=href, word=word))
