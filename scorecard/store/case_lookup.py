"""Where a case number stands in a published version: in which tables, under which department, on which worklists."""

from dataclasses import dataclass

import duckdb

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.case_number import normalise
from scorecard.catalog.columns import CASE_NO
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store.warehouse import fetched, has_table

LEAST_TEXT = 3  # shorter, it would name half of all cases
MOST_CASES = 50


@dataclass(frozen=True)
class FoundCase:
    """A case number, and of its rows the names of tables and departments, and of the worklists they are on."""

    case_no: str
    tables: tuple[str, ...]
    departments: tuple[str, ...]
    worklists: tuple[str, ...]


def find_cases(
    data: DataDir, connection: duckdb.DuckDBPyConnection, catalog: Catalog, version: str, actor: Actor, text: str
) -> list[FoundCase]:
    """Cases whose number contains the text, by rows of those departments that the actor may see; nearest, newest first.

    One more than `MOST_CASES` where there are more. One line of the audit: who and how many, never what was typed.
    """
    wanted = normalise(text) or text.replace("(", "（").replace(")", "）")
    if len(wanted) < LEAST_TEXT or not any(letter.isdigit() for letter in wanted):
        return []
    if not actor.may_somewhere("evidence"):
        return []
    own = [name for name in catalog.departments if actor.may("evidence", name)]
    query = " UNION ALL ".join(
        part for table in catalog.tables.values() if has_table(connection, table.id) for part in _parts(table)
    )
    if not query:
        return []
    items = "SELECT worklist, _batch, _line FROM worklist_item" if catalog.worklists else "SELECT '', NULL, NULL"
    with audit.recorded(data, actor, "查找案号", "案号", version=version) as act:
        rows = fetched(
            connection,
            f"SELECT number, list(DISTINCT place), list(DISTINCT department), list(DISTINCT worklist) FROM ({query})"
            f" LEFT JOIN ({items}) AS item(worklist, _batch, _line) USING (_batch, _line)"
            " GROUP BY number ORDER BY length(number), number DESC LIMIT $most",
            {"text": wanted, "own": own, "whole": actor.may("evidence"), "most": MOST_CASES + 1},
        )
        act.detail["rows"] = min(len(rows), MOST_CASES)
    return [
        FoundCase(
            number,
            tuple(one.name for one in catalog.tables.values() if one.id in tables),
            tuple(one.name for one in catalog.departments.values() if one.id in departments),
            tuple(one.name for one in catalog.worklists.values() if one.id in worklists),
        )
        for number, tables, departments, worklists in rows
    ]


def _parts(table: Table) -> list[str]:
    """One query for each shown column of case numbers; rows of nobody's are for those who see every department's."""
    columns = [name for name, column in table.columns.items() if column.type is CASE_NO and not column.private]
    whose = f'"{table.department}"' if table.department else "NULL"
    return [
        f"SELECT '{table.id}' AS place, \"{name}\" AS number, {whose} AS department, _batch, _line"
        f' FROM "{table.id}" WHERE contains("{name}", $text) AND ($whole OR list_contains($own, {whose}))'
        for name in columns
    ]
