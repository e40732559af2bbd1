"""基准与标注: from when an indicator is judged anew and why; what happened in which month, for later readers."""

from scorecard.records import annotations, baselines
from scorecard.ui.records.time_axis import proposals, show_forms, show_tables
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("基准与标注")
if version is None:
    frame.first_steps()
else:
    frame.told(baselines.TABLE, annotations.TABLE)
    undecided = proposals(version)
    show_tables(undecided, version.baselines, version.annotations, version.catalog)
    show_forms(seeds_catalog(), version.manifest, undecided)
