"""目标: every target with its basis and period of validity; one more row when the leading group decides."""

from scorecard.records.targets import TABLE
from scorecard.store.registers import document_places
from scorecard.ui.records.entry_form import show_result
from scorecard.ui.records.targets import show_targets, target_form
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("目标")
if version is None:
    frame.first_steps()
else:
    show_result(TABLE)
    show_targets(version.targets, version.catalog, {} if version.public else document_places(version.connection))
    target_form(seeds_catalog(), version.manifest)
