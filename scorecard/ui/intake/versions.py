"""版本: the published version, batches, history; compare, withdraw and restore, publish a candidate, roll back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import streamlit as st

from etl.impact.compute import impact
from etl.impact.indicator_changes import indicator_changes
from etl.intake.batch_notes import BatchNote, restore, withdraw, withdrawn
from etl.intake.batches import Batch, survey_batches
from etl.versions.publish import publish, rollback
from etl.versions.retention import discard
from etl.warehouse.build import build, chosen_batches
from scorecard.calendar.clock import moment_text, today
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.store import versions as store
from scorecard.store.open_version import Version
from scorecard.store.versions import VersionManifest, retained
from scorecard.ui.intake.impact import show_impact, show_indicators
from scorecard.ui.intake.publication import pending_changes, show_owed, tell_published, version_note
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog
from scorecard.ui.shell.frame import failure
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.selection import select

BatchKey = tuple[str, str]  # (table, batch name)
_LISTED = 3  # files named per version; the rest is a number
_CANDIDATE, _COMPARED = "_candidate", "_compared"
_COMPARING = "正在比较…"


def show_versions(version: Version | None) -> None:
    """What is published, from which batches, and what changed with each version; also while no version can be read."""
    data = data_dir()
    manifests = store.manifests(data)
    pruned = {manifest.version for manifest in manifests if store.is_pruned(data, manifest.version)}
    if version is not None:
        published_at = moment_text(version.manifest.published_at)
        show_on_screen("ui/intake/published.html", manifest=version.manifest, published_at=published_at)
    whole, damaged = survey_batches(data)
    for batch in damaged:
        failure(batch.error)
    _show_batches(version, whole, withdrawn(data))
    if identity.current().may("publish"):
        _withdraw_or_restore(whole, withdrawn(data), seeds_catalog())
    _show_history(manifests, version.id if version else "", pruned, retained(data))


def change_versions(version: Version | None) -> None:
    """The acts on versions that this user may do, each behind a button and, where readers see it, a confirmation."""
    data, actor = data_dir(), identity.current()
    manifests = store.manifests(data)
    openable = [manifest for manifest in manifests if not store.is_pruned(data, manifest.version)]
    current = version.id if version else ""
    try:
        _compare(openable, current)
    except StorageError as error:
        failure(error)
    if actor.may("rollback"):
        _return_to_older(openable, current, "回退")
    elif actor.may("publish"):
        _return_to_older(openable, current, "重新发布")
    if actor.may("publish"):
        _publish_candidate(version, seeds_catalog(), {manifest.version: manifest.note for manifest in manifests})


def _show_batches(version: Version | None, batches: Sequence[Batch], withdrawals: Mapping[BatchKey, BatchNote]) -> None:
    """Every accepted batch, newest first: in use, waiting to be published, or withdrawn by whom and why."""
    records = version.manifest.batches if version else ()
    used = {(record["table"], record["name"]) for record in records}
    catalog = version.catalog if version else seeds_catalog()
    listed = [(batch, (batch.table, batch.name), _table_name(catalog, batch.table)) for batch in _of_the_court(batches)]
    may = identity.current().may("publish")
    show_on_screen("ui/intake/batches.html", batches=listed, used=used, withdrawals=withdrawals, may=may)


def _of_the_court(batches: Sequence[Batch]) -> list[Batch]:
    """The court's own batches as soon as there is one, as versions are built; the last one accepted first."""
    own = [batch for batch in batches if not batch.sample] or list(batches)
    return sorted(own, key=lambda batch: (batch.accepted_at, batch.sequence), reverse=True)


def _show_history(
    manifests: Sequence[VersionManifest], current: str, pruned: Collection[str], retained: Collection[str]
) -> None:
    """Every published version, newest first, with what it was built from that the one before was not."""
    earlier: list[VersionManifest | None] = [*manifests, None][1:]
    rows = [(manifest, _changed(manifest, before)) for manifest, before in zip(manifests, earlier, strict=True)]
    show_on_screen("ui/intake/history.html", rows=rows, current=current, pruned=pruned, retained=retained)


def _changed(manifest: VersionManifest, before: VersionManifest | None) -> str:
    """ "新增 十月.csv；去掉 九月.csv" against the version published before it."""
    if before is None:
        return "首次发布"
    if manifest.sample != before.sample:
        return "示例数据" if manifest.sample else "改用本院数据"
    now, then = (
        {(record["table"], record["name"]): record["file_name"] for record in version.batches}
        for version in (manifest, before)
    )
    added = [file for key, file in now.items() if key not in then]
    removed = [file for key, file in then.items() if key not in now]
    words = [f"{verb} {_files(files)}" for verb, files in (("新增", added), ("去掉", removed)) if files]
    return "；".join(words) or "批次相同，口径、目标或程序有变"


