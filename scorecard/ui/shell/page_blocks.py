"""What a page shows, kept while it runs: its picture is made of these same blocks, so picture and page cannot differ.

Widgets are not recorded: what was chosen in them goes into the picture as words. Each run, and each drawer, has a record
of its own; where none is begun (a fragment that runs alone) nothing is kept.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from scorecard.store.open_version import Version


@dataclass(frozen=True)
class Drawn:
    """A figure on the page, drawn for white paper whatever the room; `as_of` is the day all its tables reach."""

    figure: Any
    title: str
    as_of: date | None


PageBlock = str | Drawn
"""HTML as it stands on the page, or a figure."""


@dataclass
class PageBlocks:
    """A page, or a drawer beside it, as far as it has run.

    `choice` is what was chosen above, in words; `period` heads the file's name and is empty where nothing has a period.
    """

    title: str = ""
    version: Version | None = None
    period: str = ""
    choice: dict[str, str] = field(default_factory=dict[str, str])
    blocks: list[PageBlock] = field(default_factory=list[PageBlock])
    place: Any = None

    def choose(self, label: str, said: str) -> None:
        """One more thing the reader chose, as the page has it."""
        self.choice[label] = said


_now: ContextVar[PageBlocks | None] = ContextVar("shown", default=None)


def begin() -> PageBlocks:
    """A new record for the run of a page; the one before is forgotten."""
    record = PageBlocks()
    _now.set(record)
    return record


def page() -> PageBlocks:
    """The record of what is running now."""
    return _now.get() or PageBlocks()


@contextmanager
def separate_blocks(page: PageBlocks) -> Generator[PageBlocks]:
    """While it lasts, what is shown belongs to this record and not to the page's: a drawer."""
    before = _now.set(page)
    try:
        yield page
    finally:
        _now.reset(before)


def show(html: str) -> None:
    """A piece of the page, on the screen and in the record."""
    st.html(html)
    keep(html)


def keep(block: PageBlock) -> None:
    """One more block of what is running, in the order in which it is read."""
    record = _now.get()
    if record is not None:
        record.blocks.append(block)
