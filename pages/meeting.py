"""会商: only what needs a decision, one matter at a time; what is decided is kept, the next session begins with what is left."""

import streamlit as st

from etl.intake.accept import accept
from etl.intake.entered_rows import recorded
from scorecard.calendar.clock import today
from scorecard.records.decisions import TABLE
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog
from scorecard.ui.work import meeting

view = frame.analysis("会商")
if view is not None:
    actor, data, sample = identity.current(), data_dir(), view.version.manifest.sample
    decisions = recorded(data, sample)
    matters = meeting.matters(view, decisions)
    matter = meeting.choose(view, matters)
    if matter is not None:
        left, right = st.columns([3, 2], gap="large")
        with left:
            meeting.facts(view, matter, matters.index(matter) + 1, len(matters))
        contract = seeds_catalog().tables[TABLE]
        with right:
            decided = meeting.form(view, matter, contract, actor)
        if decided is not None:
            file = (decided.csv, decided.file_name, contract, seeds_catalog(), today())
            with st.spinner("正在记录…"):
                accept(*file, actor, data, sample=sample)
            st.rerun()
    meeting.minutes(view, decisions, actor)