def _files(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 个批次" if len(names) > _LISTED else ""
    return "、".join(names[:_LISTED]) + more


def _compare(manifests: Sequence[VersionManifest], current: str) -> None:
    """Two selected versions side by side, indicator by indicator."""
    if len(manifests) < 2:
        return
    names = {manifest.version: f"{manifest.version}　{moment_text(manifest.published_at)}" for manifest in manifests}
    ids = list(names)
    place = ids.index(current) if current in ids else 0
    show_on_screen("ui/shell/section.html", title="逐项比较两个版本", text="各按自己的口径、目标评判，逾期按今天计。")
    with st.form("compare", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        old = st.selectbox("原版本", ids, index=(place + 1) % len(ids), format_func=names.__getitem__, width=380)
        new = st.selectbox("新版本", ids, index=place, format_func=names.__getitem__, width=380)
        if st.form_submit_button("比较"):
            st.session_state[_COMPARED] = (old, new)
    compared: tuple[str, str] | None = st.session_state.get(_COMPARED)
    if compared and set(compared) <= set(ids):
        key = (*compared, today())
        changes = computed_once("indicator_changes", key, lambda: indicator_changes(data_dir(), *key), _COMPARING)
        show_indicators(changes, "compared", seeds_catalog().words)


def _return_to_older(manifests: Sequence[VersionManifest], current: str, verb: Literal["回退", "重新发布"]) -> None:
    """Makes an older version the current one, once it was selected and confirmed."""
    older = {manifest.version: manifest for manifest in manifests if manifest.version != current}
    if not older:
        return
    text = f"{verb}只改变看板显示哪个版本，不删除任何数据；可以随时再换回来。"
    show_on_screen("ui/shell/section.html", title=verb, text=text)
    with st.form("rollback", border=False):
        names = {version: f"{version}　{moment_text(manifest.published_at)}" for version, manifest in older.items()}
        selected = select(f"{verb}到", names, width=420)
        confirmed = st.checkbox("我确认改用这个版本，所有读者随即看到它的数据")
        pressed = st.form_submit_button(verb)
    if _confirmed(pressed, confirmed, verb):
        (rollback if verb == "回退" else publish)(data_dir(), selected, identity.current())
        tell_published(selected, "已回退到" if verb == "回退" else "已发布")
        st.rerun()


def _withdraw_or_restore(batches: Sequence[Batch], withdrawals: Mapping[BatchKey, BatchNote], catalog: Catalog) -> None:
    """Withdraws a batch, or restores a withdrawn one, once there is a reason and a confirmation."""
    own = {(batch.table, batch.name): batch for batch in _of_the_court(batches)}
    if not own:
        return
    asked = tuple(st.query_params.get("batch", "").split("/"))  # a line of the list above leads here
    first = next((at for at, key in enumerate(own) if key == asked), 0)
    text = "撤回的批次不再计入此后建的版本，文件保留，可以恢复。撤回本身不改变看板：看过影响、发布之后才生效。"
    show_on_screen("ui/shell/section.html", title="撤回或恢复一个批次", text=text)

    def label(key: BatchKey) -> str:
        batch, state = own[key], "　已撤回" if key in withdrawals else ""
        return f"{_table_name(catalog, batch.table)}　{batch.file_name}　截至 {batch.as_of}{state}"

    with st.form("withdraw", border=False, clear_on_submit=True):
        selected = st.selectbox("批次", list(own), index=first, format_func=label, width=620)
        reason = st.text_input("理由", max_chars=200, width=620, placeholder="不写当事人等个人信息")
        confirmed = st.checkbox("我确认撤回（已撤回的则恢复）这个批次")
        pressed = st.form_submit_button("撤回或恢复")
    if not _confirmed(pressed, confirmed, "撤回或恢复"):
        return
    if not reason.strip():
        st.warning("请写明理由。")
        return
    act, done = (restore, "已恢复") if selected in withdrawals else (withdraw, "已撤回")
    act(data_dir(), *selected, reason, identity.current())
    batch = f"《{_table_name(catalog, selected[0])}》{own[selected].file_name}"
    frame.tell("withdraw", f"{done}{batch}，看板暂时不变。请到“数据报送”页看影响，再发布。")
    st.rerun()


def _publish_candidate(version: Version | None, catalog: Catalog, notes: Mapping[str, str]) -> None:
    """Publishes a candidate of the present batches and definitions, or throws it away, once its impact is on screen.

    `notes` are those of all published versions: a withdrawal may lead back to one of them.
    """
    data, actor, batches = data_dir(), identity.current(), chosen_batches(data_dir())
    pending = pending_changes(version, batches, catalog)
    candidate, current = pending.candidate, pending.published
    if not pending.anything:
        return
    text = "现有批次（含撤回、恢复）或口径与当前版本不同。先建一个候选版本看影响，再决定是否发布。"
    show_on_screen("ui/shell/section.html", title="尚未发布的变动", text=text)
    if st.button("建库并看影响", key="build_candidate"):
        st.session_state[_CANDIDATE] = candidate
    if st.session_state.get(_CANDIDATE) != candidate:
        return
    computed = computed_once(
        "candidate_impact",
        (candidate, current, today()),
        lambda: impact(data, catalog, build(catalog, data), current or None),
        _COMPARING,
    )
    show_impact(computed, catalog)
    show_owed(pending, batches, catalog)
    with st.form("publish_candidate", border=False):
        note = version_note(notes.get(candidate))
        confirmed = st.checkbox("我已看过影响，确认发布")
        with st.container(horizontal=True):
            pressed = st.form_submit_button("发布候选版本", type="primary")
            discarded = st.form_submit_button("放弃候选版本")
    if discarded:
        st.session_state.pop(_CANDIDATE, None)
        if candidate not in notes:
            discard(data, candidate)
        st.rerun()
    if _confirmed(pressed, confirmed, "发布候选版本"):
        publish(data, build(catalog, data), actor, note)
        tell_published(candidate)
        st.rerun()


def _confirmed(pressed: bool, confirmed: bool, verb: str) -> bool:
    if pressed and not confirmed:
        st.warning(f"请勾选确认，再点“{verb}”。")
    return pressed and confirmed


def _table_name(catalog: Catalog, table: str) -> str:
    """The table's name, or its id where the catalogue no longer knows it."""
    return catalog.tables[table].name if table in catalog.tables else table
