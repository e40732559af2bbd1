"""The sample of an upper court: rows of one court dealt out to several of unequal size, each with its own case numbers.

A case goes where its number goes, wherever it is named, so that what refers to it still finds it; a row without a number of its
own goes by its key. Chance alone makes the courts differ, so most points of a funnel lie within.
"""

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

from scorecard.catalog.contracts import Table
from scorecard.catalog.court import MemberCourt
from scorecard.catalog.definitions import Catalog

Row = Mapping[str, object]


def of_courts(tables: Mapping[str, Sequence[Row]], catalog: Catalog, code: str) -> dict[str, list[Row]]:
    """The rows with courts in place of departments, and their courts' codes in place of this one."""
    courts = [one for one in catalog.departments.values() if isinstance(one, MemberCourt)]
    number = re.compile(f"(?<=）){re.escape(code)}(?=[^0-9]+[0-9]+号)")
    shares = [
        at for at in range(len(courts)) for _ in range(2 + at * 7 % len(courts))
    ]  # from 2 to n + 1 parts, in no order

    def court_of(text: str) -> MemberCourt:
        return courts[shares[crc32(text.encode()) % len(shares)]]

    def renumbered(cell: object) -> object:
        found = number.search(cell) if isinstance(cell, str) else None
        return number.sub(court_of(number.sub("", str(cell))).codes[0], str(cell)) if found else cell

    def dealt(row: Row, table: Table) -> Row:
        cells = {name: renumbered(cell) for name, cell in row.items()}
        unit = table.department
        if unit is None or row.get(unit) is None or table.columns[unit].responsible:
            return cells
        own = [name for name, column in table.columns.items() if column.court == "own" and row.get(name)]
        place = [str(row[name]) for name in own[:1] or table.key if row.get(name) is not None]
        return {**cells, unit: court_of(number.sub("", "".join(place))).id}

    return {name: [dealt(row, catalog.tables[name]) for row in rows] for name, rows in tables.items()}
