"""措施进展: the reports of the responsible departments on each of the plan's measures; nothing is overwritten."""

from etl.intake.entered_rows import progress
from scorecard.records.progress_reports import TABLE
from scorecard.ui.records.entry_form import publish_waiting
from scorecard.ui.records.progress import report_form, select_measure, show_all_measures, show_plan, show_reports
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version = frame.heading("措施进展")
catalog, published = seeds_catalog(), version.manifest if version else None
measure = select_measure(catalog)
show_plan(catalog, measure)
report_form(catalog, measure, published)
publish_waiting(catalog.tables[TABLE], catalog, published, "条进展")
reports = progress(data_dir(), published)
show_reports(reports, catalog, measure)
show_all_measures(reports, catalog)
