"""目标: what is aimed at, since when, on what basis; one more row when the leading group decides."""

import streamlit as st

from etl.accept import accept
from etl.build import build
from etl.publish import publish
from scorecard.freshness import today
from scorecard.ui import frame, identity, targets
from scorecard.ui.data import data_dir, seeds_catalog

version = frame.heading("目标")
if version is None:
    frame.first_steps()
else:
    targets.table(version.targets, version.catalog)
    catalog, sample = seeds_catalog(), version.manifest.sample
    contract = catalog.tables["targets"]
    added = targets.form(catalog, contract, sample)
    if added is not None:
        with st.spinner("正在记录、建库并发布…"):
            actor, data = identity.current(), data_dir()
            accept(added.csv, added.file_name, contract, catalog, today(), actor, data, sample=sample)
            publish(data, build(catalog, data), actor)
        st.rerun()
