"""Past exports with user, paper, version and time; each can be made again from its record, and its edited Word file compared."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.briefing.export import export_records
from scorecard.briefing.export.check import CheckedFile, check_docx
from scorecard.briefing.paper.model import ExportManifest
from scorecard.briefing.paper.request import BriefingSpec, order_text
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell import frame
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.selection import select

SHOWN = 30
_CHECKED = "_briefing_checked"  # the last file compared, and what was found


def past_exports(data: DataDir, catalog: Catalog, actor: Actor) -> tuple[ExportManifest, BriefingSpec] | None:
    """The list, newest first; the export to make again when its button was pressed."""
    exports = export_records.all_records(data)
    seals = _audited(data) if actor.may("audit") else None
    rows, said = exports[:SHOWN], partial(order_text, catalog)
    show_on_screen("ui/work/briefing_records.html", rows=rows, said=said, total=len(exports), seals=seals)
    if not exports:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        known = {manifest.id: (manifest, order) for manifest, order in exports}
        names = {export: f"{said(order)}　{export}" for export, (_, order) in known.items()}
        chosen = select("导出记录", names, key="briefing_past", width=520)
        pressed = st.button("再做一次", key="briefing_again")
    return known[chosen] if pressed else None


def check_edited(data: DataDir, actor: Actor) -> None:
    """A Word file handed back: what in it is not as the version has it. Compared once for a file."""
    with st.expander("核对改过的 Word 公文"):
        file = st.file_uploader(
            "选择从看板导出、改过文字的 Word 公文", type=["docx"], key="briefing_check", max_upload_size=20
        )
        if file is None:
            return
        done: tuple[str, CheckedFile | ScorecardError] | None = st.session_state.get(_CHECKED)
        if done is None or done[0] != file.file_id:
            try:
                done = file.file_id, check_docx(data, file.getvalue(), actor)
            except ScorecardError as error:
                done = file.file_id, error
            st.session_state[_CHECKED] = done
        if isinstance(done[1], ScorecardError):
            frame.failure(done[1])
        else:
            show_on_screen("ui/work/briefing_checked.html", name=file.name, checked=done[1])


def _audited(data: DataDir) -> dict[str, Sequence[str]]:
    """Export -> the numbers of its lines in the audit."""
    numbers: dict[str, list[str]] = {}
    for entry in audit.entries(data):
        if entry.action == "导出" and "export" in entry.detail:
            numbers.setdefault(str(entry.detail["export"]), []).append(f"第{entry.number}条")
    return {export: tuple(lines) for export, lines in numbers.items()}
