"""A sheet of a workbook as the CSV text that the rest of the door reads, with what only a workbook knows."""
