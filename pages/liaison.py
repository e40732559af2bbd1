"""联络员: what is owed this week and to whom, what was sent and adopted, and how punctual the tables were."""

from scorecard.ui.shell import frame
from scorecard.ui.work import liaison

view = frame.analysis("联络员")
if view is not None:
    liaison.show_due(view)
    liaison.show_information(view)
    liaison.show_punctuality(view)
