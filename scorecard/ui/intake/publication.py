"""数据报送, steps 3 and 4: the pending changes, their impact, and 发布 of exactly the candidate whose impact is on screen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from etl.impact.compute import impact
from etl.impact.version_diff import Impact
from etl.intake.batches import Batch
from etl.versions.publish import publish
from etl.warehouse.build import build, engine_of, version_id
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.provenance import short
from scorecard.store import versions as store
from scorecard.store.open_version import Version, in_order
from scorecard.ui.intake.examination import ExaminedFile
from scorecard.ui.intake.impact import show_impact
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.templating import render

STEPS = ("选择文件", "体检", "影响", "发布")
_IMPACT = "_impact"  # the session's last impact


@dataclass(frozen=True)
class PendingChanges:
    """The difference between the published version and a candidate of the present batches and definitions.

    `candidate` is the candidate's id; nothing is pending when it is the published one. `earlier` is the note of a
    candidate that was published before, None for any other.
    """

    candidate: str
    published: str
    added: Sequence[Batch]
    removed: Sequence[str]
    definitions: bool
    leaves_sample: bool
    earlier: str | None = None

    @property
    def anything(self) -> bool:
        return self.candidate != self.published


def pending_changes(version: Version | None, batches: Sequence[Batch], catalog: Catalog) -> PendingChanges:
    """Batches that the published version does not hold, withdrawn ones that it holds, changed definitions."""
    candidate = version_id(catalog, batches)
    if version is not None and version_id(catalog, batches, engine_of(version.program)) == version.id:
        candidate = version.id  # another engine would count the same
    if version is None:
        return PendingChanges(candidate if batches else "", "", batches, (), definitions=False, leaves_sample=False)
    published = {(record["table"], record["name"]): record for record in version.manifest.batches}
    present = {(batch.table, batch.name) for batch in batches}
    leaves_sample = version.manifest.sample and not any(batch.sample for batch in batches)
    return PendingChanges(
        candidate=candidate if batches else version.id,
        published=version.id,
        added=[batch for batch in batches if (batch.table, batch.name) not in published],
        removed=[]
        if leaves_sample
        else [str(record["file_name"]) for key, record in published.items() if key not in present],
        definitions=version.catalog.digest != catalog.digest,
        leaves_sample=leaves_sample,
        earlier={manifest.version: manifest.note for manifest in store.manifests(data_dir())}.get(candidate),
    )


def impact_step(pending: PendingChanges, catalog: Catalog) -> bool:
    """Step 3; True when the impact of this very candidate is on the screen."""
    show_on_screen("ui/intake/step.html", number=3, title="影响", text="与当前版本比较：哪些行、哪些指标会变。")
    show_on_screen("ui/intake/pending.html", tables=catalog.tables, pending=pending)
    if not pending.anything:
        return False
    computed: Impact | None = st.session_state.get(_IMPACT)
    if computed is None or (computed.candidate, computed.current or "") != (pending.candidate, pending.published):
        if not st.button("计算影响", type="primary", key="impact"):
            return False
        with st.spinner("正在建库并与当前版本比较…"):
            data = data_dir()
            computed = impact(data, catalog, build(catalog, data), pending.published or None)
            st.session_state[_IMPACT] = computed
    if computed.candidate != pending.candidate:
        show_on_screen("ui/shell/note.html", text="计算期间又有批次接收或撤回，请重新计算影响。")
        return False
    show_impact(computed, catalog)
    return True


def publish_step(
    version: Version | None, pending: PendingChanges, batches: Sequence[Batch], catalog: Catalog, *, seen: bool
) -> None:
    """Step 4: publishes the candidate, once its impact is on screen and the button was pressed; the first one once it was
    also said that the tables which are owed may follow.
    """
    show_on_screen("ui/intake/step.html", number=4, title="发布", text="发布后所有读者看到新版本；随时可以回退。")
    frame.told("publish")
    if not pending.anything:
        show_on_screen("ui/intake/nothing_pending.html", manifest=version.manifest if version else None)
        return
    if not seen:
        show_on_screen("ui/shell/note.html", text="请先计算影响，看过之后再发布。")
        return
    asked = show_owed(pending, batches, catalog)
    agreed = st.checkbox("这些表随后补报，先发布已有的", key="publish_owed") if asked else True
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        note = version_note(pending.earlier)
        pressed = st.button("发布", type="primary", key="publish")
    if pressed and not agreed:
        st.warning("请勾选“这些表随后补报，先发布已有的”，再点“发布”。")
    elif pressed:
        with st.spinner("正在发布…"):
            publish(data_dir(), pending.candidate, identity.current(), note)
        tell_published(pending.candidate)
        st.rerun()


def tell_published(version: str, done: str = "已发布") -> None:
    """What a publication came to, on the pages 数据报送 and 版本."""
    text = f"{done}版本 {short(version)}，所有读者现在看到的就是它。数字见“总览”页，有哪些变化见“版本”页。"
    frame.tell("publish", text)


def show_owed(pending: PendingChanges, batches: Sequence[Batch], catalog: Catalog) -> bool:
    """Before the court's first publication: which tables are owed, and how many indicators cannot be judged without them."""
    came = {batch.table for batch in batches}
    owed = [table for table in in_order(catalog) if table.seed is None and table.exported_from and table.id not in came]
    if (pending.published and not pending.leaves_sample) or not owed:
        return False
    ids = {table.id for table in owed}
    read = [ids.intersection(indicator.formula.tables) for indicator in catalog.indicators.values()]
    lost = Counter(table for tables in read for table in tables)
    whose = {table.id: catalog.department_names(table.exported_by, today()) for table in owed}
    show_on_screen("ui/intake/owed.html", owed=owed, whose=whose, lost=lost, indicators=sum(map(bool, read)))
    return True


def version_note(earlier: str | None) -> str:
    """The note of the version to be published; a version published before keeps its `earlier` note."""
    if earlier is not None:
        note = f"说明仍为“{earlier}”。" if earlier else "当时没有写说明。"
        show_on_screen("ui/shell/note.html", text=f"这一版本此前发布过，再次发布不另写说明，{note}")
        return ""
    placeholder = "不写当事人等个人信息"
    return st.text_input(
        "版本说明（可不填）", key="version_note", max_chars=200, width=560, placeholder=placeholder
    ).strip()


def show_steps(place: DeltaGenerator, files: Sequence[ExaminedFile], pending: PendingChanges, *, seen: bool) -> None:
    """The four steps in a row above the page, the officer's present one marked."""
    refused = sum(file.examination.refused for file in files)
    ready = sum(file.acceptable for file in files)
    if seen:
        now = 4
    elif ready or refused:
        now = 2
    else:
        now = 3 if pending.anything else 1
    texts = (
        f"已选 {len(files)} 个" if files else "未选",
        f"{ready} 个可接收，{refused} 个须改正" if ready or refused else "",
        f"{len(pending.added)} 个批次待发布" if pending.anything else "",
        "" if pending.anything else "已是最新",
    )
    steps = [
        {"title": title, "text": text, "state": "now" if number == now else "done" if number < now else ""}
        for number, (title, text) in enumerate(zip(STEPS, texts, strict=True), 1)
    ]
    place.html(render("ui/intake/steps.html", steps=steps))
