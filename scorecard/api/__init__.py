"""The read-only interface for other programs: tokens, limits, what is answered, its description. Knows no web framework."""
