"""解决商业纠纷: every indicator of this domain under the plan's measures, then topics in depth; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.topics import disputes

domain.page("commercial_disputes", {"各环节用时": disputes.times, "小额适用": disputes.small_claims})
