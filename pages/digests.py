"""提要: what comes to each role, as it would go today; confirmed here before the first mail. For 管理员 only."""

from scorecard.ui.admin import digests
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir

version = frame.heading("提要")
identity.current().require("accounts")
if version is None:
    frame.first_steps()
else:
    digests.page(data_dir(), identity.current(), version)
