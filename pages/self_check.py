"""自检: whether every file of the data is as it was written, and what the service stands on."""

from scorecard.ui.admin.self_check import show_findings
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir

frame.heading("自检")
identity.current().require("audit")
show_findings(data_dir())
