"""会商: only what needs a decision, a list of titles, one of them open; the next session begins with the decisions still to be done."""

import streamlit as st

from etl.intake.entered_rows import recorded_decisions
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.work import meeting

view = frame.analysis("会商")
if view is not None:
    actor, decisions = identity.current(), recorded_decisions(data_dir(), view.version.manifest.sample)
    before = meeting.matters_of(view, decisions)
    matters, matter = meeting.select_matter(view, before, decisions)
    if matter is not None:
        left, right = st.columns([3, 2], gap="large")
        with left:
            meeting.show_matter(view, matter, matters.index(matter) + 1, len(matters))
        with right:
            meeting.list_matter(view, matter, actor, before)
            meeting.decision_form(view, matter, actor)
    meeting.show_minutes(view, decisions)
