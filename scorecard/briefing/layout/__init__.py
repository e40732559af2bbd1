"""What several formats share: column widths, number formats, the Office package, an SVG as a picture."""
