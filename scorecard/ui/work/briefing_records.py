"""Past exports with user, paper, version and time; each can be made again from its record."""

from collections.abc import Sequence

import streamlit as st

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.model import ExportManifest
from scorecard.briefing.paper.request import BriefingSpec, order_text
from scorecard.calendar.clock import moment_text
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell.templating import render

SHOWN = 30


def past_exports(data: DataDir, catalog: Catalog, actor: Actor) -> tuple[ExportManifest, BriefingSpec] | None:
    """The list, newest first; the export to make again when its button was pressed."""
    exports = export_records.all_records(data)
    seals = _audited(data) if actor.may("audit") else None
    rows = [
        {
            "id": manifest.id,
            "at": moment_text(manifest.made_at),
            "who": manifest.made_by,
            "what": order_text(catalog, order),
            "version": manifest.version,
            "sample": manifest.sample,
            "lines": "、".join(seals.get(manifest.id, ())) if seals is not None else "",
        }
        for manifest, order in exports[:SHOWN]
    ]
    st.html(render("ui/work/briefing_records.html", rows=rows, total=len(exports), audited=seals is not None))
    if not exports:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        known = {manifest.id: (manifest, order) for manifest, order in exports}
        chosen = st.selectbox(
            "导出记录",
            list(known),
            format_func=lambda export: f"{order_text(catalog, known[export][1])}　{export}",
            key="briefing_past",
            width=520,
        )
        pressed = st.button("再做一次", key="briefing_again")
    return known[chosen] if pressed else None


def _audited(data: DataDir) -> dict[str, Sequence[str]]:
    """Export -> the numbers of its lines in the audit."""
    numbers: dict[str, list[str]] = {}
    for entry in audit.entries(data):
        if entry.action == "导出" and "export" in entry.detail:
            numbers.setdefault(str(entry.detail["export"]), []).append(f"第{entry.number}条")
    return {export: tuple(lines) for export, lines in numbers.items()}
