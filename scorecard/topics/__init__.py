"""Analyses in depth for one slice of a version: disputes, insolvency."""
