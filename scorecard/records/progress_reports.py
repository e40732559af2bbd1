"""Reports of progress on the plan's measures: who may report on which, what a report may not say, where each one stands.

A report is never changed: a later entry for the same measure, department and day takes its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog, Measure

TABLE = "measure_progress"  # the table contract whose rows are reports of progress
LONGEST = 1000  # characters of a report; more belongs into the evidence
WHOLE = Decimal(100)
ReportStatus = Literal["待发布", "已发布", "已被替代", "已撤回"]
STANDINGS: tuple[ReportStatus, ...] = get_args(ReportStatus)


@dataclass(frozen=True)
class ProgressReport:
    """One report as it was accepted: what it says, and the batch it came in by (`account` accepted it at `at`)."""

    measure: str
    department: str
    reported_on: date
    status: str
    percent: Decimal | None
    text: str
    evidence: str
    entered_by: str
    batch: str
    account: str
    at: datetime
    file_name: str

    @property
    def key(self) -> tuple[str, str, date]:
        """What a later report with the same replaces."""
        return self.measure, self.department, self.reported_on


def from_row(
    row: Mapping[str, Any], batch: str, account: str, at: datetime, file_name: str
) -> ProgressReport:
    """A report from a row of the table; rows come from the door, so their types are right."""
    return ProgressReport(
        measure=row["measure"],
        department=row["department"],
        reported_on=row["reported_on"],
        status=row["status"],
        percent=row["percent"],
        text=row["text"] or "",
        evidence=row["evidence"] or "",
        entered_by=row.get("entered_by") or "",
        batch=batch,
        account=account,
        at=at,
        file_name=file_name,
    )


def reporters(catalog: Catalog, measure: Measure) -> tuple[str, ...]:
    """The departments that may report on a measure, in the plan's order; a collective stands for its members."""
    named: list[str] = []
    for one in measure.departments:
        department = catalog.departments[one]
        named += department.members if department.collective else (one,)
    return tuple(dict.fromkeys(named))


def may_report(catalog: Catalog, measure: Measure, actor: Actor) -> tuple[str, ...]:
    """The departments this actor may report for on a measure; empty for those who may not report on it."""
    return tuple(one for one in reporters(catalog, measure) if actor.may("report", one))


def mistakes(row: Mapping[str, object], catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """(column, found, expected, remedy) for what a report may not say beyond its contract; empty when it is sound."""
    found: list[tuple[str, str, str, str]] = []
    measure = catalog.measures.get(str(row["measure"]))
    if measure is not None and row["department"] not in reporters(catalog, measure):
        name = catalog.departments[str(row["department"])].name
        expected = catalog.department_names(reporters(catalog, measure))
        found.append(("department", f"“{name}”不是措施「{measure.title}」的责任部门", expected, ""))
    percent, status = row["percent"], row["status"]
    if isinstance(percent, Decimal):
        shown = f"{percent.normalize():f}%"
        if percent > WHOLE:
            found.append(("percent", f"完成进度 {shown}", "不超过 100%", ""))
        elif status == "已完成" and percent != WHOLE:
            found.append(
                ("percent", f"状态为“已完成”，完成进度却是 {shown}", "100%", "未完成的请改选“推进中”")
            )
        elif status == "未启动" and percent:
            found.append(("percent", f"状态为“未启动”，完成进度却是 {shown}", "0%或空白", "请核对状态"))
    length = len(str(row["text"] or ""))
    if length > LONGEST:
        found.append(("text", f"进展情况 {length} 字", f"不超过 {LONGEST} 字", "详细内容请放在佐证材料里"))
    return found


def standings(
    reports: Sequence[ProgressReport], published: Iterable[str], withdrawn: Iterable[str]
) -> tuple[ReportStatus, ...]:
    """Where each report stands, for reports in the order in which they replace each other, the earliest first.

    `published` and `withdrawn` name batches. Of the published ones with one key the last holds; one that waits replaces
    nothing yet.
    """
    shown, gone = set(published), set(withdrawn)
    last = {report.key: number for number, report in enumerate(reports) if report.batch in shown}

    def standing(number: int, report: ProgressReport) -> ReportStatus:
        if report.batch in shown:  # a batch withdrawn since is in the published version until the next one
            return "已发布" if last[report.key] == number else "已被替代"
        return "已撤回" if report.batch in gone else "待发布"

    return tuple(standing(number, report) for number, report in enumerate(reports))
