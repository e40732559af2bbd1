"""Departments side by side: the plan's order, limits by their size, a count where they are few, and never a ranking."""

from dataclasses import replace

import pytest

from scorecard.assessment.cards import Card, card
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.breakdown.department_words import funnel_lines, limits_note, limits_of
from tests.scorecard.assessment.test_cards import evidence, reading
from tests.support.court import period

AT = period("2026-10")


@pytest.fixture
def court(catalog: Catalog) -> Card:
    """237 of 280, the published example of three units."""
    return card(
        evidence(catalog, reading("small_claims_rate", AT, 237, 280)), catalog.indicators["small_claims_rate"], AT
    )


def test_the_published_example_gives_hints_and_keeps_the_plans_order(catalog: Catalog, court: Card) -> None:
    """180/200, 45/60, 12/20 around 84.64 %: z +2.10, -2.07, -3.06, beyond 1.96 and within 3.09 by the normal approximation. By
    exact sums P(X >= 180 of 200) is 1.9 %, P(X <= 45 of 60) 3.9 % and P(X <= 12 of 20) 0.7 %: the middle one is within too.
    """
    halves = {"tribunal": (12, 20), "civil": (45, 60), "filing": (180, 200), "all": (237, 280)}
    lines = funnel_lines(catalog, court, halves)
    assert [(line.name, line.value, line.hint) for line in lines] == [
        ("立案庭(诉讼服务中心)", "90.00%", "高于95%界限"),
        ("民事审判庭", "75.00%", ""),
        ("人民法庭", "60.00%", "低于95%界限"),
    ]
    widths = [[width for _, width in line.bands] for line in lines]
    assert all(wide > narrow for wide, narrow in widths)
    assert [wide for wide, _ in widths] == sorted(wide for wide, _ in widths)  # fewer rows, wider limits


def test_few_rows_are_a_count_without_rate_limits_or_hint(catalog: Catalog, court: Card) -> None:
    few = funnel_lines(catalog, court, {"filing": (0, 4), "civil": (237, 276)})[0]
    assert (few.value, few.halves, few.hint, few.own, few.bands) == ("4件", "", "", None, ())


def test_there_is_nothing_to_set_side_by_side_without_a_rate_or_a_second_department(
    catalog: Catalog, court: Card
) -> None:
    two = {"filing": (20, 40), "civil": (30, 60)}
    assert funnel_lines(catalog, court, {"filing": (20, 40), "civil": (0, 0), "all": (20, 40)}) == ()
    assert funnel_lines(catalog, replace(court, judged=replace(court.judged, exact=None)), two) == ()
    assert funnel_lines(catalog, replace(court, indicator=catalog.indicators["first_enforcement_mean_days"]), two) == ()


def test_the_note_says_which_limits_these_are(catalog: Catalog, court: Card) -> None:
    lines = funnel_lines(catalog, court, {"filing": (180, 200), "civil": (45, 60)})
    assert limits_note(limits_of(court, lines), "部门") == "不足10个部门，看不出它们之间本来的差别，界限只按偶然计算"
    alike = [replace(lines[0], share=0.8464, rows=100)] * 10
    assert "没有超出偶然（离散度φ为0.00，不大于1）" in limits_note(limits_of(court, alike), "法院")
    apart = [replace(lines[0], share=share, rows=400) for share in (0.75, 0.93) * 5]
    assert "大于偶然（离散度φ为" in limits_note(limits_of(court, apart), "法院")
