"""启用: leaving the sample: what is there, what is missing per table, who exports it from where, templates, first publication."""

from scorecard.ui.intake import go_live
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("启用")
identity.current().require("go_live")
go_live.show_progress(version, seeds_catalog())
go_live.show_templates(seeds_catalog())
