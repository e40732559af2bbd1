"""Accounts and the audit list."""
