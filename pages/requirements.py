"""工作要求: the cross-domain indicators under the seven requirements; the chosen one in detail."""

from scorecard.ui import domain

domain.page("requirements")
