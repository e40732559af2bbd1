"""保护中小投资者: every indicator of this domain under the plan's measures, then topics in depth; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.topics import deadlines, disputes
from scorecard.ui.topics.counterweights import pairs

domain.page(
    "minority_investors",
    {
        "投资者纠纷去向": disputes.investor_directions,
        "拖欠账款": deadlines.arrears,
        "制衡对照": lambda view: pairs(view, "minority_investors"),
    },
)
