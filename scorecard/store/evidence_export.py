"""The rows behind a number as a CSV for Chinese Excel: only for those allowed, recorded as 导出, with its provenance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.trace import TRACE, trace
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.queries.evidence import EvidenceQuery
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv
from scorecard.store import evidence_rows
from scorecard.store.evidence_rows import EvidencePart, require_evidence

MOST_ROWS = 100_000  # about what Excel opens without complaint on an office machine; more is a matter for the extract
_PAGE = 5_000


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
                "导出案件清单", f"共 {rows:,} 行", f"不超过 {MOST_ROWS:,} 行", "请改选较短的报告期或一个部门"
            )
        lines = (
            (*line, taken) for taken in [trace(actor)] for line in _lines(connection, catalog, actor, choice, rows)
        )
        foot = [(), *((line,) for line in choice.provenance)]
        return write_csv((*evidence_rows.headers(behind), TRACE), [*lines, *foot])


def _lines(
    connection: Any, catalog: Catalog, actor: Actor, choice: EvidenceSelection, rows: int
) -> Iterator[Sequence[CsvValue]]:
    for offset in range(0, rows, _PAGE):
        for line in evidence_rows.evidence_rows(
            connection, catalog, actor, choice.behind,
            part=choice.part, text=choice.text, limit=_PAGE, offset=offset,
        ):  # fmt: skip
            yield line.values
