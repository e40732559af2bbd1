"""数据报送, steps 3 and 4: what waits, what it would change, and 发布 of exactly what was looked at. The page acts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scorecard.catalog.definitions import Catalog
from scorecard.narrative.provenance import day_text
from scorecard.store import versions as store
from scorecard.store.open_version import Version
from scorecard.store.version_diff import Impact
from scorecard.ui.intake import impact
from scorecard.ui.intake.examination import Checked
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.templating import render

STEPS = ("选择文件", "体检", "影响", "发布")
_SEEN = "_impact"  # what the candidate looked at last would change


@dataclass(frozen=True)
class Pending:
    """The difference between what is published and what the batches and definitions of this moment give.

    `candidate` is the id that version would have; nothing is pending when it is the published one. `earlier` is the
    note of a candidate that was published before, None for any other.
    """

    candidate: str
    published: str
    added: Sequence[Any]
    removed: Sequence[str]
    definitions: bool
    leaves_sample: bool
    earlier: str | None = None

    @property
    def anything(self) -> bool:
        return self.candidate != self.published


def pending(version: Version | None, chosen: Sequence[Any], candidate: str, catalog: Catalog) -> Pending:
    """What waits to be published: batches no published version holds, withdrawn ones, changed definitions."""
    if version is None:
        return Pending(candidate if chosen else "", "", chosen, (), definitions=False, leaves_sample=False)
    published = {(one["table"], one["name"]): one for one in version.manifest.batches}
    now = {(one.table, one.name) for one in chosen}
    sample = version.manifest.sample and not any(one.sample for one in chosen)
    return Pending(
        candidate=candidate if chosen else version.id,
        published=version.id,
        added=[one for one in chosen if (one.table, one.name) not in published],
        removed=[] if sample else [str(one["file_name"]) for key, one in published.items() if key not in now],
        definitions=version.catalog.digest != catalog.digest,
        leaves_sample=sample,
        earlier={one.version: one.note for one in store.manifests(data_dir())}.get(candidate),
    )


def show_impact(waits: Pending, catalog: Catalog, compute: Callable[[], Impact]) -> bool:
    """Step 3; True when what this very candidate would change is on the screen."""
    st.html(
        render("ui/intake/step.html", number=3, title="影响", text="与当前版本比较：哪些行、哪些指标会变。")
    )
    rows = [
        {
            "table": catalog.tables[batch.table].name if batch.table in catalog.tables else batch.table,
            "file": batch.file_name,
            "rows": batch.rows,
            "aside": batch.aside,
            "as_of": day_text(batch.as_of),
            "actor": batch.actor,
            "note": batch.note,
        }
        for batch in waits.added
    ]
    st.html(render("ui/intake/waiting.html", rows=rows, waits=waits))
    if not waits.anything:
        return False
    found: Impact | None = st.session_state.get(_SEEN)
    if found is None or (found.candidate, found.current or "") != (waits.candidate, waits.published):
        if not st.button("计算影响", type="primary", key="impact"):
            return False
        with st.spinner("正在建库并与当前版本比较…"):
            found = st.session_state[_SEEN] = compute()
    if found.candidate != waits.candidate:
        st.html(render("ui/shell/note.html", text="计算期间又有批次接收或撤回，请重新计算影响。"))
        return False
    impact.show(found, catalog)
    return True


def ask_to_publish(waits: Pending, *, seen: bool) -> str | None:
    """Step 4; the note to publish with once the button was pressed, otherwise None."""
    st.html(
        render("ui/intake/step.html", number=4, title="发布", text="发布后所有读者看到新版本；随时可以回退。")
    )
    if not waits.anything:
        st.html(render("ui/shell/note.html", text="当前版本已包含全部批次，没有等待发布的内容。"))
        return None
    if not seen:
        st.html(render("ui/shell/note.html", text="请先计算影响，看过之后再发布。"))
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        note = version_note(waits.earlier)
        pressed = st.button("发布", type="primary", key="publish")
    return note if pressed else None


def version_note(earlier: str | None) -> str:
    """What is said of the version to be published; one published before (`earlier` is what was said then) keeps that."""
    if earlier is not None:
        kept = f"说明仍为“{earlier}”。" if earlier else "当时没有写说明。"
        st.html(render("ui/shell/note.html", text=f"这一版本此前发布过，再次发布不另写说明，{kept}"))
        return ""
    placeholder = "不写当事人等个人信息"
    return st.text_input(
        "版本说明（可不填）", key="version_note", max_chars=200, width=560, placeholder=placeholder
    ).strip()


def steps(place: DeltaGenerator, checked: Sequence[Checked], waits: Pending, *, seen: bool) -> None:
    """Where the officer stands among the four steps, above them."""
    refused = sum(one.found.refused for one in checked)
    ready = sum(not one.found.refused and not one.taken for one in checked)
    if seen:
        now = 4
    elif ready or refused:
        now = 2
    else:
        now = 3 if waits.anything else 1
    words = (
        f"已选 {len(checked)} 个" if checked else "未选",
        f"{ready} 个可接收，{refused} 个须改正" if ready or refused else "",
        f"{len(waits.added)} 个批次待发布" if waits.anything else "",
        "" if waits.anything else "已是最新",
    )
    shown = [
        {"title": title, "text": text, "state": "now" if number == now else "done" if number < now else ""}
        for number, (title, text) in enumerate(zip(STEPS, words, strict=True), 1)
    ]
    place.html(render("ui/intake/steps.html", steps=shown))
