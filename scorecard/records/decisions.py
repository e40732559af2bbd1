"""What the leading group decided on a matter: conclusion, department, due date; kept for ever, corrected by a later row.

Of one matter the row recorded last stands. A matter is unresolved until that row says it is done or no longer followed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast, get_args

from scorecard.catalog.definitions import Catalog
from scorecard.errors import hint

TABLE = "decisions"  # the table contract whose rows are decisions
Status = Literal["待办", "已办结", "不再跟踪"]
STATUSES: tuple[Status, ...] = get_args(Status)
LONGEST = 500  # characters of a conclusion


@dataclass(frozen=True)
class Decision:
    """One row: what was decided on a matter, on which facts, who carries it out by when, and how it stands."""

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

    def late(self, today: date) -> int:
        """Days since its due date while it is still to be done; zero before, and once it is done."""
        if self.status != "待办" or self.due_on is None:
            return 0
        return max(0, (today - self.due_on).days)


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Decision, ...]:
    """Decisions in the order they were recorded; rows come from the door, so their types are right."""
    found = [
        Decision(
            item=row["item"],
            title=row["title"],
            session_on=row["session_on"],
            facts=row["facts"] or "",
            conclusion=row["conclusion"],
            department=row["department"],
            due_on=row["due_on"],
            status=cast(Status, row["status"]),
            version=row["version"] or "",
            recorded_by=row["recorded_by"] or "",
            decided_at=row["decided_at"],
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.decided_at))


def standing(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """Matter -> the decision that stands: the one recorded last."""
    return {one.item: one for one in sorted(decisions, key=lambda one: one.decided_at)}


def unresolved(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """What is still to be done, the earliest due date first: where the next session begins."""
    still = [one for one in standing(decisions).values() if one.status == "待办"]
    return tuple(sorted(still, key=lambda one: (one.due_on or date.max, one.decided_at)))


def mistakes(row: Mapping[str, object], catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """(column, found, expected, remedy) for what a decision may not say beyond its contract; empty when it is sound."""
    found: list[tuple[str, str, str, str]] = []
    kind, _, rest = str(row["item"]).partition(":")
    known: dict[str, Iterable[str]] = {
        "indicator": catalog.indicators,
        "worklist": catalog.worklists,
        "report": [f"{one}:{who}" for one in catalog.measures for who in catalog.departments],
    }
    if kind not in (*known, "other") or not rest:
        expected = "indicator:…、worklist:…、report:…:… 或 other:…"
        found.append(("item", f"事项编号“{row['item']}”", expected, hint(kind, (*known, "other"))))
    elif kind in known and rest not in known[kind]:
        found.append(("item", f"“{rest}”未登记", "已登记的编号", hint(rest, known[kind])))
    if len(str(row["conclusion"] or "")) > LONGEST:
        found.append(
            ("conclusion", f"结论 {len(str(row['conclusion']))} 字", f"不超过 {LONGEST} 字", "请写要点")
        )
    return found
