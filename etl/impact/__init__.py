"""A candidate compared with the published version."""
