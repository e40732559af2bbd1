"""The verdict on a reading: eight words, in their order of precedence, and the exact gap in the indicator's unit."""

from datetime import date
from fractions import Fraction

import pytest

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.verdict import WORDS, Verdict, needs_base, withheld
from scorecard.calendar.period import Grain
from scorecard.catalog.definitions import Indicator
from scorecard.records.targets import Target, effective
from tests.support.court import indicator, period, reading, target, verdict_on

RATE = indicator("ratio", "range")

# --- against its target -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "row", "word", "gap"),
    [
        (61, target("下限", "60"), "达标", 1),
        (60, target("下限", "60"), "达标", 0),
        (59, target("下限", "60"), "未达标", -1),
        (5, target("上限", None, "5.48"), "达标", Fraction(-12, 25)),
        (6, target("上限", None, "5.48"), "未达标", Fraction(13, 25)),
        (0, target("上限", None, "0"), "达标", 0),
        (1, target("上限", None, "0"), "未达标", 1),
        (20, target("区间", "20", "35"), "达标", 0),
        (27, target("区间", "20", "35"), "达标", 0),
        (35, target("区间", "20", "35"), "达标", 0),
        (19, target("区间", "20", "35"), "未达标", -1),
        (36, target("区间", "20", "35"), "未达标", 1),
        (100, target("下限", "100"), "达标", 0),
        (99, target("下限", "100"), "未达标", -1),
    ],
)
def test_a_bound_itself_is_inside_the_target(numerator: int, row: Target, word: str, gap: Fraction | int) -> None:
    """Of 100 cases each, so that the numerator is the percentage; the gap is in percentage points."""
    found = verdict_on(RATE, reading(RATE, numerator, 100), row)
    assert (found.word, found.gap) == (word, gap)


def test_a_value_is_compared_exactly_and_not_as_it_is_printed() -> None:
    """599,999 ÷ 1,000,000 prints as 60.00 % and is below 60 %."""
    found = verdict_on(RATE, reading(RATE, 599_999, 1_000_000), target("下限", "60"))
    assert found.word == "未达标"
    assert found.gap == Fraction(-1, 10_000)
    assert "59.9999%" in found.reason


def test_the_sentence_names_value_bound_and_gap_in_the_unit() -> None:
    days = indicator("mean", "lower")
    assert verdict_on(RATE, reading(RATE, 565, 1000), target("下限", "60")).reason == (
        "56.50%，低于目标下限60.00%（-3.50个百分点）"
    )
    assert verdict_on(days, reading(days, 1950, 10), target("上限", None, "180")).reason == (
        "195天，高于目标上限180天（+15天）"
    )
    assert verdict_on(days, reading(days, 1650, 10), target("上限", None, "180")).reason == (
        "165天，不高于目标180天（-15天）"
    )
    assert verdict_on(RATE, reading(RATE, 27, 100), target("区间", "20", "35")).reason == (
        "27.00%，在目标区间20.00%—35.00%之内"
    )


def test_without_a_target_an_indicator_is_only_watched() -> None:
    assert verdict_on(RATE, reading(RATE, 61, 100), None) == Verdict("仅监测", "未设目标")


@pytest.mark.parametrize(("since", "until"), [(date(2026, 4, 1), None), (date(2024, 1, 1), date(2026, 3, 30))])
def test_a_target_that_is_not_yet_or_no_longer_in_force_leaves_the_indicator_watched(
    since: date, until: date | None
) -> None:
    at = period("2026-03")
    row = effective([target(lower="60", since=since, until=until)], "rate", at)
    assert verdict_on(RATE, reading(RATE, 10, 100, at=at), row).word == "仅监测"


# --- totals by pace ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "grain", "count", "word"),
    [
        ("2026-03", "ytd", 30, "达标"),  # 120 ÷ 12 × 3
        ("2026-03", "ytd", 29, "未达标"),
        ("2026-10", "ytd", 100, "达标"),
        ("2026-10", "ytd", 99, "未达标"),
        ("2026", "year", 120, "达标"),
        ("2026", "year", 119, "未达标"),
        ("2026-03", "month", 0, "仅监测"),
        ("2026-Q1", "quarter", 0, "仅监测"),
    ],
)
def test_a_yearly_total_is_judged_by_its_pace_through_the_year(key: str, grain: Grain, count: int, word: str) -> None:
    firms = indicator("count")
    found = verdict_on(firms, reading(firms, count, at=period(key, grain)), target("累计", "120"))
    assert found.word == word


def test_march_is_never_compared_with_the_target_of_the_year_when_a_ladder_is_declared() -> None:
    """The league's floor for March is 18, so 20 in March is on pace for 93."""
    firms = indicator("count")
    league = target("累计", "93", ladder=(5, 10, 18, 29, 42, 55, 63, 70, 76, 82, 88, 93))
    at = period("2026-03", "ytd")
    assert verdict_on(firms, reading(firms, 20, at=at), league) == Verdict(
        "达标", "20件，不低于进度目标18件（+2件）", Fraction(2)
    )
    assert verdict_on(firms, reading(firms, 17, at=at), league).word == "未达标"


def test_a_ceiling_on_a_yearly_total_is_paced_too() -> None:
    firms = indicator("count", "lower")
    at = period("2026-06", "ytd")
    assert verdict_on(firms, reading(firms, 6, at=at), target("累计", None, "12")).word == "达标"
    assert verdict_on(firms, reading(firms, 7, at=at), target("累计", None, "12")).word == "未达标"


