"""How data gets in and out: accept, build, publish; command line `python -m etl`."""
