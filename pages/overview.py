"""总览: data health, what needs attention, what improved, where all indicators stand, the same in sentences."""

from scorecard.ui import frame, overview, worklists

view = frame.analysis("总览")
if view is not None:
    overview.health(view)
    worklists.overdue(view)
    overview.attention(view)
    overview.tally(view)
    overview.matrix(view)
    overview.words(view)
