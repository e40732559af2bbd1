"""办理破产: every indicator of this domain under the plan's measures, then the cases in depth; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.topics import insolvency, insolvency_money

domain.page(
    "insolvency",
    {
        "案件时间轴": insolvency.timeline,
        "审理时长": insolvency.lengths,
        "清偿与成本": insolvency_money.money,
        "财产处置与管理人": insolvency_money.estates,
    },
)
