"""办理破产: every indicator of this domain under the plan's measures; the chosen one in detail."""

from scorecard.ui import domain

domain.page("insolvency")
