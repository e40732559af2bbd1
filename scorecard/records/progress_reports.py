"""Reports of progress on the plan's measures: who may report on which, what a report may not say, its state of publication.

A report is never changed: a later entry for the same measure, department and day takes its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Literal

from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog, Measure
from scorecard.records.rows import Contradiction, records

TABLE, PROBLEM_CODE = "measure_progress", "report_contradicts"
LONGEST = 1000  # characters of a report; more belongs into the evidence
WHOLE = Decimal(100)
ReportStatus = Literal["待发布", "已发布", "已被替代", "已撤回"]


@dataclass(frozen=True)
class ProgressReport:
    """One report of a department on a measure, and whether it is in force.

    `account` accepted it at `at` in the batch `batch`; these three are known of reports read from their batches
    (etl.intake.entered_rows), not of those read from a published version, which holds only reports in force.
    """

    measure: str
    department: str
    reported_on: date
    status: str
    percent: Decimal | None
    text: str
    evidence: str
    entered_by: str = ""
    batch: str = ""
    account: str = ""
    at: datetime | None = None
    standing: ReportStatus = "已发布"

    @property
    def key(self) -> tuple[str, str, date]:
        """A later report with the same key replaces this one."""
        return self.measure, self.department, self.reported_on

    @property
    def percent_text(self) -> str:
        """As it was reported, without added decimals: "60%"; empty where it was not."""
        return "" if self.percent is None else f"{self.percent.normalize():f}%"


from_rows = partial(records, ProgressReport)  # in the order of the rows


def reporters(catalog: Catalog, measure: Measure, day: date | None = None) -> tuple[str, ...]:
    """The departments that may report on a measure, in the plan's order; a collective stands for its members.

    On a day: those that answer then for the ones that the plan names.
    """
    named: list[str] = []
    for name in measure.departments:
        department = catalog.departments[name]
        named += department.members if department.collective else (name,)
    return tuple(dict.fromkeys(named)) if day is None else catalog.responsible(named, day)


def may_report(catalog: Catalog, measure: Measure, actor: Actor, day: date | None = None) -> tuple[str, ...]:
    """The departments for which this actor may report on a measure; on a day, those that answer for it then."""
    return tuple(name for name in reporters(catalog, measure, day) if actor.may("report", name))


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    wrong: list[Contradiction] = []
    measure, day = catalog.measures.get(str(row["measure"])), row["reported_on"]
    then = day if isinstance(day, date) else None
    if measure is not None and row["department"] not in reporters(catalog, measure, then):
        name = catalog.departments[str(row["department"])].name
        expected = catalog.department_names(reporters(catalog, measure, then))
        problem = f"“{name}”不是措施「{measure.title}」的责任部门"
        wrong.append(Contradiction("department", problem, expected))
    percent, status = row["percent"], row["status"]
    if isinstance(percent, Decimal):
        text = f"{percent.normalize():f}%"
        if percent > WHOLE:
            wrong.append(Contradiction("percent", f"完成进度 {text}", "不超过 100%"))
        elif status == "已完成" and percent != WHOLE:
            problem = f"状态为“已完成”，完成进度却是 {text}"
            wrong.append(Contradiction("percent", problem, "100%", "未完成的请改选“推进中”"))
        elif status == "未启动" and percent:
            problem = f"状态为“未启动”，完成进度却是 {text}"
            wrong.append(Contradiction("percent", problem, "0%或空白", "请核对状态"))
    length = len(str(row["text"] or ""))
    if length > LONGEST:
        expected, remedy = f"不超过 {LONGEST} 字", "详细内容请放在佐证材料里"
        wrong.append(Contradiction("text", f"进展情况 {length} 字", expected, remedy))
    return wrong


def report_statuses(
    reports: Sequence[ProgressReport], published: Iterable[str], withdrawn: Iterable[str]
) -> tuple[ReportStatus, ...]:
    """The state of each report, for reports in the order in which they replace each other, the earliest first.

    `published` and `withdrawn` name batches. Of the published ones with one key the last is in force; a report that is
    not published replaces nothing yet.
    """
    in_version, taken_back = set(published), set(withdrawn)
    last = {report.key: number for number, report in enumerate(reports) if report.batch in in_version}

    def standing(number: int, report: ProgressReport) -> ReportStatus:
        if report.batch in in_version:  # a withdrawn batch stays in the published version until the next one
            return "已发布" if last[report.key] == number else "已被替代"
        return "已撤回" if report.batch in taken_back else "待发布"

    return tuple(standing(number, report) for number, report in enumerate(reports))
