"""The pages in depth: disputes, insolvency."""
