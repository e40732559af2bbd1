"""Declared formulas as Ibis expressions. Builds expressions and runs none."""
