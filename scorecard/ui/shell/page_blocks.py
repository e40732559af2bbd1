"""The blocks of a page in the order they are shown: its picture is made of the same blocks, so the two cannot differ.

Widgets are no blocks: what was chosen in them goes into the picture as words. Each run of a page, and each drawer, has
blocks of its own; a fragment that runs alone has none.
"""

from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scorecard.access import Actor
from scorecard.audit.entry import trace
from scorecard.charts.theme import palette
from scorecard.narrative.trend import Trend
from scorecard.store.open_version import Version
from scorecard.ui.shell.templating import render


@dataclass(frozen=True)
class Drawn:
    """A figure as drawn for white paper, regardless of the large-type switch; `as_of` is the day all its tables reach.

    Of a trend also what it shows, and its value, target, change and source in a sentence.
    """

    figure: Any  # Plotly is known to scorecard.charts only
    title: str
    as_of: date | None
    trend: Trend | None = None
    said: str = ""


@dataclass(frozen=True)
class StandingLine:
    """One line at the foot of the first screen: what it is about, where that is, and (text, css class) of each part."""

    name: str
    href: str
    parts: tuple[tuple[str, str], ...]


PageBlock = str | Drawn
"""HTML as it stands on the page, or a figure."""


@dataclass
class PageBlocks:
    """A page, or a drawer beside it, as far as it has run.

    `choices`: the line of what was chosen, where a page's own choice stands too.
    `traced`: it shows case rows, to this account at this time.
    `choice` is what the reader chose, in words; `period` goes into the file's name, empty where a page has no period.
    """

    title: str = ""
    version: Version | None = None
    period: str = ""
    choice: dict[str, str] = field(default_factory=dict[str, str])
    blocks: list[PageBlock] = field(default_factory=list[PageBlock])
    buttons_place: DeltaGenerator | None = None
    choices: DeltaGenerator | None = None
    traced: str = ""

    def choose(self, label: str, text: str) -> None:
        """Add a choice of the reader, in the page's words."""
        self.choice[label] = text


@dataclass(frozen=True)
class _AsItIs:
    """HTML that the framework sends as it is: to look for the indentation of a string's lines takes it a fifth of a page's run."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


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
    st.html(_AsItIs(html))
    record_block(html)


def show_template(template: str, /, **values: Any) -> None:
    """Fill a template and show it, on the screen and in the picture."""
    show(render(template, **values))


def show_on_screen(template: str, /, **values: Any) -> None:
    """Fill a template and show it on the screen alone: it is no part of the page's picture."""
    st.html(_AsItIs(render(template, **values)))


def show_case_rows(html: str, actor: Actor) -> None:
    """Show rows of cases, with the reader's account and the time faintly over them."""
    mark_case_rows(actor)
    taken = current_blocks().traced
    show(render("ui/shell/case_rows.html", rows=html, mark=_mark(taken), taken=taken))


def mark_case_rows(actor: Actor) -> None:
    """The page shows case rows: its pictures say who took them, and when."""
    current_blocks().traced = trace(actor)


def _mark(text: str) -> str:
    """The text as a slanted picture, which repeats over the rows; it is data, and escaped."""
    style = f'transform="rotate(-18 10 120)" font-size="15" fill="{palette().grey}" fill-opacity=".2"'
    words = f'<text x="10" y="120" {style}>{escape(text)}</text>'
    return b64encode(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="340" height="150">{words}</svg>'.encode()
    ).decode()


def record_block(block: PageBlock) -> None:
    """Add a block to the page or drawer that runs now."""
    current_blocks().blocks.append(block)
