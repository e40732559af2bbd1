"""Who is here: the one place from which pages get the actor. Asked at every act, so that what has expired is over."""

from collections.abc import Mapping
from typing import Any, cast

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from scorecard.access import Actor
from scorecard.identity.authentication import NOBODY, Authenticator, Identity
from scorecard.identity.connections import HEADER

_reception: list[
    Authenticator
] = []  # of this process; empty where the app runs without its doors: then nobody is here


def opened(reception: Authenticator) -> None:
    """The server has opened its doors: from now on windows are recognised."""
    _reception[:] = [reception]


def reception() -> Authenticator | None:
    """The reception of this server."""
    return _reception[0] if _reception else None


def current() -> Actor:
    """Whoever sits at this screen."""
    return arrival().actor


def arrival() -> Identity:
    """Whoever sits at this screen, by which way they came, and what has to be told to them."""
    known = reception()
    if known is None:
        return Identity(NOBODY)
    visit = known.visits.find(st.context.headers.get_all(HEADER))
    found = known.receive(
        visit, cast("Mapping[str, Any]", st.user.to_dict()) if known.settings.oidc.enabled else {}
    )
    context = get_script_run_ctx()
    if visit is not None and context is not None:
        # The upload endpoint knows sessions of the framework only; it takes files for those whose actor may upload.
        remember = visit.sessions.add if found.actor.may("upload") else visit.sessions.discard
        remember(context.session_id)
    return found
