"""The sealed record of who did what."""
