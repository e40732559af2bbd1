"""指标口径: what every indicator means and how it is computed, generated from its definition."""

from scorecard.formula import sql_of
from scorecard.ui import frame, glossary
from scorecard.ui.data import seeds_catalog

version = frame.heading("指标口径")
glossary.show(version.catalog if version else seeds_catalog(), version, sql_of)
