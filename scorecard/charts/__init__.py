"""Figures as pure functions of data, and the palette."""
