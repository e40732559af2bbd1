"""The audit log: append-only, each line sealed with the line before."""
