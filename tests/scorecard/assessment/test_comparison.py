"""同比, 环比, pace: like for like, in a bulletin's units, against published figures."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from scorecard.assessment.comparison import (
    PeriodChange,
    beyond,
    changes,
    comparable,
    compare,
    pace_text,
    previous,
    to_meet,
)
from scorecard.assessment.verdict import JudgedPeriod, Verdict, VerdictWord
from scorecard.calendar.period import Grain, Period
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.records.targets import Target, bounds
from tests.conftest import ROOT
from tests.support.court import indicator, period, reading, target


def at(
    value: str | int | Fraction | None,
    key: str = "2022-02",
    grain: Grain = "ytd",
    word: VerdictWord = "仅监测",
    base: int = 100,
) -> JudgedPeriod:
    exact = None if value is None else Fraction(value)
    return JudgedPeriod(period(key, grain), Verdict(word, ""), exact, base=base)


def like(of: Indicator, now: JudgedPeriod | None, before: JudgedPeriod | None) -> PeriodChange:
    assert now is not None
    return compare(of, "同比", now, before, 5)


# --- published figures (a district court's bulletin of February 2022) -----------------------------------


@pytest.mark.parametrize(
    ("now", "before", "wanted"),
    [(2313, 2296, "同比上升0.74%"), (670, 220, "同比上升204.55%"), (450 + 220, 220, "同比上升204.55%")],
)
def test_counts_change_by_percent_of_last_year(now: int, before: int, wanted: str) -> None:
    found = like(indicator("count"), at(now), at(before, "2021-02"))
    assert found.text == wanted
    assert found.growth == Fraction((now - before) * 100, before)


def test_a_fall_of_counts_is_worded_as_in_the_bulletin() -> None:
    assert like(indicator("count"), at(9136), at(10000, "2021-02")).text == "同比下降8.64%"


def test_rates_change_by_percentage_points_never_by_percent() -> None:
    found = like(indicator("ratio"), at("53.77"), at("48.38", "2021-02"))
    assert found.text == "同比上升5.39个百分点"
    assert found.difference == Fraction("5.39")
    assert found.growth is None


def test_days_get_shorter_or_longer_by_days() -> None:
    """Jinan's pilot: the mean handling period fell by 53.73 days (http://hcydwl.com/www/art/2023/1/31/art_81017_4937609)."""
    assert like(indicator("mean"), at("50"), at("103.73", "2021-02")).text == "同比缩短53.73天"
    assert like(indicator("mean"), at("103.73"), at("50", "2021-02")).text == "同比延长53.73天"


# --- where there is no rate ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "wanted"),
    [
        (7, 0, "上年同期为0"),
        (0, 0, "同比持平（均为0）"),
        (12, 12, "同比持平"),
        (3, 2, "同比增加1件（上年同期2件，基数小，不计增幅）"),
        (0, 4, "同比减少4件（上年同期4件，基数小，不计增幅）"),
        (0, 5, "同比下降100.00%"),
    ],
)
def test_zero_and_small_bases_carry_no_rate(now: int, before: int, wanted: str) -> None:
    found = like(indicator("count"), at(now), at(before, "2021-02"))
    assert found.text == wanted
    assert (found.growth is None) == ("%" not in found.text and found.text != "同比持平")


def test_money_of_few_cases_carries_no_rate() -> None:
    found = like(indicator("sum"), at("62.1"), at("22.04", "2021-02", base=3))
    assert found.text == "同比增加40.06万元（上年同期22.04万元，基数小，不计增幅）"


@pytest.mark.parametrize(
    ("now", "before", "wanted"),
    [("1.5", "-2", "同比由负转正，上升3.50个百分点"), ("-2", "1.5", "同比由正转负，下降3.50个百分点")],
)
def test_a_change_of_sign_is_named(now: str, before: str, wanted: str) -> None:
    assert like(indicator("ratio"), at(now), at(before, "2021-02")).text == wanted


