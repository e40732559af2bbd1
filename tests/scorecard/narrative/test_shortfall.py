"""What is missing, in cases, and since when: months are counted, never periods that hold each other, and none is passed over in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from scorecard.assessment.cards import Card, card
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.small_counts import HIDDEN
from scorecard.calendar.period import Grain, between, containing, month_index
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.shortfall import missed_since, shortfall
from scorecard.records.annotations import REDEFINED, Annotation
from scorecard.records.targets import Target
from tests.scorecard.assessment.test_cards import MONTHS, evidence, reading, target

LATE = "urgent_preservation_48h_rate"
JANUARY = month_index(date(2026, 1, 1))
Halves = Sequence[tuple[int, int]]


def months(name: str, halves: Halves) -> list[IndicatorValue]:
    """From January 2026 on, a month each."""
    return [reading(name, month, *each) for month, each in zip(MONTHS[12:], halves, strict=False)]


def cumulative(catalog: Catalog, name: str, halves: Halves, goal: Target, grain: Grain = "ytd") -> Card:
    """The card of the months' sum so far, beside the months it is made of."""
    monthly = evidence(catalog, *months(name, halves), targets=(goal,))
    sums = [
        reading(
            name,
            containing(grain, JANUARY + at),
            sum(top for top, _ in halves[: at + 1]),
            sum(of for _, of in halves[: at + 1]),
        )
        for at in range(len(halves))
    ]
    inputs = replace(evidence(catalog, *sums, targets=(goal,)), months=lambda: monthly)
    return card(inputs, catalog.indicators[name], containing(grain, JANUARY + len(halves) - 1))


def monthly(catalog: Catalog, name: str, halves: Halves, goal: Target, **more: object) -> Card:
    inputs = replace(evidence(catalog, *months(name, halves), targets=(goal,)), **more)
    return card(inputs, catalog.indicators[name], MONTHS[11 + len(halves)])


FULL = target(LATE, "下限", "100")


def test_one_late_case_in_april_is_said_as_that_and_no_run_of_periods(catalog: Catalog) -> None:
    of = cumulative(catalog, LATE, [(10, 10)] * 3 + [(9, 10)] + [(10, 10)] * 6, FULL)
    assert [point.word for point in of.points].count("未达标") == 7
    assert missed_since(of) == "年内1件超时（4月），其余9个月均为100%"
    assert shortfall(of) == "100件中1件超时"


@pytest.mark.parametrize(
    ("halves", "said"),
    [
        ([(9, 10), (8, 10), (10, 10)], "年内3件超时（1月1件、2月2件），其余1个月均为100%"),
        ([(9, 10)] * 4 + [(10, 10)], "年内4件超时（分在4个月），其余1个月均为100%"),
        ([(10, 10), (0, 0), (2, 3), (10, 10)], "年内1件超时（3月），其余2个月均为100%，1个月没有案件"),
        ([(10, 10), (9, 10), (9, 10)], "2026年2月以来一直未达标"),
    ],
)
def test_a_cumulative_miss_names_the_months_that_made_it(catalog: Catalog, halves: Halves, said: str) -> None:
    assert missed_since(cumulative(catalog, LATE, halves, FULL)) == said


def test_december_closes_the_year(catalog: Catalog) -> None:
    halves = [(9, 10)] + [(10, 10)] * 11
    inputs = replace(
        evidence(catalog, reading(LATE, containing("year", JANUARY), 119, 120), targets=(FULL,)),
        months=lambda: evidence(
            catalog,
            *(reading(LATE, month, *each) for month, each in zip(between("month", JANUARY, JANUARY + 11), halves, strict=True)),
            targets=(FULL,),
        ),
    )  # fmt: skip
    of = card(inputs, catalog.indicators[LATE], containing("year", JANUARY))
    assert missed_since(of) == "全年1件超时（1月），其余11个月均为100%"


def test_where_some_may_fall_short_the_months_that_missed_are_named(catalog: Catalog) -> None:
    name, goal = "termination_compliance_rate", target("termination_compliance_rate", "下限", "90")
    halves = [(5, 10), (8, 10), (3, 3), (10, 10)]
    of = cumulative(catalog, name, halves, goal)
    assert missed_since(of) == "年内可评价的3个月中2个月未达标（1月、2月）（其间3月样本不足，未评价）"
    assert shortfall(of) == "再少4件不合格即达标"


def test_a_cumulative_miss_of_months_too_small_to_judge_has_its_beginning_and_no_count(catalog: Catalog) -> None:
    name, goal = "termination_compliance_rate", target("termination_compliance_rate", "下限", "90")
    assert missed_since(cumulative(catalog, name, [(3, 4)] * 5, goal)) == "2026年2月以来累计一直未达标"
    assert missed_since(cumulative(catalog, name, [(3, 4)] * 2, goal)) == "各月件数少，不单独评价"


