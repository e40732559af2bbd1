"""When a table is due and when it is late. Monthly extracts are due by a day of the next month (default the 10th)."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scorecard.definitions import Catalog, Indicator
from scorecard.period import Period, month_end, month_index

COURT_TIME = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The day it is at the court, whatever clock the server keeps."""
    return datetime.now(COURT_TIME).date()


def due_through(today: date, due_day: int) -> date:
    """The last day that extracts handed in on time reach today: the end of the last month already due."""
    months_back = 1 if today.day > due_day else 2
    return month_end(month_index(today) - months_back)


def overdue(catalog: Catalog, table: str, as_of: date | None, today: date) -> str:
    """The sentence that says a table is late, or an empty string."""
    contract = catalog.tables[table]
    through = due_through(today, contract.due_day or catalog.court.due_day)
    if as_of is None:
        return f"{contract.name}尚未报送"
    if as_of < through:
        return f"{contract.name}数据截至{as_of}，应报送至{through}，已逾期"
    return ""


def doubts_for(
    catalog: Catalog, indicator: Indicator, period: Period, as_of: Mapping[str, date], today: date
) -> tuple[str, ...]:
    """Why this period rests on stale extracts: it reaches beyond a data cut that is itself overdue."""
    late = (
        overdue(catalog, table, as_of.get(table), today)
        for table in indicator.formula.tables
        if table not in as_of or as_of[table] < period.last
    )
    return tuple(sentence for sentence in late if sentence)
