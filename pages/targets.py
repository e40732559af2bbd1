"""目标: every target with its basis and period of validity; one more row when the leading group decides."""

import streamlit as st

from scorecard.records.targets import TABLE
from scorecard.store.registers import document_places
from scorecard.ui.records.targets import show_targets, target_form
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("目标")
if version is None:
    frame.first_steps()
else:
    frame.told(TABLE)
    asked = st.query_params.get("indicator", "")
    if asked:  # somebody comes from that indicator to set its target
        target_form(seeds_catalog(), version.manifest, asked)
    show_targets(version.targets, version.catalog, {} if version.public else document_places(version.connection))
    if not asked:
        target_form(seeds_catalog(), version.manifest)
