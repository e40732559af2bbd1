"""Rows that were set aside when their extract was taken in: how many still wait, and the file to correct them in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from scorecard.definitions import Catalog
from scorecard.ui.markup import render


def show(
    batches: Sequence[Any], waiting: Mapping[str, int], catalog: Catalog, as_csv: Callable[[Any], bytes]
) -> None:
    """The batches that have rows set aside, with their rows as a file; nothing when there are none."""
    held = [batch for batch in batches if batch.aside]
    if not held:
        return
    rows = [{"table": catalog.tables[name].name, "count": count} for name, count in waiting.items() if count]
    st.html(render("asides.html", rows=rows))
    with st.container(horizontal=True):
        for number, batch in enumerate(held, 1):
            st.download_button(
                f"下载第 {number} 批搁置的行（{catalog.tables[batch.table].name}，{batch.aside:,} 行）",
                data=lambda batch=batch: as_csv(batch),
                file_name=f"搁置_{batch.table}_{batch.name}.csv",
                mime="text/csv",
                on_click="ignore",
                key=f"aside_{batch.table}_{batch.name}",
            )
