"""What several formats share: text widths, column widths, number formats, the Office package."""
