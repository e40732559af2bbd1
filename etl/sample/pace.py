"""The calendar of a court's year: working days, fewer matters around the Spring Festival, more closings before year end."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from etl.sample import parameters
from etl.sample.chance import Chance, in_year
from scorecard.calendar.workdays import is_workday

# The first day of the invented court. Of the time before the extracts they hold only matters still open on their first
# day: the stock that a real court starts with.
WORLD_FROM = date(2022, 7, 1)
EXTRACTS_FROM = date(2024, 1, 1)

_DAY = timedelta(days=1)


@cache
def working(day: date) -> bool:
    """Whether the court works on this day; weekdays where the year's holidays are not published yet."""
    known = is_workday(day)
    return day.weekday() < 5 if known is None else known


def workday_from(day: date) -> date:
    """The day itself or the next working day."""
    while not working(day):
        day += _DAY
    return day


def workday_until(day: date) -> date:
    """The day itself or the last working day before it."""
    while not working(day):
        day -= _DAY
    return day


def after_workdays(day: date, count: int) -> date:
    """The day that lies this many working days after a day."""
    for _ in range(count):
        day = workday_from(day + _DAY)
    return day


def month_end(day: date) -> date:
    """The last day of the month of this day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def months_later(day: date, months: int) -> date:
    """The same day some months later, the end of a shorter month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    return min(first + timedelta(days=day.day - 1), month_end(first))


@cache
def _briskness(day: date) -> float:
    """The number of matters received on this day, relative to an average working day."""
    if any(-8 <= (day - festival).days <= 18 for festival in parameters.of("pace")["spring_festivals"]):
        return 0.62
    if day.month == 12 and day.day > 12:
        return 0.8
    return 1.12 if day.month in (3, 4, 7) else 1.04


def arrivals(seed: int, name: str, last: date, first: date = WORLD_FROM) -> Iterator[tuple[date, Chance]]:
    """The day of each matter received, in order, and a stream of draws of its own; later days never change earlier ones."""
    chance, day, number = Chance(seed, name), first, 0
    a_year, workdays = parameters.of("a_year")[name], parameters.of("pace")["workdays"]
    while day <= last:
        if working(day):
            for _ in range(chance.about(in_year(a_year, day.year) / workdays * _briskness(day))):
                yield day, Chance(seed, name, number)
                number += 1
        day += _DAY


def closing_day(chance: Chance, filed_on: date, days: int) -> date:
    """A working day about so many days after filing; a day just after a year's end is often moved before it."""
    day = filed_on + timedelta(days=days)
    hurry, offset = chance.happens(0.45), chance.between(0, 20)
    if hurry and (day.month == 1 or (day.month == 2 and day.day <= 10)):
        earlier = date(day.year - 1, 12, 10) + timedelta(days=offset)
    elif hurry and day.month == 7 and day.day <= 15 and chance.happens(0.5):
        earlier = date(day.year, 6, 10) + timedelta(days=offset)
    else:
        earlier = day
    if (earlier - filed_on).days >= 5:
        day = earlier
    return max(workday_until(day), filed_on)


def known_on(day: date | None, as_of: date) -> date | None:
    """The date as the extract of that day knows it."""
    return day if day is not None and day <= as_of else None
