"""台账与预警: what is overdue, what soon will be, and the rows of one list for those who may see them."""

from scorecard.ui.shell import frame, identity
from scorecard.ui.work import worklists

version = frame.heading("台账与预警")
if version is None:
    frame.first_steps()
else:
    actor = identity.current()
    choice = worklists.choose(version, actor)
    if choice is not None:
        worklists.summary(version, choice)
        worklists.listed(version, choice, actor)
