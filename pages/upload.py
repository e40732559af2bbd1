"""数据报送: choose files, 体检, 影响, 发布. Each act is a button of its own; a rerun never does anything twice."""

from datetime import date
from functools import partial

import streamlit as st

from etl.impact.compute import impact
from etl.intake import examine, header_mapping, recognise, repaired, set_aside, withdraw
from etl.intake.accept import accept, template
from etl.problems import SEVERITY_NAMES, problems_csv
from etl.versions.publish import publish
from etl.warehouse.build import build, chosen_batches, version_id
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.ui.intake import examination, publication, set_aside as asides, upload
from scorecard.ui.intake.examination import Sent
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version = frame.heading("数据报送")
catalog, data, actor = seeds_catalog(), data_dir(), identity.current()


def read(file: Sent) -> tuple[bytes, str, Table, Catalog, date]:
    """The file and what it is said to be, as the door takes it."""
    return file.raw, file.file_name, file.table, catalog, file.as_of


door = examination.Door(
    recognise=lambda raw: recognise.recognise(raw, catalog),
    examine=lambda one: examine.examine(*read(one), mapping=one.mapping, policy=one.policy),
    accept=lambda one: accept(*read(one), actor, data, mapping=one.mapping, policy=one.policy, note=one.note),
    withdrawn=lambda batch: (batch.table, batch.name) in withdraw.withdrawn(data),
    repaired_csv=lambda one: repaired.repaired_csv(*read(one), mapping=one.mapping, policy=one.policy),
    problems_csv=lambda found: problems_csv(found.problems),
    offered=lambda table, headers: header_mapping.offered(headers, header_mapping.remembered(data, table)),
    remember=lambda table, mapping: header_mapping.remember(data, table, mapping, actor),
    severities=SEVERITY_NAMES,
)
actor.require("upload")
bar = st.empty()
checked = examination.check(upload.choose(catalog), catalog, door)
upload.templates(catalog, template)
chosen = chosen_batches(data)
waiting = set_aside.waiting(data, chosen)
asides.show(waiting, catalog, partial(set_aside.aside_rows, data), partial(set_aside.aside_csv, data, actor))
waits = publication.pending(version, chosen, version_id(catalog, chosen), catalog)
current = version.id if version else None
seen = publication.show_impact(waits, catalog, lambda: impact(data, catalog, build(catalog, data), current))
publication.steps(bar, checked, waits, seen=seen)
note = publication.ask_to_publish(waits, seen=seen)
if note is not None:
    with st.spinner("正在发布…"):
        publish(data, waits.candidate, actor, note)
    st.rerun()
