"""工作要求: the cross-domain indicators under the seven requirements, then what the registers show; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.work import requirements

domain.page("requirements", requirements.TOPICS)
