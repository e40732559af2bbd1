"""The court's clock: its time zone, the day it is there, and a time as people read it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from scorecard.calendar.period import day_text

COURT_TIME = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The day it is at the court, whatever clock the server keeps."""
    return datetime.now(COURT_TIME).date()


def moment_text(at: datetime | str) -> str:
    """2026年11月3日 09:15, at the court. An ISO text is read first; a time without a zone is the court's already."""
    read = datetime.fromisoformat(at) if isinstance(at, str) else at
    local = read.astimezone(COURT_TIME) if read.tzinfo else read
    return f"{day_text(local.date())} {local:%H:%M}"
