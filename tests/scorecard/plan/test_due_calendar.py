"""The calendar is read back by the rules of RFC 5545, not by the program's own: unfolded by bytes, parted, unescaped."""

import re
from datetime import UTC, date, datetime

from hypothesis import given, strategies as some

from scorecard.catalog.definitions import Catalog
from scorecard.plan.due_calendar import DueDay, calendar_text, due_days
from scorecard.plan.due_items import DueItem
from scorecard.store.worklist_rows import DueCount

WRITTEN = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 3)


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a calendar: name of a property, its parameters left out -> its text."""
    raw = text.encode()
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b""), "lines end in CRLF alone (3.1)"
    physical = raw.split(b"\r\n")
    assert max(map(len, physical)) <= 75, "octets, the end of the line left out (3.1)"
    for line in physical:
        line.decode("utf-8")  # no sign is torn apart
    lines = raw.replace(b"\r\n ", b"").decode().split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            events[-1].setdefault(
                name.partition(";")[0], re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], value)
            )
    return events


@given(
    some.lists(
        some.tuples(
            some.dates(date(2000, 1, 1), date(2099, 1, 1)),
            some.text(some.characters(exclude_categories=["C", "Z"]), max_size=200),
        )
    )
)
def test_any_text_comes_back_as_it_was_with_its_day(entries: list[tuple[date, str]]) -> None:
    days = [DueDay(f"{number}", on, text) for number, (on, text) in enumerate(entries)]
    read = parsed(calendar_text("日历", days, WRITTEN))
    assert [(one["DTSTART"], one["SUMMARY"]) for one in read] == [(f"{on:%Y%m%d}", text) for on, text in entries]
    assert len({one["UID"] for one in read}) == len(read)
    assert {one["DTSTAMP"] for one in read} <= {"20261103T093000Z"}


def test_semicolons_commas_backslashes_and_lines_are_escaped() -> None:
    (event,) = parsed(calendar_text("日历", [DueDay("1", TODAY, "甲;乙,丙\\丁\n戊")], WRITTEN))
    assert event["SUMMARY"] == "甲;乙,丙\\丁\n戊"
    assert event["DTEND"] == "20261104", "the end of a whole day is the next one (3.6.1)"


def test_the_same_thing_keeps_its_number_when_its_day_moves() -> None:
    before, after = (
        parsed(calendar_text("", [DueDay("汇报", day, "汇报")], WRITTEN)) for day in (TODAY, date(2026, 12, 1))
    )
    assert before[0]["UID"] == after[0]["UID"]


def test_a_role_gets_what_is_due_to_it_and_counts_without_cases(catalog: Catalog) -> None:
    due = date(2026, 11, 20)
    items = (
        DueItem("措施进展汇报 2 项", (), "民事审判庭", "领导小组办公室", due),
        DueItem("措施进展汇报 1 项", (), "执行局", "领导小组办公室", due),
        DueItem("会商决定", (("案外人张三：尽快办结", "meeting", {}),), "执行局", "领导小组", due),
    )
    worklist = next(iter(catalog.worklists))
    counts = (
        DueCount(worklist, "civil", due, 2),
        DueCount(worklist, "enforcement", due, 5),
        DueCount(worklist, None, due, 1),
    )

    def texts(role: str, department: str | None = None) -> list[str]:
        return [one.text for one in due_days(catalog, role, department, items, (), counts, TODAY)]  # pyright: ignore[reportArgumentType]

    name = catalog.worklists[worklist].name
    assert texts("department", "civil") == ["措施进展汇报 2 项（民事审判庭）", f"台账到期：{name}2件"]
    assert texts("leadership") == ["会商决定（执行局）"]
    assert texts("case_management") == ["会商决定（执行局）", f"台账到期：{name}8件"]
    assert not any("张三" in text for role in ("leadership", "case_management") for text in texts(role))


def test_what_is_due_from_a_collective_is_due_from_each_of_its_members(catalog: Catalog) -> None:
    (collective,) = [one for one in catalog.departments.values() if one.collective]
    item = DueItem("说明信号原因 1 项", (("甲", "registers", {}),), collective.name, "审管办", TODAY, "没有期限")
    for id, department in catalog.departments.items():
        days = due_days(catalog, "department", id, (item,), (), (), TODAY)
        assert bool(days) == (id in collective.members or department is collective)
