"""The invented court behind the sample data: chance, numbering, rhythm, and its extracts as a case system would export them."""
