"""Published versions: what waits, publish, roll back, prune."""
