"""Digests: a page for each role that comes to its reader, in an outbox and by mail."""
