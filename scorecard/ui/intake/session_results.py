"""Results that a session computes once: a rerun of the page shows them again and computes nothing twice."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

Computed = TypeVar("Computed")


def computed_once(name: str, key: Hashable, compute: Callable[[], Computed], waiting: str) -> Computed:
    """The result of `compute()` for this key; only the last one under a name stays. `waiting` stands beside the spinner."""
    stored: tuple[Hashable, Computed] | None = st.session_state.get(f"_{name}")
    if stored is None or stored[0] != key:
        with st.spinner(waiting):
            stored = (key, compute())
        st.session_state[f"_{name}"] = stored
    return stored[1]
