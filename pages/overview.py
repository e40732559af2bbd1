"""总览: data health, what needs attention, what improved, where all indicators stand, the same in sentences."""

from etl.waiting import waiting
from scorecard.errors import ScorecardError
from scorecard.ui import frame, identity, overview, worklists
from scorecard.ui.data import data_dir
    overview.attention(view)
    overview.tally(view)
    overview.matrix(view)
    overview.words(view)
