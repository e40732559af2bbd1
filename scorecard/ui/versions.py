"""版本: what is published, from which batches, and the way back. Shows and asks; the page acts."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from scorecard.freshness import COURT_TIME
from scorecard.store import Manifest
from scorecard.ui.data import Version
from scorecard.ui.markup import render


def published(version: Version) -> None:
    """The current version and the batches it was built from."""
    catalog = version.catalog
    rows = [
        {
            **batch,
            "table_name": catalog.tables[batch["table"]].name
            if batch["table"] in catalog.tables
            else batch["table"],
            "accepted": moment(batch["accepted_at"]),
            "hash": batch["source_sha256"][:12],
            "found": sum(count["count"] for count in batch["counts"]),
        }
        for batch in version.manifest.batches
    ]
    st.html(
        render(
            "published.html",
            manifest=version.manifest,
            published_at=moment(version.manifest.published_at),
            rows=rows,
        )
    )


def history(manifests: Sequence[Manifest], current: str) -> None:
    """Every published version, newest first."""
    rows = [
        {
            "version": one.version,
            "when": moment(one.published_at),
            "actor": one.actor,
            "batches": len(one.batches),
            "as_of": max(one.as_of.values(), default=""),
            "sample": one.sample,
            "current": one.version == current,
        }
        for one in manifests
    ]
    st.html(render("history.html", rows=rows))


def wants_to_roll_back(manifests: Sequence[Manifest], current: str) -> str | None:
    """The older version someone chose and confirmed; otherwise None."""
    older = {one.version: one for one in manifests if one.version != current}
    if not older:
        return None
    st.html(render("note.html", text="回退只改变看板显示哪个版本，不删除任何数据；可以随时再换回来。"))
    with st.form("rollback", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            chosen = st.selectbox(
                "回退到",
                list(older),
                format_func=lambda one: f"{one}　{moment(older[one].published_at)}",
                width=420,
            )
        sure = st.checkbox("我确认改用这个版本，所有读者随即看到它的数据")
        pressed = st.form_submit_button("回退")
    if not pressed:
        return None
    if not sure:
        st.warning("请勾选确认，再点“回退”。")
        return None
    return chosen


def moment(text: str) -> str:
    """2026年11月3日 09:15, in the court's time."""
    at = datetime.fromisoformat(text)
    local = at.astimezone(COURT_TIME) if at.tzinfo else at
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
