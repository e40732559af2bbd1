"""The annex as a workbook and as CSV."""
