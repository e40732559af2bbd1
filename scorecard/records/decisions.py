"""Decisions of the leading group on a matter: conclusion, department, due date. A later row corrects an earlier one.

The row recorded last for a matter is in force. A matter is unresolved until that row says 已办结, with the evidence for it, or
不再跟踪. A row that only puts a matter on the agenda, 列入会商, decides nothing: it stands until something is decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from scorecard.catalog.definitions import Catalog
from scorecard.errors import hint
from scorecard.records.rows import Contradiction, records

TABLE, PROBLEM_CODE = "decisions", "decision_contradicts"
Status = Literal["待办", "已办结", "不再跟踪", "列入会商"]
LISTED: Status = "列入会商"
STATUSES: tuple[Status, ...] = tuple(status for status in get_args(Status) if status != LISTED)  # of a decision
LONGEST = 500  # characters of a conclusion


@dataclass(frozen=True)
class Decision:
    """One row: the matter, the facts shown, the conclusion, the responsible department, its due date and status.

    `evidence` says by what the matter is done; decisions closed by an earlier program have none.
    """

    item: str
    title: str
    session_on: date
    facts: str
    conclusion: str
    department: str | None
    due_on: date | None
    status: Status
    version: str
    recorded_by: str
    decided_at: datetime
    evidence: str = ""

    def late(self, today: date) -> int:
        """Days since the due date while the status is 待办; otherwise zero, and before the due date too."""
        if self.status != "待办" or self.due_on is None:
            return 0
        return max(0, (today - self.due_on).days)


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Decision, ...]:
    """Decisions by the time of recording."""
    return tuple(sorted(records(Decision, rows), key=lambda decision: decision.decided_at))


def latest_decisions(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """Matter -> the decision in force: the one recorded last."""
    made = (decision for decision in decisions if decision.status != LISTED)
    return {decision.item: decision for decision in sorted(made, key=lambda decision: decision.decided_at)}


def listed(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The rows that put a matter on the agenda on which nothing was decided since."""
    last = {decision.item: decision for decision in sorted(decisions, key=lambda decision: decision.decided_at)}
    return tuple(decision for decision in last.values() if decision.status == LISTED)


def began(decisions: Iterable[Decision], one: Decision) -> Decision:
    """The first of the rows 待办 that lead to this one without a break: since then it is waited for what was decided."""
    first = one
    for decision in sorted(decisions, key=lambda decision: decision.decided_at, reverse=True):
        if decision.item == one.item and decision.decided_at < one.decided_at and decision.status != LISTED:
            if decision.status != "待办":
                break
            first = decision
    return first


def unresolved(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions in force that are 待办, the earliest due date first: the next session begins with them."""
    still = [decision for decision in latest_decisions(decisions).values() if decision.status == "待办"]
    return tuple(sorted(still, key=lambda decision: (decision.due_on or date.max, decision.decided_at)))


def falls_to(decision: Decision, department: str, catalog: Catalog, day: date) -> bool:
    """Whether a department answers for it on a day: named itself, in a collective, or as the heir of one that ended."""
    return decision.department is not None and department in catalog.answering((decision.department,), day)


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    wrong: list[Contradiction] = []
    kind, _, rest = str(row["item"]).partition(":")
    known: dict[str, Iterable[str]] = {
        "indicator": catalog.indicators,
        "worklist": catalog.worklists,
        "target": catalog.indicators,
        "signal": catalog.indicators,
        "report": [f"{measure}:{department}" for measure in catalog.measures for department in catalog.departments],
    }
    if kind == "signal":  # the month behind it may be any
        rest = rest.partition(":")[0]
    if kind not in (*known, "other") or not rest:
        expected = "indicator:…、signal:…:…、worklist:…、target:…、report:…:… 或 other:…"
        remedy = hint(kind, (*known, "other"))
        wrong.append(Contradiction("item", f"事项编号“{row['item']}”", expected, remedy))
    elif kind in known and rest not in known[kind]:
        wrong.append(Contradiction("item", f"“{rest}”未登记", "已登记的编号", hint(rest, known[kind])))
    length = len(str(row["conclusion"] or ""))
    if length > LONGEST:
        wrong.append(Contradiction("conclusion", f"结论 {length} 字", f"不超过 {LONGEST} 字", "请写要点"))
    return wrong
