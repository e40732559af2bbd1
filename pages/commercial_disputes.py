"""解决商业纠纷: every indicator of this domain under the plan's measures; the chosen one in detail."""

from scorecard.ui import domain

domain.page("commercial_disputes")
