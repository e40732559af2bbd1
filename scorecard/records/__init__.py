"""Rows that people enter: targets, re-basings, annotations, decisions, progress reports, official values, remarks."""
