"""数据报送: choose, check, accept, publish. Each step is a button of its own; a rerun never does anything twice."""

import streamlit as st

from etl.accept import accept, template
from etl.batches import list_batches
from etl.build import build
from etl.examine import examine
from etl.problems import SEVERITY_NAMES, problems_csv
from etl.publish import publish
from scorecard.ui import frame, identity, upload
from scorecard.ui.data import data_dir, seeds_catalog

version = frame.heading("数据报送")
catalog, data = seeds_catalog(), data_dir()
table, as_of = upload.choose(catalog)
actor = identity.current()
upload.contract(table, template(table))
sent = upload.sent(table, as_of, catalog.court.max_upload_mb)
if sent is not None:
    file = (sent.raw, sent.file_name, table, catalog, as_of)
    found = upload.once("examined", (sent.id, table.id, as_of, catalog.digest), lambda: examine(*file))
    actions = upload.findings(found, SEVERITY_NAMES, lambda: problems_csv(found.problems), sent.file_name)
    if not found.refused and upload.wants_to_accept(actions):
        with st.spinner("正在接收…"):
            batch = accept(*file, actor, data)
        before = "此前已接收，没有重复写入" if batch.already else "已接收"
        upload.accepted(f"{before}：{table.name} {batch.rows:,} 行，批次 {batch.name}", actions)

published = {(one["table"], one["name"]) for one in version.manifest.batches} if version else set()
own = [one for one in list_batches(data) if not one.sample and (one.table, one.name) not in published]
if upload.waiting(own, catalog, version is not None and version.manifest.sample):
    with st.spinner("正在建库并发布…"):
        publish(data, build(catalog, data), actor)
    st.rerun()
