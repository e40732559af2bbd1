"""Tabulations and listings on a page: a table with bars, and rows by pages, each row with what its batches said of it."""

from collections.abc import Sequence

import streamlit as st

from etl.versions.row_history import row_history
from scorecard.access import Actor
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from scorecard.store.listings import listed
from scorecard.store.row_files import exported_listing
from scorecard.store.tabulations import Reading, Tabulated, reading, tabulate
from scorecard.ui.shell import page_blocks
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import PageBlocks, show_case_rows, show_on_screen, show_template
from scorecard.ui.shell.templating import render
from scorecard.ui.work.worklists import who_may

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
    if not rows.chart:
        return []
    same = [bool(rows.by) or rows.numbers[at][1] == rows.numbers[0][1] for at in range(len(one.lines))]
    values = [line.values[0] if drawn else None for line, drawn in zip(one.lines, same, strict=True)]
    top = max((value for value in values if value), default=None)
    if top is None:
        return []
    return [None if value is None else round(float(100 * value / top), 1) for value in values]


def show_listing(view: View, listing: RowListing, actor: Actor, row: str) -> None:
    """A listing on the page of a row of the plan or of a prompt: how many rows, and who may sees a page of them and their file."""
    of, choice, catalog = reading_of(view), view.selection, view.catalog
    count = listed(of, listing, actor, limit=0)
    show_template(
        "ui/work/listing_head.html", one=count, sources=[catalog.sources[name].title for name in listing.sources]
    )
    if count.withheld:  # of this account only: no part of the page's picture
        show_on_screen("ui/work/listing_withheld.html", text=who_may(catalog, actor), **_own_rows(view, actor, row))
    if not count.count or count.withheld:
        return
    pages = -(-count.count // PAGE_ROWS)
    key = f"{listing.id} {choice.department} {choice.scope} {choice.period.key}"
    page = st.pagination(pages, key=f"page {key}") if pages > 1 else 1
    first = PAGE_ROWS * (page - 1)
    rows = listed(of, listing, actor, limit=PAGE_ROWS, offset=first)
    keyed = row and catalog.tables[listing.table].key
    history = view.href("measures", measure=row, listing=listing.id) if keyed else ""
    show_case_rows(render("ui/work/listing_rows.html", one=rows, first=first + 1, history=history), actor)
    download(
        f"导出全部 {count.count:,} 行（CSV）",
        f"清单_{listing.name}_{choice.period.label}_{catalog.department_name(choice.department)}_{view.version.id}.csv",
        lambda actor: exported_listing(data_dir(), of, view.version.id, listing, actor),
        needs="export",
        key=f"export {key}",
    )


def _own_rows(view: View, actor: Actor, row: str) -> dict[str, str]:
    """The same page with the rows of the reader's own department; empty for who has none."""
    department = view.catalog.departments.get(actor.department or "")
    own = department.name if department else ""
    page = "measures" if row else "prompts"
    return {"own": own, "href": view.href(page, measure=row, department=own) if own else ""}


def open_history(view: View, listings: Sequence[RowListing], actor: Actor) -> None:
    """The line that the address names, in a drawer: what every batch said of it. Closing it takes it out of the address."""
    named = {listing.id: listing for listing in listings}.get(st.query_params.get("listing", ""))
    batch, _, line = st.query_params.get("line", "").partition(".")
    if named is None or not (batch.isdecimal() and line.isdecimal()):
        return
    said = row_history(data_dir(), reading_of(view), view.version.manifest, named, actor, (int(batch), int(line)))
    drawer = st.dialog(f"{named.name}：这一行的来历", width=940, position="right", on_dismiss=_closed)
    drawer(_drawn)(view, render("ui/work/listing_history.html", said=said), actor)


def _drawn(view: View, html: str, actor: Actor) -> None:
    with page_blocks.separate_blocks(PageBlocks(version=view.version)):
        show_case_rows(html, actor)


def _closed() -> None:
    for name in ("listing", "line"):
        st.query_params.pop(name, None)
