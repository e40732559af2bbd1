"""Published versions: pending batches, entry of one row, publication, rollback, retention, history of a row."""
