"""提示核查: patterns in the numbers that ask for a look at cases, and every indicator beside its counterweight."""

from scorecard.ui.shell import frame, identity
from scorecard.ui.work import prompts

view = frame.analysis("提示核查")
if view is not None:
    prompts.page(view, identity.current())
