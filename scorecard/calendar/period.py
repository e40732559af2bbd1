"""Reporting periods: month, quarter, 年度累计 (the year's first month to a month), year and 自统计起, in the court's own months.

Keys sort in time: "2026-01", "2026-Q1", "2026-03" at grain ytd means from the year's first month to March, "2026",
"2023-05..2026-03" for all of an indicator's months. A month is an integer, its index: months since year 0 by its name, so that
consecutive months are consecutive integers.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal, get_args

ChosenGrain = Literal[
    "month", "quarter", "ytd", "year"
]  # those that a reader chooses among; a total has but one period
Grain = Literal[ChosenGrain, "total"]
RowPeriod = Literal["month", "quarter", "year"]  # what one row may stand for
GRAINS: tuple[ChosenGrain, ...] = get_args(ChosenGrain)
GRAIN_LABELS: dict[Grain, str] = {
    "month": "单月",
    "quarter": "季度",
    "ytd": "年度累计",
    "year": "全年",
    "total": "自统计起",
}

_PATTERNS: dict[Grain, re.Pattern[str]] = {
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "ytd": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "year": re.compile(r"(\d{4})()"),
    "total": re.compile(r"(\d{4})-(0[1-9]|1[0-2])\.\.(\d{4})-(0[1-9]|1[0-2])"),
}
_QUARTERS = "一二三四"
LAST_DAY = 31
_WRITTEN = re.compile(
    rf"(?P<year>\d{{4}})年(?:(?P<ytd>0?1[-—–~～至到])?(?P<month>0?[1-9]|1[0-2])月|第?(?P<quarter>[1-4{_QUARTERS}])季度|全年)?"
)


def month_index(day: date) -> int:
    """The calendar month of a day; of a month that is written as its first day, the month itself."""
    return day.year * 12 + day.month - 1


def month_label(month: int) -> str:
    """2026年1月."""
    return f"{month // 12}年{month % 12 + 1}月"


def add_interval(day: date, months: int = 0, days: int = 0) -> date:
    """`day` moved by calendar months (end of month clipped: 31 August + 6 months = 28 February), then by days."""
    return day_of_month(month_index(day) + months, day.day) + timedelta(days=days)


def day_of_month(month: int, day: int) -> date:
    """That day of a calendar month, its last one where it has no such day."""
    year, zero_based = divmod(month, 12)
    return date(year, zero_based + 1, min(day, calendar.monthrange(year, zero_based + 1)[1]))


@dataclass(frozen=True)
class MonthRule:
    """From the month `since` on months close on a day of the calendar month of their name, and years begin with a month."""

    since: int = 0
    closes_on: int = LAST_DAY
    year_begins: int = 1


@dataclass(frozen=True)
class StatisticalCalendar:
    """The months that statistics are counted by: calendar months, or by rules, in time order, each from its month on.

    Statistical January is what ends on the closing day of January. A year is named for the calendar year it ends in.
    """

    rules: tuple[MonthRule, ...] = ()

    def rule(self, month: int) -> MonthRule:
        return next((rule for rule in reversed(self.rules) if rule.since <= month), MonthRule())

    def month_of(self, day: date) -> int:
        """The month a day belongs to. In SQL: scorecard.queries.terms.month_of."""
        month = month_index(day)
        return month + (day.day > self.rule(month).closes_on)

    def month_start(self, month: int) -> date:
        return self.month_end(month - 1) + timedelta(days=1)

    def month_end(self, month: int) -> date:
        return day_of_month(month, self.rule(month).closes_on)

    def ending_on(self, day: date) -> int | None:
        """The month that ends on this day; None where none does, as after a change of the closing day."""
        month = self.month_of(day)
        return month if day == self.month_end(month) else None

    def first_whole(self, since: date) -> int:
        """The first month that begins on this day or later."""
        month = self.month_of(since)
        return month + (self.month_start(month) < since)

    def year_of(self, month: int) -> int:
        begins, (year, zero_based) = self.rule(month).year_begins, divmod(month, 12)
        return year + (1 < begins <= zero_based + 1)

    def quarter_of(self, month: int) -> tuple[int, int]:
        """(year, 1 to 4), counted from the month the year begins with."""
        return self.year_of(month), (month + 1 - self.rule(month).year_begins) % 12 // 3 + 1

    def containing(self, grain: Grain, month: int) -> "Period":
        """The period of this grain that the month belongs to; for 年度累计 the one that ends with it."""
        if grain == "total":
            raise ValueError("a total is of no one month")
        return _containing(self, grain, month)

    def total(self, first_month: int, last_month: int) -> "Period":
        """All months from the first to the last."""
        key = "..".join(f"{month // 12}-{month % 12 + 1:02}" for month in (first_month, last_month))
        return Period("total", key, first_month, last_month, self)

    def parse(self, grain: Grain, key: str) -> "Period | None":
        """The period named by a key, or None when the key is not one of this grain."""
        matched = _PATTERNS[grain].fullmatch(key)
        if matched is None:
            return None
        january = int(matched[1]) * 12  # always in the year of this name
        if grain == "total":
            first, last = january + int(matched[2]) - 1, int(matched[3]) * 12 + int(matched[4]) - 1
            return self.total(first, last) if first <= last else None
        if grain != "quarter":
            return self.containing(grain, january + int(matched[2] or 1) - 1)
        year = self.containing("year", january)
        quarters = (self.containing(grain, month) for month in range(year.first_month, year.last_month + 1))
        return next((quarter for quarter in quarters if quarter.key == key), None)

    def between(self, grain: Grain, first_month: int, last_month: int) -> "tuple[Period, ...]":
        """Every period of this grain that has a month between the two, in time order."""
        return _between(self, grain, first_month, last_month)

    def is_sound(self) -> bool:
        """Whether the rules follow each other, and every quarter is one stretch of months, also where years begin anew."""
        around = range(self.rules[0].since - 24, self.rules[-1].since + 24) if self.rules else ()
        turns = [one for one, other in pairwise(map(self.quarter_of, around)) if one != other]
        starts = [rule.since for rule in self.rules]
        return turns == sorted(set(turns)) and starts == sorted(set(starts))


CALENDAR = StatisticalCalendar()


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period. `first_month` and `last_month` are month indexes, both included; `months` says their days."""

    grain: Grain
    key: str
    first_month: int
    last_month: int
    months: StatisticalCalendar = field(default=CALENDAR, compare=False, repr=False)

    @cached_property
    def first(self) -> date:
        return self.months.month_start(self.first_month)

    @cached_property
    def last(self) -> date:
        return self.months.month_end(self.last_month)

    @cached_property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """As a bulletin prints it: 2026年1月, 2026年一季度, 2026年1—10月, 2026年."""
        if self.grain == "month":
            return month_label(self.first_month)
        year, quarter = self.months.quarter_of(self.first_month)
        if self.grain == "quarter":
            return f"{year}年{_QUARTERS[quarter - 1]}季度"
        if self.grain == "year":
            return f"{year}年"
        first, last = month_label(self.first_month), month_label(self.last_month)
        if first == last:
            return first
        same_year = self.first_month // 12 == self.last_month // 12
        return f"{first[:-1]}—{self.last_month % 12 + 1}月" if same_year else f"{first}—{last}"

    @property
    def short(self) -> str:
        """The label without its year, where that leaves anything and there is but one year: 10月, 1—10月, 一季度, 2026年."""
        rest = self.label.partition("年")[2]
        return rest if rest and "年" not in rest else self.label

    @property
    def span(self) -> str:
        """Its days where they are not those that the calendar gives its name: 2025年12月21日至2026年1月20日; empty elsewhere."""
        usual = CALENDAR.parse(self.grain, self.key)
        if usual is not None and (self.first, self.last) == (usual.first, usual.last):
            return ""
        changed = f"，统计期调整，共{self.days}天" if self.at_change else ""
        return f"{day_text(self.first)}至{day_text(self.last)}{changed}"

    @property
    def dated(self) -> str:
        """The label, with its span where there is one: 2026年1月（2025年12月21日至2026年1月20日）."""
        return f"{self.label}（{self.span}）" if self.span else self.label

    @property
    def _shape(self) -> tuple[int, int, int]:
        """How many months it has, the day after which it begins and the day on which it closes."""
        months = self.last_month - self.first_month + 1
        return months, self.months.rule(self.first_month - 1).closes_on, self.months.rule(self.last_month).closes_on

    @property
    def at_change(self) -> bool:
        """Whether it is longer or shorter than others because a rule changed in it."""
        months, opened, closes = self._shape
        return opened != closes or months != {"month": 1, "quarter": 3, "year": 12}.get(self.grain, months)

    def as_long_as(self, other: "Period") -> bool:
        """Whether counts of the two may be compared: as many months between the same days, or as many days give or take one."""
        return self._shape == other._shape or abs(self.days - other.days) <= 1


