"""What is due, compared and judged where months close on the 20th. Days were counted on a calendar."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from scorecard.assessment.comparison import changes
from scorecard.assessment.control_chart import control
from scorecard.assessment.data_quality import due_through, next_delivery, timeliness
from scorecard.assessment.verdict import JudgedPeriod, Verdict
from scorecard.calendar.period import Grain, StatisticalCalendar
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.narrative.time_axis_notes import axis_notes
from scorecard.records.annotations import Annotation
from scorecard.records.targets import bounds
from tests.support.court import CATALOG, indicator, target
from tests.support.naive import months_from


def closing(*rules: tuple[date, int, int]) -> Catalog:
    update = {"statistical_months": tuple(months_from(*rule) for rule in rules)}
    return replace(CATALOG, court=CATALOG.court.model_copy(update=update))


TWENTIETH = closing((date(2000, 1, 1), 20, 1))
FROM_2026 = closing((date(2026, 1, 1), 20, 1)).court.months
OCTOBER = closing((date(2000, 1, 1), 31, 10)).court.months


@pytest.mark.parametrize(
    ("today", "due_day", "through"),
    [
        (date(2026, 2, 10), 10, date(2025, 12, 20)),  # January, that ended on the 20th, is due by 10 February
        (date(2026, 2, 11), 10, date(2026, 1, 20)),
        (date(2026, 1, 25), 25, date(2025, 12, 20)),  # due five days after it closes
        (date(2026, 1, 26), 25, date(2026, 1, 20)),
        (date(2026, 3, 1), 31, date(2026, 2, 20)),  # there is no 31 February: its last day was the due day
    ],
)
def test_a_month_is_due_on_the_first_due_day_after_it_closes(today: date, due_day: int, through: date) -> None:
    assert due_through(today, due_day, TWENTIETH.court.months) == through


def test_a_table_owes_the_statistical_month_it_does_not_reach_the_end_of() -> None:
    """Delivered to 31 January it has February's first eleven days: February, to the 20th, is owed by 10 March."""
    owed = next_delivery(TWENTIETH, "cases", date(2026, 1, 31), date(2026, 3, 12))
    assert (owed.through, owed.by, owed.days_late) == (date(2026, 2, 20), date(2026, 3, 10), 2)
    owed = next_delivery(TWENTIETH, "cases", date(2026, 2, 20), date(2026, 3, 12))
    assert owed.through == date(2026, 3, 20)


def test_punctuality_is_that_of_statistical_months() -> None:
    batches = [
        {"table": "cases", "as_of": "2026-01-20", "accepted_at": "2026-01-25T09:00:00+08:00"},
        {"table": "cases", "as_of": "2026-02-20", "accepted_at": "2026-03-12T09:00:00+08:00"},
    ]
    found = timeliness(TWENTIETH, batches, date(2026, 3, 15))["cases"]
    assert [(one.through, one.due, one.word) for one in found] == [
        (date(2026, 2, 20), date(2026, 3, 10), "迟报"),
        (date(2026, 1, 20), date(2026, 2, 10), "按期"),
    ]


def points(months: StatisticalCalendar, keys: Sequence[str], grain: Grain = "month") -> list[JudgedPeriod]:
    """Settled values, 100 for the first, one more for each next."""
    found = [months.parse(grain, key) for key in keys]
    return [
        JudgedPeriod(one, Verdict("仅监测", ""), Fraction(100 + at), base=100) for at, one in enumerate(found) if one
    ]


@pytest.mark.parametrize(
    ("of", "keys", "texts"),
    [
        (
            indicator("count"),
            ("2025-01", "2025-12", "2026-01"),  # 20 days against 31 of last January and of December
            ("统计期20天，上年同期31天，不作同比", "统计期20天，上期31天，不作环比"),
        ),
        (
            indicator("sum"),
            ("2025-02", "2026-01", "2026-02"),  # 31 days against 28 and against 20
            ("统计期31天，上年同期28天，不作同比", "统计期31天，上期20天，不作环比"),
        ),
        (indicator("ratio"), ("2025-01", "2025-12", "2026-01"), ("同比上升2.00个百分点", "环比上升1.00个百分点")),
        (indicator("count", stock=True), ("2025-01", "2025-12", "2026-01"), ("同比上升2.00%", "环比上升0.99%")),
        (
            indicator("count"),
            ("2025-06", "2026-05", "2026-06"),
            ("同比上升2.00%", "环比上升0.99%"),
        ),  # 31 days against 30
    ],
)
def test_counts_and_sums_are_not_compared_with_a_period_of_another_length(
    of: Indicator, keys: Sequence[str], texts: Sequence[str]
) -> None:
    told = points(FROM_2026, keys)
    assert tuple(one.text for one in changes(of, told, told[-1].period, 5)) == texts


def test_months_of_one_rule_are_compared_as_those_of_the_calendar_are() -> None:
    """28 days of March after 31 of February, as 28 of February after 31 of January elsewhere."""
    told = points(TWENTIETH.court.months, ("2025-03", "2026-02", "2026-03"))
    texts = [one.text for one in changes(indicator("count"), told, told[-1].period, 5)]
    assert texts == ["同比上升2.00%", "环比上升0.99%"]


def test_the_month_at_a_change_of_rule_takes_no_part_in_the_limits_of_a_count_and_says_so() -> None:
    keys = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)][:13]  # to January of 2026
    chart = control(indicator("count"), points(FROM_2026, keys), ())
    assert len(chart.months) == 12
    assert chart.left_out == (("统计期调整", 1),)
    assert chart.reason == "2026年1月统计期调整，不判断是否真变化"
    assert len(control(indicator("ratio"), points(FROM_2026, keys), ()).months) == 13


def test_the_ladder_of_a_year_begins_with_its_first_month() -> None:
    """120 a year: 10 by the end of its first month, which is October here; all of it in the whole year."""
    asked = target("累计", "120")
    found = {
        key: bounds(asked, period)
        for grain, key in (("ytd", "2025-10"), ("ytd", "2026-03"), ("year", "2026"))
        if (period := OCTOBER.parse(grain, key))
    }
    assert {key: one and one.lower for key, one in found.items()} == {
        "2025-10": Fraction(10), "2026-03": Fraction(60), "2026": Decimal(120),
    }  # fmt: skip


def test_a_mark_stands_at_the_year_its_statistical_month_belongs_to() -> None:
    """November of 2025 lies in the year 2026 of a court whose years begin in October."""
    mark = Annotation("", date(2025, 11, 1), "事件", "搬家", "", "有效", "", datetime(2026, 1, 1))
    told = points(OCTOBER, ("2025", "2026"), "year")
    (note,) = axis_notes(told, "year", [mark])
    assert note.position == 1
