"""The second opinion on worklists: which rows come up and when they are due, in plain Python, written from the rules."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar

from scorecard.catalog.conditions import Test
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.worklists import Deadline, Worklist
from tests.support.naive import Row, Rows, as_date, as_datetime, derive, holds, later

Item = tuple[int, str, datetime | None]  # number of the row in its table from 1, state, due


def items(catalog: Catalog, worklist: Worklist, rows: Rows, as_of: Mapping[str, date]) -> list[Item]:
    """Every item of a worklist over contract rows, in the order of the rows."""
    day = min(as_of[name] for name in worklist.tables)
    if worklist.gathers:
        sources = (catalog.worklists[name].model_copy(update={"from_warning": False}) for name in worklist.gathers)
        following = day + timedelta(1)
        last = later(following.replace(day=1), months=1) - timedelta(1)
        found = (item for one in sources for item in items(catalog, one, rows, as_of))
        return sorted(
            (number, "临期", due) for number, state, due in found if state != "超期" and due and due.date() <= last
        )
    own = derive(catalog.tables[worklist.table], rows[worklist.table])
    settled: set[Any] = set()
    if worklist.without is not None:
        other = derive(catalog.tables[worklist.without.table], rows[worklist.without.table])
        settled = {row[worklist.without.match] for row in other if _all(worklist.without.where, row)} - {None}
    chosen = [
        (number, row)
        for number, row in enumerate(own, 1)
        if _wanted(worklist, row, day) and not (worklist.without is not None and row[worklist.without.match] in settled)
    ]
    if worklist.repeated is not None:
        column = worklist.repeated.column
        times = Counter(row[column] for _, row in chosen if row[column] is not None)
        chosen = [(number, row) for number, row in chosen if times[row[column]] >= worklist.repeated.at_least]
    return list(_judged(worklist, chosen, day))


def _judged(worklist: Worklist, chosen: list[tuple[int, Row]], day: date) -> Iterator[Item]:
    for number, row in chosen:
        if not worklist.due:
            yield number, "在列", None
            continue
        due = next((moment for rule in worklist.due if (moment := _due(rule, row)) is not None), None)
        if due is None:
            yield number, "期限不明", None
        elif due.date() < day:
            yield number, "超期", due
        elif (due.date() - day).days <= worklist.warn_days:
            yield number, "临期", due
        elif not worklist.from_warning:
            yield number, "未到期", due


def _all(tests: tuple[Test, ...], row: Row) -> bool:
    return all(holds(test, row) for test in tests)


def _wanted(worklist: Worklist, row: Row, day: date) -> bool:
    if not _all(worklist.where, row) or (worklist.unless and _all(worklist.unless, row)):
        return False
    if worklist.one_of and not any(_all(tests, row) for tests in worklist.one_of):
        return False
    if worklist.stock is None:
        return True
    start, until = row[worklist.stock.start], row[worklist.stock.until]
    return start is not None and as_date(start) <= day and (until is None or as_date(until) > day)


def _due(due: Deadline, row: Row) -> datetime | None:
    start = row[due.of]
    if start is None:
        return None
    if due.working_days:
        return _working_days_later(as_date(start), due.working_days)
    if due.hours:
        return as_datetime(later(start, due.months, due.days, due.hours))
    return datetime.combine(later(as_date(start), due.months, due.days), time())


def _working_days_later(day: date, count: int) -> datetime | None:
    try:
        chinese_calendar.is_workday(day)
        while count:
            day += timedelta(days=1)
            count -= chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None
    return datetime.combine(day, time())
