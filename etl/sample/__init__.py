"""The invented court behind the sample data: its matters as files, registers by recipe, extracts as a case system would export."""
