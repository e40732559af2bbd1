"""The content of a paper, before it has a format."""
