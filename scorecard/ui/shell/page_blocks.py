"""The blocks of a page in the order they are shown: its picture is made of the same blocks, so the two cannot differ.

Widgets are no blocks: what was chosen in them goes into the picture as words. Each run of a page, and each drawer, has
blocks of its own; a fragment that runs alone has none.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scorecard.store.open_version import Version


@dataclass(frozen=True)
class Drawn:
    """A figure as drawn for white paper, regardless of the large-type switch; `as_of` is the day all its tables reach."""

    figure: Any  # Plotly is known to scorecard.charts only
    title: str
    as_of: date | None


PageBlock = str | Drawn
"""HTML as it stands on the page, or a figure."""


@dataclass
class PageBlocks:
    """A page, or a drawer beside it, as far as it has run.

    `choice` is what the reader chose, in words; `period` goes into the file's name, empty where a page has no period.
    """

    title: str = ""
    version: Version | None = None
    period: str = ""
    choice: dict[str, str] = field(default_factory=dict[str, str])
    blocks: list[PageBlock] = field(default_factory=list[PageBlock])
    buttons_place: DeltaGenerator | None = None

    def choose(self, label: str, text: str) -> None:
        """Add a choice of the reader, in the page's words."""
        self.choice[label] = text


_current: ContextVar[PageBlocks | None] = ContextVar("page_blocks", default=None)


def begin() -> PageBlocks:
    """New blocks for the run of a page."""
    page = PageBlocks()
    _current.set(page)
    return page


def current_blocks() -> PageBlocks:
    """The blocks of the page or drawer that runs now."""
    return _current.get() or PageBlocks()


@contextmanager
def separate_blocks(drawer: PageBlocks) -> Generator[PageBlocks]:
    """Inside it, what is shown belongs to the drawer and not to the page."""
    before = _current.set(drawer)
    try:
        yield drawer
    finally:
        _current.reset(before)


def show(html: str) -> None:
    """Show HTML, on the screen and in the picture."""
    st.html(html)
    record_block(html)


def record_block(block: PageBlock) -> None:
    """Add a block to the page or drawer that runs now."""
    current_blocks().blocks.append(block)
