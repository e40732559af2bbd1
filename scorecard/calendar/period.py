"""Reporting periods: month, quarter, 年度累计 (January to a month) and year.

Keys sort in time: "2026-01", "2026-Q1", "2026-03" at grain ytd means January to March, "2026".
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Grain = Literal["month", "quarter", "ytd", "year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
GRAIN_LABELS: dict[Grain, str] = {"month": "单月", "quarter": "季度", "ytd": "年度累计", "year": "全年"}

_PATTERNS: dict[Grain, re.Pattern[str]] = {
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "ytd": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "year": re.compile(r"(\d{4})()"),
}
_QUARTERS = "一二三四"


def month_index(day: date) -> int:
    """Months since year 0: consecutive months are consecutive integers."""
    return day.year * 12 + day.month - 1


def month_start(index: int) -> date:
    """The first day of the month with this index."""
    return date(index // 12, index % 12 + 1, 1)


def month_end(index: int) -> date:
    """The last day of the month with this index."""
    return month_start(index + 1) - timedelta(days=1)


def add_interval(day: date, months: int = 0, days: int = 0) -> date:
    """`day` moved by calendar months (end of month clipped: 31 August + 6 months = 28 February), then by days."""
    index = month_index(day) + months
    first = month_start(index)
    clipped = min(day.day, calendar.monthrange(first.year, first.month)[1])
    return first.replace(day=clipped) + timedelta(days=days)


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period. `first_month` and `last_month` are month indexes, both included."""

    grain: Grain
    key: str
    first_month: int
    last_month: int

    @property
    def first(self) -> date:
        return month_start(self.first_month)

    @property
    def last(self) -> date:
        return month_end(self.last_month)

    @property
    def label(self) -> str:
        """As a bulletin prints it: 2026年1月, 2026年一季度, 2026年1—10月, 2026年."""
        year = self.first.year
        if self.grain == "month":
            return f"{year}年{self.first.month}月"
        if self.grain == "quarter":
            return f"{year}年{_QUARTERS[(self.first.month - 1) // 3]}季度"
        if self.grain == "ytd":
            last = self.last.month
            return f"{year}年1月" if last == 1 else f"{year}年1—{last}月"
        return f"{year}年"


def containing(grain: Grain, month: int) -> Period:
    """The period of this grain that the month belongs to; for 年度累计 the one that ends with it."""
    year, zero_based = divmod(month, 12)
    if grain == "month":
        return Period(grain, f"{year}-{zero_based + 1:02}", month, month)
    if grain == "ytd":
        return Period(grain, f"{year}-{zero_based + 1:02}", year * 12, month)
    if grain == "quarter":
        first = month - zero_based % 3
        return Period(grain, f"{year}-Q{zero_based // 3 + 1}", first, first + 2)
    return Period(grain, f"{year}", year * 12, year * 12 + 11)


def parse(grain: Grain, key: str) -> Period | None:
    """The period named by a key, or None when the key is not one of this grain."""
    matched = _PATTERNS[grain].fullmatch(key)
    if matched is None:
        return None
    year, part = int(matched[1]), matched[2]
    if grain == "year":
        return containing(grain, year * 12)
    if grain == "quarter":
        return containing(grain, year * 12 + (int(part) - 1) * 3)
    return containing(grain, year * 12 + int(part) - 1)


def between(grain: Grain, first_month: int, last_month: int) -> tuple[Period, ...]:
    """Every period of this grain that has a month between the two, in time order."""
    periods = dict.fromkeys(containing(grain, month) for month in range(first_month, last_month + 1))
    return tuple(periods)


def year_before(period: Period) -> Period:
    """The same period of the year before, for 同比."""
    return containing(period.grain, period.last_month - 12)


def day_text(day: date) -> str:
    """2026年10月31日."""
    return f"{day.year}年{day.month}月{day.day}日"
