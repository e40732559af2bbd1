"""总览: data health, what needs attention, what improved, where all indicators stand, the same in sentences."""

from etl.versions.pending import pending_batches
from scorecard.errors import ScorecardError
from scorecard.ui.indicators import overview
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.work import measures, worklists

view = frame.analysis("总览")
if view is not None:
    held = 0
    if identity.current().may("publish") and not view.version.historic:
        try:
            held = len(pending_batches(data_dir(), view.version.manifest.batches))
        except ScorecardError as error:  # a damaged batch must be told, and must not hide what is published
            frame.failure(error)
    overview.health(view, held)
    worklists.overdue(view)
    overview.attention(view)
    measures.owed(view)
    overview.tally(view)
    overview.matrix(view)
    overview.words(view)
