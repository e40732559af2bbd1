"""Who took case rows along and when: the words that stand on what leaves, and behind case rows on the screen."""

from datetime import datetime

from scorecard.access import Actor
from scorecard.calendar.clock import COURT_TIME

TRACE = "导出人和时间"  # the last column of a file with case rows


def trace(actor: Actor) -> str:
    """The account and this minute at the court."""
    return f"{actor.name[:60]}　{datetime.now(COURT_TIME):%Y-%m-%d %H:%M}"
