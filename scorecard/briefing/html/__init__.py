"""The paper and its figures as HTML."""
