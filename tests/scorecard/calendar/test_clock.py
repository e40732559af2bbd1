"""A time as people read it is the court's, whatever zone it was recorded in."""

from datetime import UTC, datetime

import pytest

from scorecard.calendar.clock import moment_text


@pytest.mark.parametrize(
    "at",
    [
        "2026-10-31T23:05:59+00:00",
        "2026-11-01T07:05:00",
        datetime(2026, 10, 31, 23, 5, tzinfo=UTC),
        datetime(2026, 11, 1, 7, 5),
    ],
)
def test_a_time_is_written_at_the_court_and_without_a_zone_is_the_courts_already(at: datetime | str) -> None:
    assert moment_text(at) == "2026年11月1日 07:05"
