"""The invented court's extracts, one module a table or group of tables."""
