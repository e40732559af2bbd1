"""配套措施: the 17 measures with what speaks for each and who owes a report; then a section a measure."""

from scorecard.ui.shell import frame
from scorecard.ui.work import measures

view = frame.analysis("配套措施")
if view is not None:
    measures.matrix(view)
    measures.sections(view)
