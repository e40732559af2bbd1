"""措施与要求: the plan's measures and requirements on one screen, or the page of the one that the address names."""

from etl.intake.entered_rows import recorded_decisions
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.work import measures, plan_row

view = frame.analysis("措施与要求")
if view is not None:
    line = measures.select_row(view)
    if line is None:
        measures.matrix(view)
    else:
        plan_row.page(view, line, recorded_decisions(data_dir(), view.version.manifest.sample))
