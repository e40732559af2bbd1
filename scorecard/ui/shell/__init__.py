"""What every page stands in: frame, session, selection, page blocks, templates, style."""
