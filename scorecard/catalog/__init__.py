"""What the seeds declare: table contracts, formulas, indicators, worklists; parsed once, frozen."""
