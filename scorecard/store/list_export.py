"""A worklist or listing as a CSV that leaves the building: every row of it, who took it out is on record."""

from collections.abc import Callable, Sequence
from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.trace import TRACE, trace
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import Listing
from scorecard.catalog.worklists import Worklist
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv
from scorecard.store.tabulations import Reading, listed, require_rows
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
    """All rows of a worklist for a department or the whole court, by due date. Raises Forbidden without the rights."""

    def rows() -> list[Sequence[CsvValue]]:
        found = items(connection, catalog, worklist, actor, department, limit=_ALL_ROWS)
        return [(worklist.name, one.state, one.due, one.department, *one.values, one.source, one.line) for one in found]

    head = ("台账", "状态", "期限", "部门", *headers(catalog, worklist), SOURCE, LINE)
    subject, whose = f"台账/{worklist.id}", catalog.department_name(department)
    return _file(data, actor, subject, version, whose, head, rows)


def exported_listing(data: DataDir, of: Reading, version: str, listing: Listing, actor: Actor) -> bytes:
    """All rows of a listing as a reader looks at it. Raises Forbidden without the rights, ScorecardError where none can be told."""
    table = of.catalog.tables[listing.table]

    def rows() -> list[Sequence[CsvValue]]:
        require_rows(of, listing, actor)
        told = listed(of, listing, actor, limit=_ALL_ROWS)
        if told.basis.reason:
            raise ScorecardError(listing.name, told.basis.reason, "能列出的报告期", "请另选报告期、部门或案件范围")
        return [(listing.name, told.basis.span, *row.values, row.source, row.line) for row in told.rows]

    head = ("清单", "报告期", *(table.header(column) for column in listing.columns), SOURCE, LINE)
    whose = of.catalog.department_name(of.department)
    return _file(data, actor, f"清单/{listing.id}", version, whose, head, rows)


def _file(
    data: DataDir,
    actor: Actor,
    subject: str,
    version: str,
    whose: str,
    head: Sequence[str],
    rows: Callable[[], list[Sequence[CsvValue]]],
) -> bytes:
    """The rows with the version and the trace of who took them out. One line of the audit."""
    with audit.recorded(data, actor, "导出", subject, version=version, department=whose) as act:
        actor.require("export")
        found = rows()
        act.detail["rows"] = len(found)
        taken = trace(actor)
        return write_csv((*head, "数据版本", TRACE), ((*row, version, taken) for row in found))
