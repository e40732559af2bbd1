"""Tabulations and listings on a page: a table with bars, and rows by pages, each row with what its batches said of it."""

from collections.abc import Sequence

import streamlit as st

from scorecard.access import Actor
from scorecard.catalog.tabulations.declarations import Listing, Tabulation
from scorecard.store.tabulations import Reading, Tabulated, listed, reading, tabulate
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show, show_case_rows
from scorecard.ui.shell.templating import render

PAGE_ROWS = 20


def reading_of(view: View) -> Reading:
    """The version under the reader's selection."""
    return reading(view.version, view.selection)


def told(view: View, tabulations: Sequence[Tabulation]) -> list[Tabulated]:
    """What the tabulations say for the selection, each counted once."""
    of = reading_of(view)
    return [view.cached(f"tabulation {one.id}", lambda one=one: tabulate(of, one)) for one in tabulations]


def bars(one: Tabulated) -> list[float | None]:
    """How long the bar of each line is, in percent of the longest: of the first figure, of a funnel all in its unit."""
    rows = one.tabulation
    same = [
        bool(rows.by) or rows.figures[at].measured_in == rows.figures[0].measured_in for at in range(len(one.lines))
    ]
    values = [line.values[0] if drawn else None for line, drawn in zip(one.lines, same, strict=True)]
    top = max((value for value in values if value), default=None)
    if not rows.chart or top is None:
        return []
    return [None if value is None else round(float(100 * value / top), 1) for value in values]


def show_listing(view: View, listing: Listing, actor: Actor) -> None:
    """A listing: how many rows, and for those who may see them a page of them."""
    of, choice = reading_of(view), view.selection
    count = listed(of, listing, actor, limit=0)
    sources = [view.catalog.sources[name].title for name in listing.sources]
    show(render("ui/work/listing_head.html", one=count, sources=sources))
    if not count.count or count.withheld:
        return
    pages = -(-count.count // PAGE_ROWS)
    key = f"page {listing.id} {choice.department} {choice.scope} {choice.period.key}"
    page = st.pagination(pages, key=key) if pages > 1 else 1
    first = PAGE_ROWS * (page - 1)
    rows = listed(of, listing, actor, limit=PAGE_ROWS, offset=first)
    show_case_rows(render("ui/work/listing_rows.html", one=rows, first=first + 1), actor)
