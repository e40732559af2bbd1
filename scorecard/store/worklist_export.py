"""A worklist as a CSV that leaves the building: every row of it, who took it out is on record."""

from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.trace import TRACE, trace
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.worklists import Worklist
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import write_csv
from scorecard.store.worklist_rows import LINE, SOURCE, headers, items

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
    whose = catalog.department_name(department)
    with audit.recorded(data, actor, "导出", f"台账/{worklist.id}", version=version, department=whose) as act:
        actor.require("export")
        rows = items(connection, catalog, worklist, actor, department, limit=_ALL_ROWS)
        act.detail["rows"] = len(rows)
        head = ("台账", "状态", "期限", "部门", *headers(catalog, worklist), SOURCE, LINE, "数据版本", TRACE)
        taken = trace(actor)
        return write_csv(
            head,
            (
                (
                    worklist.name, row.state, row.due, row.department, *row.values, row.source, row.line, version, taken,
                )
                for row in rows
            ),
        )  # fmt: skip
