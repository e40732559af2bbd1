"""Working days by the State Council's yearly notices: weekends, holidays and make-up days, from a maintained package.

The package carries the notices year by year; days outside the years it knows have no answer here, never a guess.
"""

from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from itertools import accumulate

import chinese_calendar

PACKAGE_VERSION = f"chinesecalendar {version('chinesecalendar')}"

_YEARS = [day.year for day in chinese_calendar.holidays]
FIRST = date(min(_YEARS), 1, 1)
LAST = date(max(_YEARS), 12, 31)


def is_workday(day: date) -> bool | None:
    """Whether courts work on this day; None outside the years the package knows."""
    return chinese_calendar.is_workday(day) if FIRST <= day <= LAST else None


@cache
def ordinals() -> tuple[tuple[date, int], ...]:
    """Every covered day with the number of working days from the first covered day up to and including it.

    The working days after `a` up to and including `b` are ordinal(b) − ordinal(a).
    """
    days = [FIRST + timedelta(days=passed) for passed in range((LAST - FIRST).days + 1)]
    return tuple(zip(days, accumulate(int(chinese_calendar.is_workday(day)) for day in days), strict=True))
