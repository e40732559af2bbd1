"""数据报送: select files, 体检, 影响, 发布. Each act has a button of its own; a rerun never does anything twice."""

import streamlit as st

from etl.warehouse.build import chosen_batches
from scorecard.ui.intake.examination import examine_files
from scorecard.ui.intake.publication import impact_step, pending_changes, publish_step, show_steps
from scorecard.ui.intake.rulings import show_rulings
from scorecard.ui.intake.set_aside import show_rows_aside
from scorecard.ui.intake.upload import declare_no_data, select_files, show_templates
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version, catalog = frame.heading("数据报送"), seeds_catalog()
identity.current().require("upload")
frame.told("withdraw", "none")
bar = st.empty()
files = examine_files(select_files(catalog), catalog)
show_templates(catalog)
declare_no_data(catalog)
batches = chosen_batches(data_dir())
show_rows_aside(batches, catalog)
show_rulings(batches, catalog)
pending = pending_changes(version, batches, catalog)
seen = impact_step(pending, catalog)
show_steps(bar, files, pending, seen=seen)
publish_step(version, pending, batches, catalog, seen=seen)
