"""措施进展: what the responsible departments report on each of the plan's measures; nothing is overwritten."""

import streamlit as st

from etl.intake.accept import accept
from etl.intake.entered_rows import reported
from etl.intake.examine import examine
from etl.versions.pending import adds_only, waiting
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.calendar.clock import today
from scorecard.records.progress_reports import TABLE
from scorecard.ui.records import progress
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version = frame.heading("措施进展")
catalog, data, actor = seeds_catalog(), data_dir(), identity.current()
published = version.manifest if version else None
sample = published is not None and published.sample
contract, reports = catalog.tables[TABLE], reported(data, published)
measure = progress.choose(catalog, actor)
progress.plan(catalog, measure)
entry = progress.form(catalog, contract, measure, actor, sample)
if entry is not None:
    found = examine(entry.csv, entry.file_name, contract, catalog, today())
    if found.refused:
        progress.wrong(found.problems)
    else:
        batch = accept(entry.csv, entry.file_name, contract, catalog, today(), actor, data, sample=sample)
        progress.taken(measure, batch.already)
        st.rerun()
if actor.may("publish"):
    alone = published is not None and adds_only(catalog, data, published, TABLE)
    if progress.wants_to_publish(waiting(data, published.batches if published else ()), alone):
        with st.spinner("正在建库并发布…"):
            publish(data, build(catalog, data), actor)
        st.rerun()
progress.listed(reports, catalog, measure, actor)
progress.everywhere(reports, catalog)
