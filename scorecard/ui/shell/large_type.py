"""The switch for the meeting room: everything larger, to be read from ten metres; kept in the address and across pages."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from scorecard.charts.enlarge import enlarged

FACTOR = 1.7  # the smallest words of a card become 20 px at 1920 by 1080
_KEY = "room"
_SHEET = Path(__file__).resolve().parent / "room.css"


def switch() -> None:
    """The switch in the band on top, and the larger look while it is on."""
    if st.toggle("会议室大字", key=_KEY, bind="query-params", persist_state="session"):
        st.html(_style())


def fitted(figure: Any) -> Any:
    """The figure as this room needs it."""
    return enlarged(figure, FACTOR) if st.session_state.get(_KEY) else figure


@cache
def _style() -> str:
    return f"<style>:root{{--room:{FACTOR}}}{_SHEET.read_text(encoding='utf-8')}</style>"
