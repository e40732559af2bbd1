"""解决商业纠纷: every indicator of this domain under the plan's measures, then topics in depth; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.topics import deadlines, disputes
from scorecard.ui.topics.counterweights import pairs

domain.page(
    "commercial_disputes",
    {
        "纠纷去向": disputes.directions,
        "各环节用时": disputes.times,
        "小额适用": disputes.small_claims,
        "保全时钟": deadlines.preservation,
        "信用修复": deadlines.register,
        "制衡对照": lambda view: pairs(view, "commercial_disputes"),
    },
)
