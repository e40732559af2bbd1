"""Working days by the State Council's yearly notices: weekends, holidays and make-up days.

A maintained package carries the notices of past years; a notice that is newer than its release is entered as rows, ahead of
it. A day entered counts before the package. Days outside the years that are known have no answer here, never a guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from itertools import accumulate

import chinese_calendar

PACKAGE_VERSION = f"chinesecalendar {version('chinesecalendar')}"

_YEARS = [day.year for day in chinese_calendar.holidays]
FIRST = date(min(_YEARS), 1, 1)
LAST = date(max(_YEARS), 12, 31)  # of the package alone
# 全国年节及纪念日放假办法 (in force since 2025-01-01): a notice that lacks one of these days was entered in part only.
HOLIDAYS: Mapping[str, int] = {"元旦": 1, "春节": 4, "清明节": 1, "劳动节": 2, "端午节": 1, "中秋节": 1, "国庆节": 3}
_SATURDAY = 5


@dataclass(frozen=True)
class ArrangedDay:
    """A day of a notice: worked or not, and of which holiday (several where they fall together)."""

    day: date
    works: bool
    holiday: str


@dataclass(frozen=True)
class WorkCalendar:
    """The package's years, and the years after them of which a whole notice was entered; entered days by date."""

    arranged: Mapping[date, ArrangedDay] = field(default_factory=dict[date, ArrangedDay])

    @property
    def last(self) -> date:
        """The last day with an answer."""
        year = LAST.year
        while not self.lacking(year + 1):
            year += 1
        return date(year, 12, 31)

    def lacking(self, year: int) -> tuple[str, ...]:
        """The holidays of which a year has no, or too few, days off; empty for a year that is covered."""
        if FIRST.year <= year <= LAST.year:
            return ()
        off = [day.holiday for day in self.arranged.values() if day.day.year == year and not day.works]
        return tuple(name for name, days in HOLIDAYS.items() if sum(name in holiday for holiday in off) < days)

    def is_workday(self, day: date) -> bool | None:
        """Whether courts work on this day; None outside the covered years."""
        if not FIRST <= day <= self.last:
            return None
        return self._works(day)

    def _works(self, day: date) -> bool:
        if day in self.arranged:
            return self.arranged[day].works
        return chinese_calendar.is_workday(day) if day <= LAST else day.weekday() < _SATURDAY

    def ordinals(self) -> Iterator[tuple[date, int]]:
        """Every covered day with the number of working days from the first covered day up to and including it.

        The working days after `a` up to and including `b` are ordinal(b) − ordinal(a).
        """
        if not self.arranged:
            return iter(_package_ordinals())
        days = [FIRST + timedelta(days=passed) for passed in range((self.last - FIRST).days + 1)]
        return zip(days, accumulate(int(self._works(day)) for day in days), strict=True)


@cache
def _package_ordinals() -> tuple[tuple[date, int], ...]:
    days = [FIRST + timedelta(days=passed) for passed in range((LAST - FIRST).days + 1)]
    return tuple(zip(days, accumulate(int(chinese_calendar.is_workday(day)) for day in days), strict=True))


PACKAGE = WorkCalendar()


def is_workday(day: date) -> bool | None:
    """Whether courts work on this day by the package alone; None outside its years."""
    return PACKAGE.is_workday(day)
