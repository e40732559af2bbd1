"""对标体系: the systems of indicators of the Supreme People's Court and the World Bank as two views over what exists here."""

from scorecard.ui.shell import frame
from scorecard.ui.work import frameworks

view = frame.analysis("对标体系")
if view is not None:
    frameworks.page(view)
