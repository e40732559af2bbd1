"""DuckDB connections of the build: memory limit and extensions; system errors as OSError."""

import errno
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from scorecard.calendar.workdays import PACKAGE, WorkCalendar

# Room for 1e7 rows inside 4 GiB of the process: DuckDB spills to disk beyond this.
MEMORY_LIMIT = "2500MB"
# A version of a court is some forty small tables: DuckDB's own blocks of 256 KiB would stay half empty, and smaller ones than
# these cannot be packed by bits.
BLOCK_BYTES = 65_536


def open_build(path: Path | None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A writable connection to a new database file (None: in memory) that never installs or loads extensions."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "default_block_size": BLOCK_BYTES,
    }
    if spill is not None:
        settings["temp_directory"] = str(spill)
    connection = duckdb.connect(":memory:" if path is None else str(path), config=settings)
    connection.execute("SET enable_progress_bar = false")
    return connection


def calendar_days(calendar: WorkCalendar = PACKAGE) -> pa.Table:
    """The table that counts working days, for derived columns."""
    days, ordinals = zip(*calendar.ordinals(), strict=True)
    return pa.table({"day": pa.array(days, pa.date32()), "ordinal": pa.array(ordinals, pa.int64())})


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Appends Python rows to a table, in the order of its columns, by one statement: executemany takes one a row."""
    if rows:
        names = [f"c{place}" for place in range(len(rows[0]))]
        staged = pa.table([pa.array(values) for values in zip(*rows, strict=True)], names=names)
        connection.register("staged", staged)
        connection.execute(f'INSERT INTO "{table}" SELECT * FROM staged')
        connection.unregister("staged")


@contextmanager
def system_errors() -> Generator[None]:
    """Turns a DuckDB error about a full disk, a missing right or the like into the OSError behind it."""
    try:
        yield
    except duckdb.Error as error:
        # DuckDB gives the system's error only as text, and not always as an IOException.
        words = str(error)
        known = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EFBIG)
        number = next((number for number in known if os.strerror(number) in words), None)
        if number is None and not isinstance(error, duckdb.IOException):
            raise
        refused = number or errno.EIO
        raise OSError(refused, os.strerror(refused)) from error
