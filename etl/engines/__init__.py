"""What computes over the rows of a version: DuckDB on one machine, or Spark. Definitions are the same Ibis expressions."""
