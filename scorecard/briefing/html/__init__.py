"""The paper as HTML."""
