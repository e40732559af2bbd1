"""What the seeds declare of a table's rows beside indicators: tabulations that count them by group, listings that show them, prompts."""
