"""Measures, worklists, requirements, meeting, briefings."""
