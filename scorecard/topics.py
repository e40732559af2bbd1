"""Tallies for the pages in depth: what is asked of the version's tables beside the indicators, read-only and bounded.

Every query of these pages takes its rows through `rows_of`, so that none forgets what the reader chose.
"""

from collections.abc import Sequence
from typing import Any

import duckdb

from scorecard.definitions import Catalog
from scorecard.readings import ALL_DEPARTMENTS
from scorecard.slices import Slice


def rows_of(catalog: Catalog, table: str, chosen: Slice) -> str:
    """The table with only the rows of the chosen department and scope, as a query to select from."""
    contract = catalog.tables[table]
    tests = ["true"]
    if chosen.department != ALL_DEPARTMENTS:
        department = chosen.department.replace("'", "''")
        tests.append(f"\"{contract.department}\" = '{department}'")
    if chosen.scope == "firm":
        tests.append(f'"{contract.firm}"')
    return f'(SELECT * FROM "{table}" WHERE {" AND ".join(tests)})'


def fetched(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """All rows of a query that is known to be small."""
    with connection.cursor() as cursor:
        return cursor.execute(query, list(values)).fetchall()
