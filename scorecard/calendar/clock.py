"""The court's clock: its time zone, and the day it is there."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

COURT_TIME = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The day it is at the court, whatever clock the server keeps."""
    return datetime.now(COURT_TIME).date()