@lru_cache(maxsize=1024)
def _between(months: StatisticalCalendar, grain: Grain, first_month: int, last_month: int) -> tuple[Period, ...]:
    return tuple(dict.fromkeys(months.containing(grain, month) for month in range(first_month, last_month + 1)))


@lru_cache(maxsize=4096)
def _containing(months: StatisticalCalendar, grain: ChosenGrain, month: int) -> Period:
    name = f"{month // 12}-{month % 12 + 1:02}"
    if grain == "month":
        return Period(grain, name, month, month, months)
    if grain == "quarter":
        year, quarter = months.quarter_of(month)
        return Period(grain, f"{year}-Q{quarter}", *_stretch(month, months.quarter_of), months)
    first, last = _stretch(month, months.year_of)
    if grain == "ytd":
        return Period(grain, name, first, month, months)
    return Period(grain, f"{months.year_of(month)}", first, last, months)


def _stretch(month: int, place: Callable[[int], object]) -> tuple[int, int]:
    """The first and last of the months around this one that are at the same place."""
    first = last = month
    while place(first - 1) == place(month):
        first -= 1
    while place(last + 1) == place(month):
        last += 1
    return first, last


def of_span(year: int, span: str, months: StatisticalCalendar) -> Period:
    """The period of a year as registers name it: 全年, 第三季度, 1—9月 (年度累计), 9月."""
    if span == "全年":
        return months.containing("year", year * 12)
    if span.startswith("第"):
        found = months.parse("quarter", f"{year}-Q{_QUARTERS.index(span[1]) + 1}")
        assert found is not None
        return found
    month = int(span.removesuffix("月").rpartition("—")[2])
    return months.containing("ytd" if "—" in span else "month", year * 12 + month - 1)


