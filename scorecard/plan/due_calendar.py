"""What is due, as a calendar that a desktop subscribes to (RFC 5545): days and counts, no case and nobody by name."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from scorecard.access import Role
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.plan.due_items import DueItem
from scorecard.records.targets import Target
from scorecard.store.worklist_rows import DueCount

_LONGEST = 75  # bytes of a line, its end left out
_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class DueDay:
    """A whole day's entry: what is due; `id` stays the same for the same thing, so that a calendar moves it."""

    id: str
    on: date
    text: str


def due_of(
    catalog: Catalog, role: Role, department: str | None, items: Iterable[DueItem], today: date
) -> tuple[DueItem, ...]:
    """What of the things with a day is due to, or from, a role: a department's own, those of a collective that it is a member of
    too, and of one that it took over from; the office's, and decisions; decisions.
    """
    own = {"department": department or "", "case_management": "case_management"}.get(role, "")
    names = {one.name for one in catalog.departments.values() if own in catalog.answering((one.id,), today)}
    decisions = role in ("leadership", "case_management")
    return tuple(
        item for item in items if item.by is not None and (item.who in names or (decisions and item.what == "会商决定"))
    )


def due_days(
    catalog: Catalog,
    role: Role,
    department: str | None,
    items: Sequence[DueItem],
    targets: Sequence[Target],
    counts: Iterable[DueCount],
    today: date,
) -> tuple[DueDay, ...]:
    """The days of a role, from a month ago to a year ahead."""
    found = [
        DueDay(f"{item.what} {item.who}", item.by, f"{item.what}（{item.who}）")
        for item in due_of(catalog, role, department, items, today)
        if item.by is not None
    ]
    if role in ("leadership", "case_management", "administrator"):
        for target in targets:
            name = catalog.indicators[target.indicator].name if target.indicator in catalog.indicators else ""
            ends = (("复核", target.review_on), ("到期", target.valid_until))
            found += [DueDay(f"{what} {target}", day, f"目标{what}：{name}") for what, day in ends if day and name]
    whose = department if role == "department" else ALL_DEPARTMENTS
    numbers: dict[date, dict[str, int]] = {}
    for one in counts if role in ("department", "case_management") else ():
        if whose in (ALL_DEPARTMENTS, one.department):
            lists = numbers.setdefault(one.on, {})
            lists[one.worklist] = lists.get(one.worklist, 0) + one.count
    for day, lists in numbers.items():
        words = "、".join(f"{catalog.worklists[name].name}{number}件" for name, number in lists.items())
        found.append(DueDay(f"台账 {day}", day, f"台账到期：{words}"))
    return tuple(sorted((one for one in found if -31 <= (one.on - today).days <= _AHEAD.days), key=lambda one: one.on))


def calendar_text(name: str, days: Iterable[DueDay], written: datetime) -> str:
    """The calendar as a file. `written` is when the version behind it was published; lines end in CRLF and are folded."""
    stamp = f"DTSTAMP:{written.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//scorecard//due dates//ZH", "METHOD:PUBLISH",
             f"X-WR-CALNAME:{_escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT12H"]  # fmt: skip
    number: dict[str, int] = {}
    for day in days:
        number[day.id] = number.get(day.id, 0) + 1
        id = hashlib.sha256(f"{day.id} {number[day.id]}".encode()).hexdigest()[:32]
        lines += ["BEGIN:VEVENT", f"UID:{id}@scorecard", stamp, f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
                  f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}", f"SUMMARY:{_escaped(day.text)}",
                  "TRANSP:TRANSPARENT", "END:VEVENT"]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _escaped(text: str) -> str:
    kept = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(kept.splitlines())


def _folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, never within a sign; each but the first begins with a blank (RFC 5545, 3.1)."""
    pieces = [""]
    for sign in line:
        if len((pieces[-1] + sign).encode()) > _LONGEST - (len(pieces) > 1):
            pieces.append("")
        pieces[-1] += sign
    return "\r\n ".join(pieces)
