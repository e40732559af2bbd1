"""目标: what is aimed at, since when, on what basis; one more row when the leading group decides."""

import streamlit as st

from etl.intake.accept import accept
from etl.versions.pending import adds_only
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.calendar.clock import today
from scorecard.ui.records import targets
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version, actor = frame.heading("目标"), identity.current()
if version is None:
    frame.first_steps()
else:
    targets.just_taken()
    targets.table(version.targets, version.catalog)
    catalog, data, sample = seeds_catalog(), data_dir(), version.manifest.sample
    contract = catalog.tables["targets"]
    added = targets.form(catalog, contract, sample) if actor.may("targets") else targets.readers()
    if added is not None:
        with st.spinner("正在记录、建库并发布…"):
            batch = accept(added.csv, added.file_name, contract, catalog, today(), actor, data, sample=sample)
            alone = actor.may("publish") and adds_only(catalog, data, version.manifest, contract.id)
            if alone:
                publish(data, build(catalog, data), actor)
            targets.taken(batch.already, alone)
        st.rerun()