# --- small numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ratio", "mean", "median"])
@pytest.mark.parametrize(("base", "word"), [(4, "样本不足"), (5, "达标")])
def test_a_rate_mean_or_median_rests_on_at_least_five(kind: str, base: int, word: str) -> None:
    """n < 5: raw count, no rate, no status."""
    of = indicator(kind)
    given = reading(of, base, None if kind == "median" else base, base=base)
    assert verdict_on(of, given, target("下限", "0")).word == word
    assert withheld(of, given, 5) == (word == "样本不足")


@pytest.mark.parametrize("kind", ["count", "sum"])
def test_a_count_or_a_sum_is_judged_however_small(kind: str) -> None:
    """Zero bankruptcies pending over two years is the finding itself."""
    of = indicator(kind, "lower")
    given = reading(of, 0, base=0)
    assert verdict_on(of, given, target("上限", None, "0")).word == "达标"
    assert not withheld(of, given, 5)
    assert not needs_base(of)


def test_the_minimum_base_is_the_courts_to_set() -> None:
    given = reading(RATE, 9, 9)
    assert verdict_on(RATE, given, target("下限", "60"), minimum_base=10).word == "样本不足"
    assert verdict_on(RATE, given, target("下限", "60"), minimum_base=9).word == "达标"


def test_too_small_a_base_is_said_before_a_missing_target() -> None:
    found = verdict_on(RATE, reading(RATE, 2, 3), None)
    assert (found.word, found.reason) == ("样本不足", "3件，少于5件，只列数不评价")


# --- refused rather than a plausible wrong number ---------------------------------------------------------------


def test_a_share_above_one_hundred_percent_is_checked_and_never_judged() -> None:
    """A Shandong court published 电子送达率 368.33 %: deliveries were divided by cases."""
    found = verdict_on(RATE, reading(RATE, 221, 60), target("下限", "90"))
    assert found == Verdict("数据待核", "分子 221 大于分母 60，占比超过100%")


def test_a_ratio_that_is_no_part_of_a_whole_may_exceed_one_hundred_percent() -> None:
    """结收比 109.45 % is a court that works off its backlog (CEPEJ, Croatia 2022)."""
    clearance = indicator("ratio", may_exceed=True)
    assert verdict_on(clearance, reading(clearance, 610_476, 557_759), target("下限", "100")).word == "达标"


def test_a_share_of_nothing_that_still_has_a_part_is_checked() -> None:
    assert verdict_on(RATE, reading(RATE, 3, 0), target("下限", "60")).word == "数据待核"


def test_a_negative_half_of_a_share_is_checked() -> None:
    assert verdict_on(RATE, reading(RATE, -1, 7, base=7), target("下限", "60")).word == "数据待核"


def test_a_doubt_in_the_data_comes_before_every_other_word() -> None:
    given = reading(RATE, 61, 100)
    found = verdict_on(RATE, given, target("下限", "60"), doubts=("审判案件表数据截至2026-01-31", "收结存不平"))
    assert found == Verdict("数据待核", "审判案件表数据截至2026-01-31；收结存不平")
    assert verdict_on(RATE, None, None, doubts=("尚未报送",)).word == "数据待核"


def test_a_running_period_and_an_immature_cohort_are_not_judged() -> None:
    cohort = indicator("ratio", matures_after={"months": 6})
    in_days = indicator("ratio", matures_after={"days": 90})
    row = target("下限", "60")
    assert verdict_on(RATE, reading(RATE, 10, 100, state="partial"), row).word == "在途"
    immature = verdict_on(cohort, reading(cohort, 10, 100, state="immature"), row)
    assert (immature.word, immature.reason) == ("观察期未满", "6个月的观察期未满，本期数值还会变化，不评判")
    assert verdict_on(in_days, reading(in_days, 10, 100, state="immature"), row).reason.startswith("90天的观察期未满")


def test_no_case_is_no_data_and_not_zero_percent() -> None:
    assert verdict_on(RATE, reading(RATE, 0, 0), target("下限", "60")) == Verdict("无数据", "本期无案件，分母为0")
    assert verdict_on(RATE, None, target("下限", "60")) == Verdict("无数据", "本期没有数据")
    median = indicator("median")
    nothing = IndicatorValue("rate", period(), "all", "all", None, None, 0, None, "complete")
    assert verdict_on(median, nothing, None).word == "无数据"


@pytest.mark.parametrize(
    ("of", "given", "row", "word"),
    [
        (RATE, reading(RATE, 200, 100, state="partial"), None, "数据待核"),
        (RATE, reading(RATE, 0, 0, state="partial"), None, "在途"),
        (RATE, reading(RATE, 0, 0), None, "无数据"),
        (RATE, reading(RATE, 1, 2), None, "样本不足"),
        (RATE, reading(RATE, 1, 20), None, "仅监测"),
    ],
)
def test_words_take_precedence_in_this_order(
    of: Indicator, given: IndicatorValue, row: Target | None, word: str
) -> None:
    assert verdict_on(of, given, row).word == word


def test_there_are_nine_words_and_no_score() -> None:
    assert WORDS == ("达标", "未达标", "仅监测", "样本不足", "无数据", "数据待核", "观察期未满", "在途", "不区分涉企")
