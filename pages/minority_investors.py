"""保护中小投资者: every indicator of this domain under the plan's measures; the chosen one in detail."""

from scorecard.ui import domain

domain.page("minority_investors")
