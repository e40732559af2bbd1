"""The switch 会议室大字: everything larger, readable from ten metres; kept in the address and across pages."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from scorecard.charts.figure import enlarged

FACTOR = 1.7  # the smallest words of a card become 20 px at 1920 by 1080
_KEY = "room"
_LOW = 500  # pixels of a figure without a row for each case, which has to be whole on the screen


def switch() -> None:
    """The switch in the band on top, and the larger style while it is on."""
    if st.toggle("会议室大字", key=_KEY, bind="query-params", persist_state="session"):
        st.html(_style())


def in_chosen_size(figure: Any) -> Any:
    """The figure, enlarged while the switch is on. Its height is enlarged with the page, and once more where rows need it."""
    if not st.session_state.get(_KEY):
        return figure
    larger = enlarged(figure, FACTOR)
    if figure.layout.height <= _LOW:
        larger.layout.height = figure.layout.height
    return larger


@cache
def _style() -> str:
    sheet = Path(__file__).with_name("room.css").read_text(encoding="utf-8")
    return f"<style>:root{{--room:{FACTOR}}}{sheet}</style>"
