"""Working days by the State Council's yearly notices: weekends, holidays and make-up days, from a maintained package.

The package carries the notices year by year; days outside the years it knows have no answer here, never a guess.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar

PACKAGE_VERSION = f"chinesecalendar {version('chinesecalendar')}"

_YEARS = [day.year for day in chinese_calendar.holidays]
FIRST = date(min(_YEARS), 1, 1)
LAST = date(max(_YEARS), 12, 31)


def is_workday(day: date) -> bool | None:
    """Whether courts work on this day; None outside the years the package knows."""
    return chinese_calendar.is_workday(day) if FIRST <= day <= LAST else None


def ordinals() -> Iterator[tuple[date, int]]:
    """Every covered day with the number of working days from the first covered day up to and including it.

    The working days after `a` up to and including `b` are ordinal(b) − ordinal(a).
    """
    count, day = 0, FIRST
    while day <= LAST:
        count += chinese_calendar.is_workday(day)
        yield day, count
        day += timedelta(days=1)
