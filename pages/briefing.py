"""简报: a recurring paper: chosen, previewed in words, made once, in several formats; past papers can be made again."""

import streamlit as st

from scorecard.briefing.export import make
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.work import briefing, briefing_records

version = frame.heading("简报", any_version=True)
if version is None:
    frame.first_steps()
else:
    actor, data = identity.current(), data_dir()
    choice = briefing.choose(version, actor)
    if choice is not None:
        choice = briefing.edit(version, choice, actor)
    if choice is not None and briefing.make_pressed(version, choice, actor):
        request, chosen, opened = choice.request, choice.formats, version
        briefing.make(lambda progress: make.make_paper(data, opened, request, actor, chosen, progress))
    made = st.container()  # of the files, whether made above or again from the list below
    again = briefing_records.past_exports(data, version.catalog, actor)
    briefing_records.check_edited(data, actor)
    if again is not None:
        export, chosen = again[0].id, briefing.all_formats()
        with made:
            briefing.make(lambda progress: make.make_again(data, export, actor, chosen, progress))
    with made:
        briefing.show_files()