def test_a_difference_that_rounds_to_nothing_is_level() -> None:
    assert like(indicator("ratio"), at("50.001"), at("50", "2021-02")).text == "同比持平"


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("在途", "本期未结束，不作同比"),
        ("观察期未满", "观察期未满，不作同比"),
        ("样本不足", "基数小，不作同比"),
        ("数据待核", "数据待核，不作同比"),
    ],
)
def test_what_may_not_be_judged_is_not_compared(word: VerdictWord, wanted: str) -> None:
    found = like(indicator("ratio"), at("50", word=word), at("40", "2021-02"))
    assert (found.text, found.difference) == (wanted, None)


def test_nothing_to_compare_with_is_said() -> None:
    of = indicator("ratio")
    assert like(of, at("50"), None).text == "上年同期无数据"
    small = like(of, at("50"), at("40", "2021-02", word="样本不足"))
    assert (small.text, small.difference) == ("上年同期基数小，不作同比", None)


# --- like for like -------------------------------------------------------------------------------------------


def test_a_cumulative_period_is_compared_with_last_years_through_the_same_month() -> None:
    of = indicator("ratio")
    found = changes(
        of,
        [at("30", "2025-10"), at("90", "2025-12"), at("35", "2026-09"), at("36", "2026-10")],
        period("2026-10", "ytd"),
        5,
    )
    assert [one.text for one in found] == ["同比上升6.00个百分点", "较1—9月上升1.00个百分点"]
    assert [one.before.period.key if one.before else None for one in found] == ["2025-10", "2026-09"]


@pytest.mark.parametrize(
    ("kind", "stock", "key", "grain", "wanted"),
    [
        ("ratio", False, "2026-01", "month", "2025-12"),
        ("ratio", False, "2026-Q1", "quarter", "2025-Q4"),
        ("ratio", False, "2026-10", "ytd", "2026-09"),
        ("ratio", False, "2026-01", "ytd", None),
        ("count", False, "2026-10", "ytd", None),
        ("count", True, "2026-10", "ytd", "2026-09"),
        ("ratio", False, "2026", "year", None),
    ],
)
def test_the_period_before_is_the_one_that_says_something(
    kind: str, stock: bool, key: str, grain: Grain, wanted: str | None
) -> None:
    found: Period | None = previous(indicator(kind, stock=stock), period(key, grain))
    assert (found.key if found else None) == wanted


def test_a_period_without_data_has_no_comparison() -> None:
    assert changes(indicator(), [at(None, word="无数据")], period("2022-02", "ytd"), 5) == ()
    assert changes(indicator(), [], period("2022-02", "ytd"), 5) == ()


# --- pace and what would turn the verdict ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closed", "wanted"), [(63, "再结37件即达进度"), (100, "已达进度"), (104, "已超进度4件"), (0, "再结100件即达进度")]
)
def test_a_yearly_target_says_how_many_are_missing_to_its_pace(closed: int, wanted: str) -> None:
    of, year = indicator("count"), period("2026-10", "ytd")
    goal = target("累计", "120")
    assert pace_text(of, reading(of, closed, at=year), goal, bounds(goal, year)) == wanted


def test_a_part_of_a_case_that_is_due_counts_as_one() -> None:
    of, year = indicator("count"), period("2026-01", "ytd")
    goal = target("累计", "100")  # 8 1/3 due by the end of January
    assert pace_text(of, reading(of, 8, at=year), goal, bounds(goal, year)) == "再结1件即达进度"
    assert pace_text(of, reading(of, 9, at=year), goal, bounds(goal, year)) == "已达进度"


def test_what_is_not_counted_on_closing_is_not_said_to_be_closed() -> None:
    of, year = indicator("count", period="filed_on"), period("2026-10", "ytd")
    goal = target("累计", "120")
    assert pace_text(of, reading(of, 63, at=year), goal, bounds(goal, year)) == "再增37件即达进度"


def test_other_targets_and_missing_values_have_no_pace() -> None:
    of, month = indicator("count"), period()
    assert pace_text(of, reading(of, 5), target("下限", "9"), bounds(target("下限", "9"), month)) == ""
    assert pace_text(of, None, target("累计", "9"), bounds(target("累计", "9"), period("2026-10", "ytd"))) == ""


