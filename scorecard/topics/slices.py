"""The slice of a version that a topic page shows, and how its queries read the tables of that version.

The queries lie in `sql/`. There {cases} stands for the rows of the chosen department and scope of a table, cases alone for
all of them; $first and $last are the days of the slice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from scorecard.calendar.period import Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.storage.sql_text import quoted


@dataclass(frozen=True)
class Slice:
    """The days from `first` to `last` (both included), one department or all, all cases or 涉企."""

    first: date
    last: date
    department: str
    scope: str


def slice_of(period: Period, cut: date, department: str, scope: str) -> Slice:
    """The days of a period up to the day the extracts reach, with the department and the scope."""
    return Slice(period.first, min(period.last, cut), department, scope)


def obstacle(
    catalog: Catalog,
    as_of: Mapping[str, date],
    needed: Mapping[str, Sequence[str]],
    chosen: tuple[str, str],
    silent: Mapping[tuple[str, str], str],
) -> str:
    """Why what reads these tables and columns cannot be shown for (department, scope), and what to do; empty if it can.

    `silent` has the sentence about each column, by table, that some extract says nothing of.
    """
    department, scope = chosen
    for name, columns in needed.items():
        table = catalog.tables.get(name)
        if table is None:
            return f"这一版没有登记数据表“{name}”，没有可用的数据。"
        missing = [column for column in columns if column not in table.columns and column not in table.derived]
        if missing:
            return f"《{table.name}》的合同没有这些列：{'、'.join(missing)}，没有可用的数据。"
        if name not in as_of:
            if table.entered_by == "register":
                return f"《{table.name}》还没有登记。请在“登记”页登记并发布。"
            return f"《{table.name}》还没有报送。请在“数据报送”页上传并发布。"
        if department != ALL_DEPARTMENTS and table.department is None:
            words = catalog.words
            return f"《{table.name}》不分{words.unit}。请把上方“{words.choice}”改为“{words.whole}”。"
        if scope == "firm" and table.firm is None:
            return f"《{table.name}》不区分涉企。请把上方“案件范围”改为“全部案件”。"
        whose = {table.department} if department != ALL_DEPARTMENTS else set()
        whose |= {table.firm} if scope == "firm" else set()
        read = table.sources([*columns, *filter(None, whose)])
        if unsaid := [reason for (of, column), reason in silent.items() if of == name and column in read]:
            return f"{'；'.join(unsaid)}，无法计算，不等于没有。请补报这些列后重新发布。"
    return ""


def _text(query: str) -> str:
    return (Path(__file__).parent / "sql" / f"{query}.sql").read_text("utf-8")


def needed(*queries: str) -> dict[str, tuple[str, ...]]:
    """Table -> the columns that these queries read, as their heads say."""
    columns: dict[str, dict[str, None]] = {}
    for table, names in re.findall(r"(?m)^-- needs (\w+): (.*)$", "\n".join(map(_text, queries))):
        columns.setdefault(table, {}).update(dict.fromkeys(names.split()))
    return {table: tuple(names) for table, names in columns.items()}


class _Rows(dict[str, str]):
    """Table -> a query for its rows of the chosen department and scope."""

    def __init__(self, catalog: Catalog, chosen: Slice) -> None:
        super().__init__()
        self._catalog, self._chosen = catalog, chosen

    def __missing__(self, table: str) -> str:
        contract, tests = self._catalog.tables[table], ["true"]
        if self._chosen.department != ALL_DEPARTMENTS:
            tests.append(f'"{contract.department}" = {quoted(self._chosen.department)}')
        if self._chosen.scope == "firm":
            tests.append(f'"{contract.firm}"')
        return f'(SELECT * FROM "{table}" WHERE {" AND ".join(tests)})'


def fetch_rows(
    connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, query: str, **values: Any
) -> list[tuple[Any, ...]]:
    """All rows of a query of `sql/`, whose result is known to be small."""
    text = _text(query).format_map(_Rows(catalog, chosen))
    known = {"first": chosen.first, "last": chosen.last, **values}
    with connection.cursor() as cursor:
        return cursor.execute(text, {name: known[name] for name in set(re.findall(r"\$(\w+)", text))}).fetchall()


def counts_in_order(words: Sequence[str], counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The counts added up by word, in the given order of words and never by size; words that do not occur are left out."""
    totals: Counter[str] = Counter()
    for word, count in counts:
        totals[word] += count
    return tuple((word, totals[word]) for word in words if totals[word])
