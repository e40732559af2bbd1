"""Files that a page offers: made when somebody asks for them, for whoever asks then, and kept nowhere.

A page draws a link with a ticket; behind the ticket lies the recipe and the visit it was drawn for. The server asks who
follows the link, so that a right that has ended since ends the link too. The framework's own download button does
neither: it keeps the rights of the moment it was drawn, and its files answer to anybody who knows their address.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import streamlit as st

from scorecard.access import Actor, Capability
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.templating import render

_OFFERS = "_offered_files"
# Recipes live as long as the window that offers them.
_offers: "WeakValueDictionary[str, FileOffer]" = WeakValueDictionary()


@dataclass(frozen=True)
class FileOffer:
    """A file as a page offers it: what it is called, the right it needs, how it is made for an actor, and to whose visit."""

    name: str
    needs: Capability
    make: Callable[[Actor], bytes]
    visit: str


@dataclass
class _Window:
    """The offers of one window: those of this run and of the one before, whose links may still be on the screen."""

    tickets: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    now: dict[str, FileOffer] = field(default_factory=dict[str, FileOffer])
    before: dict[str, FileOffer] = field(default_factory=dict[str, FileOffer])


def begin() -> None:
    """A new run of a page begins."""
    window = _window()
    window.before, window.now = window.now, {}


def download(
    label: str,
    name: str,
    make: Callable[[Actor], bytes],
    *,
    needs: Capability,
    key: str,
    look: str = "",
    at_once: bool = False,
) -> None:
    """A link to a file, for users with the right; `at_once`: the file was asked for already, and comes by itself."""
    if not identity.current().may_somewhere(needs):
        return
    window = _window()
    ticket = window.tickets.setdefault((key, name), secrets.token_urlsafe(24))
    window.now[ticket] = _offers[ticket] = FileOffer(name, needs, make, identity.visit())
    st.html(render("ui/shell/download.html", label=label, ticket=ticket, look=look, at_once=at_once), width="content")


def made(ticket: str, actor: Actor, visit: str) -> tuple[FileOffer, bytes]:
    """The file behind a ticket, made for the actor who asks now. Raises ScorecardError where there is none for them."""
    offer = _offers.get(ticket)
    if offer is None:
        raise ScorecardError("下载", "这个下载链接已经失效", "页面上现有的链接", "请刷新页面后重新下载")
    if not secrets.compare_digest(offer.visit, visit):
        found = "登录已退出、已过期，或者账户的身份已改变"
        audit.record(data_dir(), actor, "导出", offer.name, "拒绝", reason=found)
        raise ScorecardError("下载", found, "打开页面时的登录", "请重新登录后再下载")
    actor.require(offer.needs, actor.department)
    return offer, offer.make(actor)


def _window() -> _Window:
    return st.session_state.setdefault(_OFFERS, _Window())
