"""自检: the findings as a table, the worst first, with what to do."""

import streamlit as st

from etl.doctor.examine import examine
from etl.doctor.findings import CONDITIONS
from scorecard.storage.data_dir import DataDir, default_seeds
from scorecard.ui.shell.page_blocks import show_on_screen


def show_findings(data: DataDir) -> None:
    """Every finding as it is now."""
    with st.spinner("正在逐个文件核对…"):
        findings = examine(data, default_seeds())
    counts = {condition: sum(finding.condition == condition for finding in findings) for condition in CONDITIONS}
    repairable = any(finding.repair for finding in findings)
    show_on_screen("ui/admin/self_check.html", findings=findings, counts=counts, repair=repairable)