def test_an_unjudged_month_ends_no_run_in_silence(catalog: Catalog) -> None:
    miss, few, met = (9, 10), (2, 3), (10, 10)
    of = monthly(catalog, LATE, [met, miss, miss, few, miss], FULL)
    assert missed_since(of) == "2026年2月以来一直未达标（其间4月样本不足，未评价）"
    gap = monthly(catalog, LATE, [met, few, miss, miss], FULL)
    assert missed_since(gap) == "2026年3月以来一直未达标"  # what lies before the run is not in it
    assert missed_since(monthly(catalog, LATE, [met, met, miss], FULL)) == ""


def test_a_month_without_any_row_is_named_too(catalog: Catalog) -> None:
    of = monthly(catalog, LATE, [(9, 10)] * 3, FULL)
    inputs = evidence(catalog, *months(LATE, [(9, 10)] * 3)[::2], targets=(FULL,))
    assert missed_since(of) == "2026年1月以来一直未达标"
    gone = card(inputs, catalog.indicators[LATE], MONTHS[14])
    assert missed_since(gone) == "2026年1月以来一直未达标（其间2月无数据，未评价）"


def test_a_changed_definition_begins_a_run_anew(catalog: Catalog) -> None:
    mark = Annotation(LATE, date(2026, 3, 1), REDEFINED, "口径", "文件", "有效", "审管办", FULL.set_at)
    of = monthly(catalog, LATE, [(9, 10)] * 5, FULL, annotations=(mark,))
    assert missed_since(of) == "2026年3月以来一直未达标"


def test_a_visitor_is_not_told_how_long(catalog: Catalog) -> None:
    values = months(LATE, [(9, 10)] * 3)
    hidden = replace(values[1], exact=None, hidden=HIDDEN, public=True)
    of = card(evidence(catalog, values[0], hidden, values[2], targets=(FULL,)), catalog.indicators[LATE], MONTHS[14])
    assert missed_since(of) == ""


def test_a_yearly_total_is_behind_its_pace_since_a_month(catalog: Catalog) -> None:
    name = "credit_repair_firm_count"
    goal = target(name, "累计", "120")
    values = [replace(reading(name, containing("ytd", JANUARY + at), count, 1), denominator=None, exact=count, base=count)
              for at, count in enumerate((10, 15, 20))]  # fmt: skip
    of = card(evidence(catalog, *values, targets=(goal,)), catalog.indicators[name], containing("ytd", JANUARY + 2))
    assert (missed_since(of), shortfall(of)) == ("2026年2月以来一直落后于进度", "再增10家即达进度")


WORDS: Mapping[str, tuple[Target, tuple[int, int], str]] = {
    "dishonest_firm_screening_rate": (target("dishonest_firm_screening_rate", "下限", "100"), (168, 172), "172家中4家未排查"),
    "administrator_evaluation_rate": (target("administrator_evaluation_rate", "下限", "80"), (5, 10), "再评价3件即达标"),
    "pre_mediation_overdue_rate": (target("pre_mediation_overdue_rate", "上限", upper="0"), (27, 2367), "2,367件中27件超三十日"),
    "mediation_enforcement_rate": (target("mediation_enforcement_rate", "上限", upper="5"), (10, 100), "再少5件进入执行即达标"),
    "small_claims_rate": (target("small_claims_rate", "区间", "20", "35"), (18, 100), "100件中再多2件即达标"),
    "creditor_recovery_rate": (target("creditor_recovery_rate", "下限", "40"), (1347, 10000), "低26.53个百分点"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_what_is_missing_is_said_in_cases_where_they_are_counted(catalog: Catalog, name: str) -> None:
    goal, halves, said = WORDS[name]
    assert shortfall(monthly(catalog, name, [halves], goal)) == said


def test_days_are_measured_against_the_limit_of_the_law_where_it_is_one(catalog: Catalog) -> None:
    name = "small_claims_mean_days"
    value = replace(reading(name, MONTHS[12], 632, 10), exact=Fraction(632, 10))
    for basis, limit in (("法定", "法定期限"), ("同类", "目标")):
        goal = replace(target(name, "上限", upper="60"), basis=basis)
        of = card(evidence(catalog, value, targets=(goal,)), catalog.indicators[name], MONTHS[12])
        assert shortfall(of) == f"比{limit}多3.2天"


def test_nothing_is_missing_where_nothing_was_missed(catalog: Catalog) -> None:
    met = monthly(catalog, LATE, [(10, 10)], FULL)
    assert (shortfall(met), missed_since(met)) == ("", "")