def span_of(period: Period) -> tuple[int, str]:
    """Year and name of a period in a register, which `of_span` reads back; the last 年度累计 is 全年 there, and 1—1月 is 1月."""
    (year, quarter), month = period.months.quarter_of(period.last_month), period.last_month % 12 + 1
    if period.grain == "quarter":
        return year, f"第{_QUARTERS[quarter - 1]}季度"
    if period.months.year_of(period.last_month + 1) != year and period.grain != "month":
        return year, "全年"
    begun = period.grain == "ytd" and period.first_month < period.last_month
    return period.last_month // 12, f"1—{month}月" if begun else f"{month}月"


def has_no_word(period: Period) -> bool:
    """Whether it is a 年度累计 that does not begin in January as the words of registers do: in a court whose year begins otherwise."""
    return "—" in span_of(period)[1] and period.first_month % 12 != 0


def key_of(text: str) -> tuple[Grain | None, str]:
    """A period as people write it, as grain and key: 2026年1—10月 is (ytd, 2026-10), 三季度 a quarter; other text as it stands.

    2026年10月 names no grain: a paper of 年度累计 up to October is called so too.
    """
    found = _WRITTEN.fullmatch("".join(text.split()))
    if found is None:
        return None, text
    year, quarter = found["year"], found["quarter"]
    if quarter:
        return "quarter", f"{year}-Q{_QUARTERS.find(quarter) + 1 or quarter}"
    if found["month"]:
        return "ytd" if found["ytd"] else None, f"{year}-{int(found['month']):02}"
    return "year", year


def year_before(period: Period) -> Period:
    """The same period of the year before, for 同比."""
    return period.months.containing(period.grain, period.last_month - 12)


def day_text(day: date) -> str:
    """2026年10月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


# By calendar months: what names no court, as the worked examples of the seeds.
containing, parse, between = CALENDAR.containing, CALENDAR.parse, CALENDAR.between
