"""An extract on its way in: examine, accept, set aside, withdraw."""
