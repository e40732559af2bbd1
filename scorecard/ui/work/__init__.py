"""The plan row by row, its tabulations and listings, worklists, liaison, meeting, briefings."""
