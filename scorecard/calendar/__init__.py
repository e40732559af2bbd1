"""Days and periods: the court's clock, reporting periods, working days."""
