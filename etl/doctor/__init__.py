"""The self-check: every file of the data folder, and what the service stands on; repairs what can be made again."""
