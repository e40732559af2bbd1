"""版本: what is published, from which batches; compare, withdraw, restore, publish again, roll back."""

from scorecard.ui.intake.versions import change_versions, show_versions
from scorecard.ui.shell import frame

version = frame.heading("版本")
if version is None:
    frame.first_steps()
frame.told("publish", "withdraw")
show_versions(version)
change_versions(version)
