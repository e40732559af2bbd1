"""Forms to fill in: the template of a table as a workbook."""
