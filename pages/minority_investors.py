"""保护中小投资者: every indicator of this domain under the plan's measures, then topics in depth; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.topics import disputes

domain.page("minority_investors", {"拖欠账款": disputes.arrears})
