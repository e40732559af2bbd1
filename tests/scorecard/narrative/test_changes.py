"""What changed, and why: on readings one can check by hand. 60 of 100 is 60 %, below a lower bound of 65 %."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scorecard.assessment.cards import CardInputs, cards
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.catalog.definitions import Catalog, FormerDefinition, PeriodState
from scorecard.narrative.changes import IndicatorChanges, compare, judged_version, noted, problem_changes
from scorecard.records.targets import Target
from tests.scorecard.assessment.test_cards import MONTHS, OCTOBER, evidence, reading, target
from tests.scorecard.narrative.test_attention import STABLE, THROUGH

RATE, OTHER, COUNT = "pre_mediation_success_rate", "online_filing_rate", "pre_mediation_success_count"
SEPTEMBER = MONTHS[-2]


def between(before: CardInputs, after: CardInputs) -> IndicatorChanges:
    return compare(judged_version([before]), judged_version([after]))


def of(catalog: Catalog, *rows: IndicatorValue, lower: str = "") -> CardInputs:
    goals: tuple[Target, ...] = (target(RATE, "下限", lower),) if lower else ()
    return evidence(catalog, *rows, targets=goals)


def test_a_verdict_that_changed_because_a_target_was_set_says_so(catalog: Catalog) -> None:
    row = reading(RATE, OCTOBER, 60, 100)
    found = between(of(catalog, row), of(catalog, row, lower="65"))
    (one,) = found.verdicts
    assert (one.before_word, one.after_word, one.before, one.after) == ("仅监测", "未达标", "60.00%", "60.00%")
    assert one.cause == "目标改变"
    assert found.revised == ()


def test_a_verdict_that_changed_because_rows_were_corrected_says_so(catalog: Catalog) -> None:
    found = between(
        of(catalog, reading(RATE, OCTOBER, 66, 100), lower="65"),
        of(catalog, reading(RATE, OCTOBER, 60, 100), lower="65"),
    )
    (one,) = found.verdicts
    assert (one.before_word, one.after_word, one.size) == ("达标", "未达标", "-6.00个百分点")
    assert one.cause == "此前的数据有增减或更正"


def test_both_causes_are_named_and_a_period_that_has_ended_since_is_no_correction(catalog: Catalog) -> None:
    (one,) = between(
        of(catalog, reading(RATE, OCTOBER, 66, 100), lower="65"),
        of(catalog, reading(RATE, OCTOBER, 60, 100), lower="55"),
    ).changes
    assert one.cause == "此前的数据有增减或更正、目标改变"
    running = reading(RATE, OCTOBER, 20, 40, state="partial")
    (two,) = between(of(catalog, running), of(catalog, reading(RATE, OCTOBER, 60, 100))).verdicts
    assert (two.before_word, two.cause, two.revised) == ("在途", "报告期当时未结束", False)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((600, 1000), (610, 1000), True),  # 60.00 % -> 61.00 %: one point
        ((600, 1000), (609, 1000), False),  # 60.00 % -> 60.90 %
        ((600, 1000), (590, 1000), True),
    ],
)
def test_a_rate_is_revised_by_a_percentage_point(
    catalog: Catalog, before: tuple[int, int], after: tuple[int, int], told: bool
) -> None:
    found = between(of(catalog, reading(RATE, OCTOBER, *before)), of(catalog, reading(RATE, OCTOBER, *after)))
    assert len(found.changes) == 1
    assert bool(found.revised) == told


def test_a_value_that_is_gone_is_revised(catalog: Catalog) -> None:
    found = between(of(catalog, reading(RATE, OCTOBER, 60, 100)), of(catalog, reading(RATE, OCTOBER, 2, 3)))
    (one,) = found.verdicts
    assert (one.after_word, one.revised) == ("样本不足", True)


def test_a_signal_that_appears_and_one_that_ends_are_named_with_what_changed(catalog: Catalog) -> None:
    def months(last: int) -> CardInputs:
        values = [*STABLE, 60, last]
        return of(catalog, *(reading(RATE, month, value, 100) for month, value in zip(THROUGH, values, strict=True)))

    calm, worse = months(59), months(40)
    (one,) = between(calm, worse).signals
    assert (one.appeared, one.text, one.cause) == (True, "正常波动 → 需要关注", "数值有变")
    (two,) = between(worse, calm).signals
    assert (two.appeared, two.text) == (False, "需要关注 → 正常波动")
    assert between(worse, worse).signals == ()


def test_problems_are_new_and_resolved_against_the_period_before(catalog: Catalog) -> None:
    rows = (
        reading(RATE, SEPTEMBER, 60, 100), reading(RATE, OCTOBER, 70, 100),
        reading(OTHER, SEPTEMBER, 70, 100), reading(OTHER, OCTOBER, 60, 100),
    )  # fmt: skip
    inputs = evidence(catalog, *rows, targets=(target(RATE, "下限", "65"), target(OTHER, "下限", "65")))
    found = problem_changes(cards(inputs, SEPTEMBER), cards(inputs, OCTOBER))
    assert [(one.indicator.id, one.problem, one.appeared, one.text) for one in found] == [
        (OTHER, "未达标", True, "2026年10月60.00%，未达标"),
        (RATE, "未达标", False, "2026年10月70.00%，达标"),
    ]


def test_a_worsening_of_the_same_month_names_what_changed_and_no_new_period(catalog: Catalog) -> None:
    def months(last: int) -> CardInputs:
        values = [*STABLE, 60, last]
        return of(catalog, *(reading(RATE, month, value, 100) for month, value in zip(THROUGH, values, strict=True)))

    calm, worse, last = months(59), months(40), THROUGH[len(STABLE) + 1]
    listed = noted(between(calm, worse), problem_changes(cards(calm, last), cards(worse, last)))
    assert (listed[0].kind, listed[0].cause) == ("新增：真实恶化", "数值有变")
    earlier = problem_changes(cards(worse, THROUGH[len(STABLE)]), cards(worse, last))
    assert [(one.problem, one.cause) for one in earlier] == [("真实恶化", "报告期更新")]


@pytest.mark.parametrize(("state", "cause"), [("partial", "报告期当时未结束"), ("immature", "当时观察期未满")])
def test_what_was_not_judged_yet_names_that_as_the_cause(catalog: Catalog, state: PeriodState, cause: str) -> None:
    """The same 60 of 100, then still moving, now missed."""
    before = of(catalog, reading(RATE, OCTOBER, 60, 100, state=state), lower="65")
    after = of(catalog, reading(RATE, OCTOBER, 60, 100), lower="65")
    (one,) = noted(between(before, after), problem_changes(cards(before, OCTOBER), cards(after, OCTOBER)))
    assert (one.kind, one.cause) == ("新增：未达标", cause)


def test_each_period_has_its_own_cause_where_a_definition_is_dated(catalog: Catalog) -> None:
    """Counted otherwise from October on. September is read as ever, and its rows were corrected; then the boundary moves."""
    one, formula = catalog.indicators[RATE], catalog.indicators[OTHER].formula

    def dated(until: date) -> Catalog:
        former = FormerDefinition(
            valid_until=until,
            definition=one.definition,
            exclusions=one.exclusions,
            formula=one.formula,
            example=one.example,
        )
        life = {"formula": formula, "valid_from": until + timedelta(1), "basis": "文件", "earlier": (former,)}
        return replace(catalog, indicators={**catalog.indicators, RATE: one.model_copy(update=life)})

    through, sooner = dated(date(2026, 9, 30)), dated(date(2026, 8, 31))
    (corrected,) = between(
        of(catalog, reading(RATE, SEPTEMBER, 60, 100)), of(through, reading(RATE, SEPTEMBER, 70, 100))
    ).changes
    assert corrected.cause == "此前的数据有增减或更正"
    found = between(of(through, reading(RATE, SEPTEMBER, 60, 100)), of(sooner, reading(RATE, SEPTEMBER, 70, 100)))
    assert [change.cause for change in found.changes] == ["口径改变"]
    assert [one.what for one in found.redefined] == ["口径改变"]


def test_what_is_judged_no_more_is_not_resolved(catalog: Catalog) -> None:
    rows = (reading(RATE, SEPTEMBER, 60, 100), reading(RATE, OCTOBER, 70, 100, doubts=("某列没有填写",)))
    inputs = of(catalog, *rows, lower="65")
    found = problem_changes(cards(inputs, SEPTEMBER), cards(inputs, OCTOBER))
    assert [(one.problem, one.appeared) for one in found] == [("数据待核", True)]


def test_the_list_tells_each_thing_once_problems_first(catalog: Catalog) -> None:
    before = of(catalog, reading(RATE, SEPTEMBER, 60, 100), reading(RATE, OCTOBER, 70, 100), lower="65")
    after = of(catalog, reading(RATE, SEPTEMBER, 63, 100), reading(RATE, OCTOBER, 60, 100), lower="65")
    listed = noted(between(before, after), problem_changes(cards(before, OCTOBER), cards(after, OCTOBER)))
    assert [(one.kind, one.text, one.cause) for one in listed] == [
        ("新增：未达标", "2026年10月60.00%，未达标", "此前的数据有增减或更正"),
        ("数值修订", "2026年9月（单月）60.00% → 63.00%", "此前的数据有增减或更正"),
    ]


def test_a_changed_definition_is_the_cause_and_stands_in_the_list(catalog: Catalog) -> None:
    row = reading(RATE, OCTOBER, 60, 100)
    one = catalog.indicators[RATE]
    formula = catalog.indicators[OTHER].formula
    other = replace(catalog, indicators={**catalog.indicators, RATE: one.model_copy(update={"formula": formula})})
    found = between(of(catalog, row), of(other, reading(RATE, OCTOBER, 50, 100)))
    assert [(change.kind, change.cause) for change in noted(found)] == [("数值修订", "口径改变"), ("口径改变", "")]


def test_periods_that_changed_alike_are_one_line(catalog: Catalog) -> None:
    rows = [reading(RATE, month, 60, 100) for month in MONTHS[-3:]]
    found = between(of(catalog, *rows), of(catalog, *rows, lower="65"))
    assert [(one.kind, one.text, one.cause) for one in noted(found)] == [
        ("评价改变", "2026年10月（单月）60.00%，仅监测 → 未达标；另有2个报告期也如此", "目标改变"),
        ("目标改变", "未设目标 → ≥65%（同类）", ""),
    ]
