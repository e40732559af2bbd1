"""The plan row by row, its tabulations and listings, worklists, prompts, liaison, meeting, briefings."""
