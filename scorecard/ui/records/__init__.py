"""Forms that add one row: targets, re-basings, annotations, progress reports."""
