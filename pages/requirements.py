"""工作要求: the cross-domain indicators under the seven requirements, then each department's assessment; the chosen one in detail."""

from scorecard.ui.indicators import domain
from scorecard.ui.work.department_assessment import show_assessment

domain.page("requirements", {"部门考核": show_assessment})
