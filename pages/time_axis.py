"""基准与标注: from when an indicator is judged anew and why; what happened in which month, for those who read later."""

import streamlit as st

from etl.intake.accept import accept
from etl.versions.pending import adds_only
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.calendar.clock import today
from scorecard.records import annotations, baselines
from scorecard.ui.records import time_axis
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version, actor = frame.heading("基准与标注"), identity.current()
if version is None:
    frame.first_steps()
else:
    time_axis.just_taken()
    time_axis.tables(version.baselines, version.annotations, version.catalog)
    catalog, data, sample = seeds_catalog(), data_dir(), version.manifest.sample
    forms = {baselines.TABLE: time_axis.baseline_form, annotations.TABLE: time_axis.mark_form}
    if not actor.may("targets"):
        time_axis.readers()
        forms = {}
    for name, form in forms.items():
        contract = catalog.tables[name]
        added = form(catalog, contract)
        if added is not None:
            with st.spinner("正在记录、建库并发布…"):
                file = (added.csv, added.file_name, contract, catalog, today())
                batch = accept(*file, actor, data, sample=sample)
                alone = actor.may("publish") and adds_only(catalog, data, version.manifest, name)
                if alone:
                    publish(data, build(catalog, data), actor)
                time_axis.taken(name, batch.already, alone)
            st.rerun()
