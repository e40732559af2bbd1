"""What versions built by earlier programs lack stands there empty: they are served as they were published."""

import duckdb

# Table -> what came to it later; a table that is not there at all came later as a whole.
_CAME_LATER = {
    "indicator_value": "NULL::BIGINT AS unknown",
    "worklist_state": "NULL::VARCHAR[] AS unknown",
    "value_doubt": ", ".join(
        f"NULL::VARCHAR AS {name}" for name in ("indicator", "grain", "period", "department", "scope", "reason")
    ),
    "silent_column": ", ".join(f"NULL::VARCHAR AS {name}" for name in ("table_id", "column_name", "reason")),
}


def rows_of(cursor: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL for the rows of a table of a version, with every column that it has today; NULL where the version lacks it."""
    later = f"SELECT {_CAME_LATER[table]} WHERE false"
    if not cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall():
        return f"({later})"
    return f"(FROM {table} UNION ALL BY NAME {later})"
