"""案件清单: the rows behind one value, for those who may see them; the chain from the number to the line of a file."""

from scorecard.ui.indicators import evidence

evidence.page()