@pytest.mark.parametrize(("goal"), [target("下限", "60"), target("上限", upper="35"), target("区间", "20", "35")])
@pytest.mark.parametrize("top", [0, 1, 19, 20, 21, 34, 35, 36, 59, 60, 61, 99, 100])
def test_the_number_of_rows_that_turns_a_verdict_is_the_smallest_one(top: int, goal: Target) -> None:
    """Counted by trying every other numerator, one by one."""
    of = indicator("ratio")
    assert of.formula.share
    low, high = goal.lower, goal.upper

    def met(numerator: int) -> bool:
        return (low is None or numerator >= low) and (high is None or numerator <= high)

    limits = bounds(goal, period())
    said = to_meet(of, reading(of, top, 100), limits)
    up = next((n for n in range(1, 102) if met(top + n) != met(top)), None)
    down = next((n for n in range(1, 102) if met(top - n) != met(top)), None)
    if met(top):
        assert said.endswith("即不达标")
        assert (f"少{down}" in said) == (down is not None and low is not None)
        assert (f"多{up}" in said) == (up is not None and high is not None)
    else:
        assert said.endswith("即达标")
        assert f"多{up}件即" in said or f"少{down}件即" in said


def test_of_a_share_of_firms_it_says_how_many_firms_are_missing(catalog: Catalog) -> None:
    """168 of 172 are 97.67 %: a hundred per cent is known from the target, the four are not."""
    of = catalog.indicators["dishonest_firm_screening_rate"]
    assert to_meet(of, reading(of, 168, 172), bounds(target("下限", "100"), period())) == "172家中再多4家即达标"


def test_a_share_within_a_term_says_how_many_are_beyond_it() -> None:
    """ "90% within 90 days" with 8 of 60 beyond; the rows that the evidence page lists as not in the numerator are as many."""
    words = loader.load(ROOT / "tests" / "vocabulary_seeds")
    rate = words.indicators["within_90_days_rate"]
    assert beyond(rate, reading(rate, 52, 60)) == "其余8件超过九十日"
    assert beyond(rate, reading(rate, 60, 60)) == ""
    assert beyond(rate.model_copy(update={"direction": "lower"}), reading(rate, 52, 60)) == ""
    assert beyond(words.indicators["same_court_rate"], reading(rate, 52, 60)) == ""
    assert beyond(rate, replace(reading(rate, 52, 60), public=True)) == ""


def test_a_numerator_larger_than_its_denominator_is_never_asked_for() -> None:
    of = indicator("ratio", "lower")
    found = to_meet(of, reading(of, 98, 100), bounds(target("区间", "60", "100"), period()))
    assert found == "100件中再少39件即不达标"
    assert to_meet(of, reading(of, 98, 100), bounds(target("上限", upper="100"), period())) == ""


@pytest.mark.parametrize(
    ("total", "goal", "wanted"),
    [
        (500, target("上限", upper="45"), "降到45天以内即达标"),
        (300, target("上限", upper="45"), "高于45天即不达标"),
        (300, target("下限", "40"), "达到40天即达标"),
        (300, target("区间", "20", "45"), "低于20天或高于45天即不达标"),
    ],
)
def test_means_and_money_name_the_bound_that_would_turn_the_verdict(total: int, goal: Target, wanted: str) -> None:
    of = indicator("mean", "range")
    assert to_meet(of, reading(of, total, 10), bounds(goal, period())) == wanted


# --- a recorded change of definition ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "grain", "wanted"),
    [
        ("2026-03", "2026-02", "month", False),  # the break lies between them: it begins with March
        ("2026-04", "2026-03", "month", True),
        ("2026-02", "2026-01", "month", True),
        ("2026-03", "2025-03", "month", False),
        ("2026-10", "2025-10", "ytd", False),
        ("2026-10", "2026-09", "ytd", False),  # each of them is half one definition, half the other
        ("2026-Q1", "2025-Q4", "quarter", False),
        ("2026-Q3", "2026-Q2", "quarter", True),
        ("2026", "2025", "year", False),
    ],
)
def test_nothing_is_compared_across_a_change_of_definition(one: str, other: str, grain: Grain, wanted: bool) -> None:
    march = [date(2026, 3, 1)]
    assert comparable(period(one, grain), period(other, grain), march) is wanted
    assert comparable(period(other, grain), period(one, grain), march) is wanted
