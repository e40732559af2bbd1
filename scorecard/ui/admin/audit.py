"""审计: whether the log is whole, and the lines that match a filter. Shows and asks; the page acts."""

from pathlib import Path
from typing import get_args

import streamlit as st

from scorecard.access import Actor
from scorecard.audit import listing, log
from scorecard.audit.entry import Action, ActResult
from scorecard.audit.head_seal import KEY, witness_path
from scorecard.audit.listing import AuditFilter, local_time, words
from scorecard.audit.log import Verification
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import default_keys
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen

SHOWN = 100  # lines on a page
_ANY = "全部"


@st.cache_resource(max_entries=2, show_spinner="正在核对审计记录…")
def _verified(root: str, state: str) -> Verification:
    return log.verification(DataDir(Path(root)))


def verified(actor: Actor) -> Verification:
    """The log, verified again whenever one of its files has changed. Raises Forbidden."""
    actor.require("audit")
    data = data_dir()
    beside = (witness_path(data), default_keys() / KEY)
    files = [path.stat() for path in (data.audit, data.audit_head, data.versions, *beside) if path.exists()]
    state = " ".join(f"{file.st_ino}-{file.st_size}-{file.st_mtime_ns}" for file in files)
    return _verified(str(data.root.resolve()), state)


def show_faults(record: Verification) -> None:
    """Whether the log is whole; otherwise every fault with its line."""
    last = record.entries[-1] if record.entries else None
    show_on_screen("ui/admin/audit_whole.html", record=record, last=last)


def choose() -> AuditFilter:
    """The filter, as widgets."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        actor = st.text_input("经办", max_chars=40, placeholder="姓名或其中几个字", key="audit_who", width=170)
        subject = st.text_input(
            "对象或说明", max_chars=80, placeholder="版本、批次、文件…", key="audit_subject", width=220
        )
        action = st.selectbox("操作", [_ANY, *get_args(Action)], key="audit_action", width=140)
        result = st.selectbox("结果", [_ANY, *get_args(ActResult)], key="audit_result", width=110)
        since = st.date_input("自", value=None, format="YYYY-MM-DD", key="audit_since", width=150)
        until = st.date_input("至", value=None, format="YYYY-MM-DD", key="audit_until", width=150)
    return AuditFilter(
        actor.strip(), subject.strip(), "" if action == _ANY else action, "" if result == _ANY else result, since, until
    )


def show_entries(record: Verification, choice: AuditFilter) -> None:
    """The matching lines, newest first, a page at a time."""
    entries = [entry for entry in reversed(record.entries) if choice.matches(entry)]
    pages = max(1, -(-len(entries) // SHOWN))
    page = st.pagination(pages, key=f"audit_page_{pages}") if pages > 1 else 1
    shown, whole = entries[(page - 1) * SHOWN : page * SHOWN], len(record.entries)
    told = {"at": local_time, "words": words, "count": len(entries), "whole": whole}
    show_on_screen("ui/admin/audit_lines.html", entries=shown, **told)


def offer_file(choice: AuditFilter) -> None:
    """The matching lines as a file, made when it is requested."""
    download(
        "导出所选记录（CSV）",
        "审计记录.csv",
        lambda actor: listing.export(data_dir(), actor, choice),
        needs="audit",
        key="audit_export",
    )
