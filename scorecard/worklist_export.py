"""A worklist as a CSV that leaves the building: every row of it, who took it out is on record."""

from typing import Any

from scorecard import audit
from scorecard.access import Actor
from scorecard.definitions import Catalog
from scorecard.layout import DataDir
from scorecard.readings import ALL_DEPARTMENTS
from scorecard.spreadsheet import csv_file
from scorecard.worklist_rows import LINE, SOURCE, headers, items
from scorecard.worklists import Worklist

_ALL_ROWS = 10_000_000


def exported(
    data: DataDir,
    connection: Any,  # only the store knows what it is
    catalog: Catalog,
    version: str,
    worklist: Worklist,
    actor: Actor,
    department: str,
) -> bytes:
    """All rows of a list for a department or the whole court, by due date. Raises Forbidden without the rights."""
    whose = "全院" if department == ALL_DEPARTMENTS else catalog.departments[department].name
    with audit.told(data, actor, "导出", f"台账/{worklist.id}", version=version, department=whose) as told:
        actor.require("export")
        found = items(connection, catalog, worklist, actor, department, limit=_ALL_ROWS)
        told.detail["rows"] = len(found)
        head = ("台账", "状态", "期限", "部门", *headers(catalog, worklist), SOURCE, LINE, "数据版本")
        return csv_file(
            head,
            (
                (
                    worklist.name, one.state, one.due, one.department, *one.cells, one.source, str(one.line), version,
                )
                for one in found
            ),
        )  # fmt: skip
