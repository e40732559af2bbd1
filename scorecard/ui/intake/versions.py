"""版本: what is published, from which batches, what changed with each, and every way back. Shows and asks; the page acts."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import streamlit as st

from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.definitions import Catalog
from scorecard.store.open_version import Version
from scorecard.store.versions import VersionManifest
from scorecard.ui.intake.publication import version_note
from scorecard.ui.shell.templating import render

Result = TypeVar("Result")
Key = tuple[str, str]  # (table, batch name)
BatchRecord = Mapping[str, Any]
_LISTED = 3  # files named per version; the rest is a number
_CANDIDATE = "_candidate"


class WithdrawalNote(Protocol):
    """What is known of a withdrawal (etl.intake.withdraw.Withdrawal), as far as the screen needs it."""

    @property
    def actor(self) -> str: ...
    @property
    def at(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class WithdrawalRequest:
    """A batch to be withdrawn or restored, and why."""

    table: str
    name: str
    reason: str
    restores: bool


def once(name: str, key: Hashable, make: Callable[[], Result]) -> Result:
    """`make()`, kept for this session under `key`: a rerun shows the same again."""
    kept = st.session_state.get(f"_{name}")
    if kept is None or kept[0] != key:
        with st.spinner("正在比较…"):
            kept = (key, make())
        st.session_state[f"_{name}"] = kept
    return kept[1]


def published(version: Version) -> None:
    """The version on screen in one line."""
    when = moment(version.manifest.published_at)
    st.html(render("ui/intake/published.html", manifest=version.manifest, published_at=when))


def batches(version: Version, records: Sequence[BatchRecord], gone: Mapping[Key, WithdrawalNote]) -> None:
    """Every accepted batch, newest first: in use, waiting to be published, or withdrawn with who and why."""
    used = {(one["table"], one["name"]) for one in version.manifest.batches}
    own = _of_the_court(records)
    rows = [
        {
            **one,
            "table_name": table_name(version.catalog, one["table"]),
            "accepted": moment(one["accepted_at"]),
            "hash": one["source_sha256"][:12],
            "found": sum(count["count"] for count in one["counts"]),
            "note": one.get("note", ""),
            "used": (one["table"], one["name"]) in used,
            "gone": gone.get((one["table"], one["name"])),
            "gone_at": moment(note.at) if (note := gone.get((one["table"], one["name"]))) else "",
        }
        for one in own
    ]
    st.html(render("ui/intake/batches.html", rows=rows))


def _of_the_court(records: Sequence[BatchRecord]) -> list[BatchRecord]:
    """The court's own batches as soon as there is one, as versions are built; the last one accepted first."""
    own = [one for one in records if not one["sample"]] or list(records)
    return sorted(own, key=lambda one: (one["accepted_at"], one["sequence"]), reverse=True)


def history(
    manifests: Sequence[VersionManifest], current: str, pruned: Collection[str], kept: Collection[str]
) -> None:
    """Every published version, newest first, with what it was built from that the one before was not."""
    earlier: list[VersionManifest | None] = [*manifests[1:], None]
    rows = [
        {
            "version": one.version,
            "when": moment(one.published_at),
            "actor": one.actor,
            "note": one.note,
            "changed": _changed(one, before),
            "batches": len(one.batches),
            "as_of": max(one.as_of.values(), default=""),
            "sample": one.sample,
            "current": one.version == current,
            "pruned": one.version in pruned,
            "kept": one.version in kept,
        }
        for one, before in zip(manifests, earlier, strict=True)
    ]
    st.html(render("ui/intake/history.html", rows=rows))


def _changed(one: VersionManifest, before: VersionManifest | None) -> str:
    """ "新增 十月.csv；去掉 九月.csv" against the version published before it."""
    if before is None:
        return "首次发布"
    if one.sample != before.sample:
        return "示例数据" if one.sample else "改用本院数据"
    now, then = ({(b["table"], b["name"]): b["file_name"] for b in m.batches} for m in (one, before))
    added = [file for key, file in now.items() if key not in then]
    removed = [file for key, file in then.items() if key not in now]
    words = [f"{verb} {_files(files)}" for verb, files in (("新增", added), ("去掉", removed)) if files]
    return "；".join(words) or "批次相同，口径、目标或程序有变"


