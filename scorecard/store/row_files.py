"""Rows that leave the building as a CSV for Chinese Excel: case lists, worklists, listings; only for those allowed, on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.entry import TRACE, trace
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import RowListing
from scorecard.catalog.worklists import Worklist
from scorecard.errors import ScorecardError
from scorecard.queries.evidence import EvidenceQuery
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv
from scorecard.store import evidence_rows
from scorecard.store.evidence_rows import EvidencePart, require_evidence
from scorecard.store.listings import listed, require_rows
from scorecard.store.tabulations import Reading
from scorecard.store.worklist_rows import LINE, SOURCE, headers, items

MOST_ROWS = 100_000  # about what Excel opens without complaint on an office machine; more is a matter for the extract
_PAGE, _ALL_ROWS = 5_000, 10_000_000


@dataclass(frozen=True)
class EvidenceSelection:
    """Which rows go into the file, and what it says of itself below them."""

    behind: EvidenceQuery
    part: EvidencePart
    text: str
    subject: str  # what the audit names: indicator, period, department, scope, version
    provenance: tuple[str, ...]


def export(data: DataDir, connection: Any, catalog: Catalog, actor: Actor, choice: EvidenceSelection) -> bytes:
    """The file: a header, every row of the choice, then below a blank line where it comes from.

    Raises Forbidden without the rights "evidence" for the department and "export", ScorecardError for too many rows.
    """
    behind = choice.behind
    with audit.recorded(data, actor, "导出", choice.subject) as told:
        require_evidence(actor, behind.department, catalog)
        actor.require("export")
        rows = evidence_rows.count(connection, catalog, actor, behind, part=choice.part, text=choice.text)
        told.detail["rows"] = rows
        if rows > MOST_ROWS:
            raise ScorecardError(
                "导出案件清单",
                f"共 {rows:,} 行",
                f"不超过 {MOST_ROWS:,} 行",
                f"请改选较短的报告期或一个{catalog.words.unit}",
            )
        taken, lines = trace(actor), list[Sequence[CsvValue]]()
        for offset in range(0, rows, _PAGE):
            page = evidence_rows.evidence_rows(
                connection, catalog, actor, behind, part=choice.part, text=choice.text, limit=_PAGE, offset=offset
            )
            lines += [(*line.values, taken) for line in page]
        foot = [(), *((line,) for line in choice.provenance)]
        return write_csv((*evidence_rows.headers(behind), TRACE), [*lines, *foot])


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

    head = ("台账", "状态", "期限", catalog.words.unit, *headers(catalog, worklist), SOURCE, LINE)
    subject, whose = f"台账/{worklist.id}", catalog.department_name(department)
    return _file(data, actor, subject, version, whose, head, rows)


def exported_listing(data: DataDir, of: Reading, version: str, listing: RowListing, actor: Actor) -> bytes:
    """All rows of a listing as a reader looks at it. Raises Forbidden without the rights, ScorecardError where none can be told."""
    table = of.catalog.tables[listing.table]

    def rows() -> list[Sequence[CsvValue]]:
        require_rows(of, listing, actor)
        told = listed(of, listing, actor, limit=_ALL_ROWS)
        if told.basis.reason:
            raise ScorecardError(
                listing.name, told.basis.reason, "能列出的报告期", f"请另选报告期、{of.catalog.words.unit}或案件范围"
            )
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
