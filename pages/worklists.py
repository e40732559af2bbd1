"""台账与预警: what is overdue, what soon will be, and the rows of one list for users who may see them."""

from scorecard.ui.shell import frame, identity
from scorecard.ui.work import worklists

version = frame.heading("台账与预警")
if version is None:
    frame.first_steps()
else:
    actor = identity.current()
    choice = worklists.select_worklist(version, actor)
    if choice is not None:
        worklists.show_summary(version, choice)
        worklists.show_rows(version, choice, actor)
