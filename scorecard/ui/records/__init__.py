"""Forms that add one row: targets, re-basings, annotations, progress reports; and the one that adds a notice of working days."""
