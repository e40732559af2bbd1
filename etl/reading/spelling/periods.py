"""Periods as registers and yearbooks write them: 2014年, 2014年一季度, 2014-Q1, 2014年1月; the last day of a period for its name."""

import re
from datetime import date

from scorecard.calendar.period import CALENDAR, Period, RowPeriod, StatisticalCalendar

_QUARTERS = "一二三四"
_NAMES: dict[RowPeriod, re.Pattern[str]] = {
    "year": re.compile(r"(?P<year>\d{4})(?:年度?)?(?:全年)?", re.ASCII),
    "quarter": re.compile(
        rf"(?:(?P<year>\d{{4}})(?:年度?|[-/.])?)?(?:第?(?P<quarter>[1-4{_QUARTERS}])季度?|[qQ](?P<q>[1-4]))", re.ASCII
    ),
    "month": re.compile(r"(?:(?P<year>\d{4})(?:年度?|[-/.]))?(?P<month>0?[1-9]|1[0-2])月?份?", re.ASCII),
}
_SIGN = {"quarter": "季", "month": "月"}  # a number alone is no header of a period


def named_period(
    text: str, length: RowPeriod, months: StatisticalCalendar, year: int | None = None, *, header: bool = False
) -> Period | None:
    """The period of this length that a text (half-width) names, of `year` where it names none itself; None for any other text.

    A day names the period that it ends. A `header` names one by its word: 1 alone may be anything; of years 2014 does.
    """
    text = "".join(text.split())
    if header and length != "year" and _SIGN[length] not in text and not re.search("[qQ]", text):
        return None
    if day := re.fullmatch(r"(\d{4})(?:-|/|年)(\d{1,2})(?:-|/|月)(\d{1,2})日?", text, re.ASCII):
        return _ended(tuple(map(int, day.groups())), length, months)
    found = _NAMES[length].fullmatch(text)
    if found is None or not (found["year"] or year):
        return None
    named = int(found["year"] or year or 0)
    if length == "year":
        return months.parse("year", f"{named}")
    if length == "quarter":
        number = found["q"] or str(_QUARTERS.find(found["quarter"]) + 1 or found["quarter"])
        return months.parse("quarter", f"{named}-Q{number}")
    return months.parse("month", f"{named}-{int(found['month']):02}")


def _ended(parts: tuple[int, ...], length: RowPeriod, months: StatisticalCalendar) -> Period | None:
    """The period that ends on a day, by the court's months or by those of the calendar, in which its name is the same."""
    try:
        day = date(parts[0], parts[1], parts[2])
    except ValueError:
        return None
    for calendar in (months, CALENDAR):
        period = calendar.containing(length, calendar.month_of(day))
        if period.last == day:
            return months.parse(length, period.key)
    return None
