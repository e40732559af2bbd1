"""Rows that were set aside when their extract was taken in and still wait: how many, which, and the file to correct them in."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from scorecard.catalog.definitions import Catalog
from scorecard.ui.shell.templating import render

SHOWN = 20  # rows of a batch on screen; all of them are in the file


def show(
    waiting: Sequence[Any],
    catalog: Catalog,
    rows: Callable[[Any, Collection[int], int], Sequence[Any]],
    as_csv: Callable[[Any, Collection[int]], bytes],
) -> None:
    """Each batch with rows that wait: its first rows with their reasons, and all of them as a file. Nothing when none wait."""
    if not waiting:
        return
    counts: Counter[str] = Counter()
    for one in waiting:
        counts[catalog.tables[one.batch.table].name] += len(one.lines)
    st.html(render("ui/intake/asides.html", counts=counts))
    for number, one in enumerate(waiting, 1):
        batch, name = one.batch, catalog.tables[one.batch.table].name
        st.html(
            render(
                "ui/intake/asides_batch.html",
                name=name,
                batch=batch,
                count=len(one.lines),
                rows=rows(batch, one.lines, SHOWN),
            )
        )
        st.download_button(
            f"下载第 {number} 批搁置的行（{name}，{len(one.lines):,} 行）",
            data=lambda one=one: as_csv(one.batch, one.lines),
            file_name=f"搁置_{batch.table}_{batch.name}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"aside_{batch.table}_{batch.name}",
        )
