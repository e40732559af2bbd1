"""总览: data health, where the indicators stand, what needs attention, all of them at a glance."""

from scorecard.ui import frame, overview, worklists

view = frame.analysis("总览")
if view is not None:
    overview.health(view)
    overview.tally(view)
    worklists.overdue(view)
    overview.attention(view)
    overview.matrix(view)
    overview.words(view)
