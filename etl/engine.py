"""Connections of the build: one place for memory, threads and what DuckDB may reach."""

from pathlib import Path

import duckdb

# Room for 1e7 rows inside 4 GiB of the process: DuckDB spills to disk beyond this.
MEMORY_LIMIT = "2500MB"


def open_build(path: Path | None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A writable connection to a new database file (None: in memory) that never installs or loads extensions."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if spill is not None:
        settings["temp_directory"] = str(spill)
    return duckdb.connect(":memory:" if path is None else str(path), config=settings)