def _files(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 个批次" if len(names) > _LISTED else ""
    return "、".join(names[:_LISTED]) + more


def wants_to_compare(manifests: Sequence[VersionManifest], current: str) -> tuple[str, str]:
    """(earlier, later) of two versions somebody wants to see side by side; empty while nobody does."""
    if len(manifests) < 2:
        return "", ""
    names = {one.version: f"{one.version}　{moment(one.published_at)}" for one in manifests}
    ids = list(names)
    place = ids.index(current) if current in ids else 0
    before = ids[place + 1] if place + 1 < len(ids) else next(one for one in ids if one != ids[place])
    st.html(
        render(
            "ui/shell/section.html", title="逐项比较两个版本", text="各按自己的口径、目标评判，逾期按今天计。"
        )
    )
    with st.form("compare", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        old = st.selectbox("原版本", ids, index=ids.index(before), format_func=names.__getitem__, width=380)
        new = st.selectbox("新版本", ids, index=place, format_func=names.__getitem__, width=380)
        if st.form_submit_button("比较"):
            st.session_state["_to_compare"] = (old, new)
    chosen: tuple[str, str] = st.session_state.get("_to_compare", ("", ""))
    return chosen if set(chosen) <= set(ids) else ("", "")


def wants_to_return(manifests: Sequence[VersionManifest], current: str, verb: str) -> str | None:
    """The older version someone chose and confirmed; otherwise None. `verb` is 回退 or 重新发布."""
    older = {one.version: one for one in manifests if one.version != current}
    if not older:
        return None
    text = f"{verb}只改变看板显示哪个版本，不删除任何数据；可以随时再换回来。"
    st.html(render("ui/shell/section.html", title=verb, text=text))
    with st.form("rollback", border=False):
        chosen = st.selectbox(
            f"{verb}到",
            list(older),
            format_func=lambda one: f"{one}　{moment(older[one].published_at)}",
            width=420,
        )
        sure = st.checkbox("我确认改用这个版本，所有读者随即看到它的数据")
        pressed = st.form_submit_button(verb)
    return chosen if _confirmed(pressed, sure, verb) else None


def wants_to_withdraw(
    records: Sequence[BatchRecord], gone: Mapping[Key, WithdrawalNote], catalog: Catalog
) -> WithdrawalRequest | None:
    """A batch to take back, or to give back, with a reason and confirmed; otherwise None."""
    own = {(one["table"], one["name"]): one for one in _of_the_court(records)}
    if not own:
        return None
    text = (
        "撤回的批次不再计入此后建的版本，文件保留，可以恢复。撤回本身不改变看板：看过影响、发布之后才生效。"
    )
    st.html(render("ui/shell/section.html", title="撤回或恢复一个批次", text=text))

    def shown(key: Key) -> str:
        one = own[key]
        state = "　已撤回" if key in gone else ""
        return f"{table_name(catalog, one['table'])}　{one['file_name']}　截至 {one['as_of']}{state}"

    with st.form("withdraw", border=False, clear_on_submit=True):
        chosen = st.selectbox("批次", list(own), format_func=shown, width=620)
        reason = st.text_input("理由", max_chars=200, width=620, placeholder="不写当事人等个人信息")
        sure = st.checkbox("我确认撤回（已撤回的则恢复）这个批次")
        pressed = st.form_submit_button("撤回或恢复")
    if not _confirmed(pressed, sure, "撤回或恢复"):
        return None
    if not reason.strip():
        st.warning("请写明理由。")
        return None
    return WithdrawalRequest(*chosen, reason, restores=chosen in gone)


def wants_candidate(candidate: str) -> bool:
    """Whether somebody asked to see what the batches and definitions of now would change."""
    text = "现有批次（含撤回、恢复）或口径与当前版本不同。先建一个候选版本看影响，再决定是否发布。"
    st.html(render("ui/shell/section.html", title="尚未发布的变动", text=text))
    if st.button("建库并看影响", key="build_candidate"):
        st.session_state[_CANDIDATE] = candidate
    return st.session_state.get(_CANDIDATE) == candidate


def decided(candidate: str, earlier: str | None) -> tuple[bool, str] | None:
    """(True, note) to publish the candidate shown, (False, "") to throw it away, None while nobody decided.

    `earlier` is the note of a candidate that was published before, None for any other.
    """
    with st.form("publish_candidate", border=False):
        note = version_note(earlier)
        sure = st.checkbox("我已看过影响，确认发布")
        with st.container(horizontal=True):
            publish = st.form_submit_button("发布候选版本", type="primary")
            discard = st.form_submit_button("放弃候选版本")
    if discard:
        st.session_state.pop(_CANDIDATE, None)
        return False, ""
    return (True, note) if _confirmed(publish, sure, "发布候选版本") else None


def _confirmed(pressed: bool, sure: bool, verb: str) -> bool:
    if pressed and not sure:
        st.warning(f"请勾选确认，再点“{verb}”。")
    return pressed and sure


def table_name(catalog: Catalog, table: str) -> str:
    """The table's name, or its id where the catalogue no longer knows it."""
    return catalog.tables[table].name if table in catalog.tables else table


def moment(text: str) -> str:
    """2026年11月3日 09:15, in the court's time."""
    at = datetime.fromisoformat(text)
    local = at.astimezone(COURT_TIME) if at.tzinfo else at
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
