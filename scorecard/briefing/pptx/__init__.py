"""The paper as slides."""
