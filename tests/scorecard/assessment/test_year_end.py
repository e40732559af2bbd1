"""Where a count with a yearly target may stand at the end of the year: by hand, and when nothing is said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from scorecard.assessment.comparison import YearEnd, year_end
from scorecard.assessment.verdict import JudgedPeriod, Verdict, VerdictWord
from scorecard.calendar.period import MonthRule, StatisticalCalendar, containing, month_index
from scorecard.records.targets import Target
from tests.support.court import indicator, target

START = month_index(date(2025, 1, 1))
STEADY = [8, 12] * 11  # January 2025 to October 2026
GOAL = target("累计", lower="130")


def points(months: Sequence[int | None], word: VerdictWord = "达标") -> list[JudgedPeriod]:
    """年度累计 of these months; from a month that nobody knows on, nothing of its year is."""
    found: list[JudgedPeriod] = []
    total: int | None = 0
    for at, month in enumerate(months):
        total = 0 if (START + at) % 12 == 0 else total
        total = None if month is None or total is None else total + month
        exact = None if total is None else Fraction(total)
        told: VerdictWord = "数据待核" if total is None else word
        found.append(JudgedPeriod(containing("ytd", START + at), Verdict(told, ""), exact, goal=GOAL))
    return found


def projected(
    months: Sequence[int | None] = STEADY, goal: Target = GOAL, breaks: Sequence[date] = (), kind: str = "count"
) -> YearEnd | None:
    series = points(months)
    return year_end(indicator(kind), series, replace(series[-1], goal=goal), 5, breaks)


def test_the_rest_of_the_year_is_the_mean_of_the_last_twelve_months_and_its_interval() -> None:
    """October: 100 so far, two months of 10 to come ± 7.0231 (see test_projection), so 112 to 128; 130 ask for 15 a month."""
    found = projected()
    assert found is not None
    assert found.reason == ""
    assert [(one.key, *ends) for one, *ends in found.steps] == [("2026-11", 105, 110, 115), ("2026-12", 112, 120, 128)]
    assert found.text == "照此推算（不是实绩），全年约120件，95%区间112—128件"
    assert found.needed == "要达到全年130件，余下2个月每月再结15件"


def test_what_is_reached_and_a_limit_from_above_ask_for_nothing() -> None:
    for goal in (target("累计", lower="100"), target("累计", upper="150")):
        found = projected(goal=goal)
        assert found is not None
        assert found.steps
        assert found.needed == ""


def test_a_month_to_come_of_another_length_is_not_projected_as_a_whole_one() -> None:
    """From December on months close on the 20th: the December of 2026 has twenty days."""
    months = StatisticalCalendar((MonthRule(month_index(date(2026, 12, 1)), closes_on=20),))
    series = [replace(one, period=months.containing("ytd", one.period.last_month)) for one in points(STEADY)]
    found = year_end(indicator("count"), series, series[-1], 5)
    assert found is not None
    assert (found.steps, found.reason) == ((), "近十二个月或余下各月的统计期有调整")


@pytest.mark.parametrize(
    ("months", "breaks", "reason"),
    [
        ([8, 12] * 3, (), "近十二个月数据不全"),
        ([*STEADY[:14], None, *STEADY[15:20], None, 12], (), None),
        ([*STEADY[:11], None, *STEADY[12:]], (), "近十二个月数据不全"),
        (STEADY, (date(2026, 3, 1),), "近十二个月内口径有调整"),
        (STEADY, (date(2025, 2, 1),), ""),
        ([3, 5] * 11, (), "近十二个月共48件，太少"),
        ([10] * 10 + [*range(10, 34, 2)], (), "近十二个月起伏过大或有升有降，没有稳定的水平"),
        ([10, 11, 9, 10, 12] * 2 + [10, 11, 9, 10, 80, 12, 10, 9, 11, 10, 12, 9], (), "近十二个月起伏过大或有升有降，没有稳定的水平"),
    ],
)  # fmt: skip
def test_nothing_is_projected_from_what_is_unknown_changed_small_or_unsteady(
    months: list[int | None], breaks: tuple[date, ...], reason: str | None
) -> None:
    found = projected(months, breaks=breaks)
    assert (None if found is None else found.reason) == reason
    assert reason == "" or found is None or (found.steps == () and found.text == "")


def test_no_question_of_a_projection() -> None:
    """Another kind of target, a sum of money, December, and a month after which the year went on."""
    assert projected(goal=target("下限", lower="5")) is None
    assert projected(kind="sum") is None
    assert projected([8, 12] * 12) is None
    series = points(STEADY)
    assert year_end(indicator("count"), series, series[-2], 5) is None
