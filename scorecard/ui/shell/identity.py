"""Who sits at this screen: pages get the actor from here only, and ask at every act, so that an expired right is gone."""

from collections.abc import Mapping
from typing import Any, cast

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from scorecard.access import Actor
from scorecard.identity.authentication import NOBODY, Authenticator, Identity
from scorecard.identity.request import Request
from scorecard.identity.sessions import Session
from scorecard.identity.settings import AccessSettings

_WINDOW = "_window"  # how long this window has been open and in use
# None where the app runs without its gateway: then nobody is signed in.
_authenticator: Authenticator | None = None


def use(authenticator: Authenticator) -> None:
    """From now on windows are identified by this authenticator, behind whose gateway the app runs."""
    global _authenticator
    _authenticator = authenticator


def settings() -> AccessSettings:
    """Which ways to sign in this server offers."""
    return _authenticator.settings if _authenticator else AccessSettings()


def current() -> Actor:
    """The actor at this screen."""
    return identify().actor


def visit() -> str:
    """What a file offered at this screen is bound to."""
    request = _request()
    return _authenticator.visit(request, current()) if _authenticator and request else ""


def _request() -> Request | None:
    """The request that opened this window; None unless the gateway let it in."""
    if _authenticator is None or get_script_run_ctx() is None:
        return None
    headers = st.context.headers
    return _authenticator.window_request((name, value) for name in headers for value in headers.get_all(name))


def identify() -> Identity:
    """The actor at this screen, by which way they signed in, and a note for them."""
    context, request = get_script_run_ctx(), _request()
    if _authenticator is None or context is None or request is None:
        return Identity(NOBODY)
    now = _authenticator.clock()
    window: Session[None] = st.session_state.setdefault(_WINDOW, Session(None, now, now))
    claims = cast("Mapping[str, Any]", st.user.to_dict()) if settings().oidc.enabled else {}
    identity = _authenticator.of_window(request, claims, window)
    _authenticator.allow_upload(context.session_id, identity.actor.may("upload"))
    return identity
