"""工作日历: of which years the working days are known, and the State Council's notice of a coming year, entered."""

from scorecard.records.work_calendar import TABLE
from scorecard.ui.records.entry_form import show_result
from scorecard.ui.records.work_calendar import show_calendar, show_form
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("工作日历")
if version is None:
    frame.first_steps()
else:
    show_result(TABLE)
    show_calendar()
    show_form(seeds_catalog(), version.manifest)
