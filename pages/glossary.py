"""指标口径: what every indicator means and how it is computed, generated from its definition."""

from scorecard.ui.indicators import glossary
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("指标口径", any_version=True)
glossary.show(version.catalog if version else seeds_catalog(), version)
if identity.current().may_somewhere("upload"):
    glossary.show_problem_codes()
