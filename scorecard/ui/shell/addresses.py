"""Addresses of this server: all of them lie below its base path, and after signing in nobody is led to another server.

The base path (/ysh behind a proxy, otherwise empty) is the framework's own setting server.baseUrlPath; nothing else knows it.
Links between pages are relative and need nothing from here.
"""

import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

import streamlit as st
from streamlit import config
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

_BASE = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_READ_PAGE = "_page_read"  # the page of the session's last run, as the framework names it
_PAGE = re.compile(r"/[A-Za-z0-9_]*(\?[^\s\\#]*)?")  # no second slash, no host, no scheme


def parsed_base_path(text: str) -> str | None:
    """A base path as it is written in an option (ysh, /ysh, /ysh/); None for what cannot be one."""
    path = text.strip().strip("/")
    path = f"/{path}" if path else ""
    return path if _BASE.fullmatch(path) else None


def base_path() -> str:
    """The path below which this server answers: "/ysh", or "" for the whole host."""
    path = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{path}" if path else ""


def address(path: str) -> str:
    """The address of a path of this server: /signin is /ysh/signin below /ysh."""
    return base_path() + path


def inside(path: str) -> str | None:
    """The reverse of `address`: the path without the base; None for a path that does not lie below it."""
    base = base_path()
    return path[len(base) :] if path.startswith(f"{base}/") else None


def home() -> str:
    """The address of the first page."""
    return address("/")


def page_of(text: str) -> str:
    """The text if it is the address of a page of this server, otherwise the first page."""
    page = inside(text) if len(text) < 2000 else None
    return text if page is not None and _PAGE.fullmatch(page) else home()


def page_in(url: str) -> str:
    """The page that an address of this server shows; of the account page (it has the provider's button), the page before it."""
    parts = urlsplit(url)
    page = page_of((parts.path or home()) + (f"?{parts.query}" if parts.query else ""))
    return page_of(parse_qs(parts.query).get("next", [page])[0]) if parts.path == address("/account") else page


def keep_what_the_link_says() -> None:
    """On another page, what its address chooses: the framework drops the words that the last page's widgets were bound to.

    Ours are the same words on every page; without them a link to another page fell back to its defaults.
    """
    context = get_script_run_ctx()
    if context is None or st.session_state.get(_READ_PAGE) == context.page_script_hash:
        return
    st.session_state[_READ_PAGE] = context.page_script_hash
    asked = dict(parse_qsl(context.query_string))
    if asked != st.query_params.to_dict():
        st.query_params.from_dict(asked)
        with context.session_state.query_params() as query:
            query.set_initial_query_params_from_current()
