"""The pages in depth: disputes, deadlines, insolvency, counterweights."""
