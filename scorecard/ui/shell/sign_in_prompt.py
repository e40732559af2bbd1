"""What somebody sees who may not go on: the ways to sign in, or why a page is not theirs and what to do."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from scorecard.access import CAPABILITY_NAMES, RIGHTS, ROLE_NAMES, Actor, Capability
from scorecard.identity.authentication import Identity
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import seeds_catalog
from scorecard.ui.shell.return_to import page_in
from scorecard.ui.shell.templating import render


@dataclass(frozen=True)
class Who:
    """Who is here, as the masthead says it."""

    text: str
    signed_in: bool
    way: str
    note: str
    sign_in: str
    direct: bool


def who(actor: Actor, arrival: Identity) -> Who:
    """Name, role and department of whoever is here, and where they sign in or out."""
    known = actor.role not in ("nobody", "visitor")
    department = f" · {_department(actor.department)}" if actor.department else ""
    text = f"{actor.name}（{ROLE_NAMES[actor.role]}{department}）" if known else ROLE_NAMES[actor.role]
    direct = not _by_oidc()
    return Who(text, known, arrival.way, arrival.note, here("signin" if direct else "account"), direct)


def here(form: str) -> str:
    """The address of a form that leads back to the page on screen."""
    page = urlsplit(st.context.url or "").path or "/"
    query = urlencode(st.query_params.to_dict())
    return f"/{form}?next={quote(page_in(f'{page}?{query}'))}"


def sign_in_first(arrival: Identity) -> None:
    """Nothing but the way in."""
    if arrival.must_change:
        text = f"{arrival.actor.name}，请先修改密码，然后就可以使用看板。"
        st.html(
            render(
                "ui/shell/sign_in_first.html",
                title="请先修改密码",
                text=text,
                note="",
                href=here("password"),
                word="修改密码",
            )
        )
        return
    text = "看板只向有账户的人开放。请登录后查看。"
    local = _by_accounts()
    shown = {"title": "请先登录", "text": text, "note": arrival.note, "word": "用本系统账户登录"}
    st.html(render("ui/shell/sign_in_first.html", href=here("signin") if local else "", **shown))
    offer_oidc()


def offer_oidc() -> None:
    """The button of the OpenID Connect provider, where there is one."""
    if _by_oidc():
        st.button("统一身份认证登录", on_click=st.login, key="oidc")


def forbidden_page(title: str, capability: Capability, actor: Actor) -> None:
    """A page somebody reached by its address without having the right to it."""
    allowed = "、".join(
        name for role, name in ROLE_NAMES.items() if capability in RIGHTS[role] and role != "console"
    )
    text = f"这一页需要“{CAPABILITY_NAMES[capability]}”的权限，有权限的身份：{allowed}。您现在的身份是{ROLE_NAMES[actor.role]}。"
    known = actor.role != "visitor"
    href, word = ("/", "返回总览") if known else (here("signin"), "登录")
    if not known and _by_oidc():
        href, word = here("account"), "登录"
    st.html(render("ui/shell/sign_in_first.html", title=title, text=text, note="", href=href, word=word))


def _by_oidc() -> bool:
    known = identity.reception()
    return known is not None and known.settings.oidc.enabled


def _by_accounts() -> bool:
    known = identity.reception()
    return known is None or known.settings.local_accounts


def _department(id: str) -> str:
    known = seeds_catalog().departments.get(id)
    return known.name if known else id
