"""Which months take part, what the two words rest on, and the sentences behind them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest

from scorecard.assessment.control_chart import ControlChart, control
from scorecard.assessment.verdict import JudgedPeriod, Verdict, VerdictWord
from scorecard.calendar.period import containing
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.narrative.control_words import (
    assurance_sentence,
    baseline_lines,
    last_signal_sentence,
    range_text,
    rebasing_hint,
    variation_sentence,
    what_would_change,
)
from scorecard.records.baselines import Baseline, contradictions, in_force
from scorecard.records.targets import Bounds
from tests.scorecard.assessment.test_control_limits import COURT
from tests.support.court import indicator

FIRST = 2024 * 12
DAYS = indicator("mean", "lower")
SHARE = indicator("ratio", "higher")


def months(
    values: Sequence[float | str | None], words: dict[int, VerdictWord] | None = None, target: Bounds | None = None
) -> list[JudgedPeriod]:
    """Consecutive months from January 2024; None is a month without a reading."""
    return [
        JudgedPeriod(
            containing("month", FIRST + at),
            Verdict((words or {}).get(at, "仅监测"), ""),
            Fraction(str(value)),
            target,
            base=50,
        )
        for at, value in enumerate(values)
        if value is not None
    ]


def judged(of: Indicator, values: Sequence[float | str | None], **other: object) -> ControlChart:
    return control(of, months(values, **other), ())  # pyright: ignore


def rebased(year: int, month: int, state: str = "有效", at: int = 1) -> Baseline:
    return Baseline("rate", date(year, month, 1), state, "做法已变", "某副院长", datetime(2026, 1, at))


# --- the court example ---------------------------------------------------------------------------------------


def test_the_court_example_is_an_improvement_while_the_run_lasts() -> None:
    found = judged(DAYS, COURT[:20])
    assert found.variation == "真实改善"
    assert variation_sentence(found) == "连续9个月低于均值50.5天，属真实改善"
    assert what_would_change(found) == "下月回到均值50.5天以上，这一轮连续即告中断"
    assert baseline_lines(found) == ("均值和控制界限：以2024年1月至2024年12月的12个月为固定基准",)


def test_the_run_that_just_ended_is_not_forgotten() -> None:
    found = judged(DAYS, COURT)
    assert found.variation == "正常波动"
    assert variation_sentence(found) == "本月下降属正常波动"
    assert last_signal_sentence(found) == "最近一次真变化：2024年12月至2025年8月，连续9个月低于均值50.5天，属真实改善"
    assert what_would_change(found) == "下月高于62.83天或低于38.17天，即属真变化"


@pytest.mark.parametrize(
    ("target", "word", "said"),
    [
        (45, "时达时不达", "目标在正常波动范围38.17天—62.83天之内，单月达标与否带有偶然"),
        (63, "稳定达标", "正常波动范围38.17天—62.83天全部在目标之内，按基准期的水平会一直达标"),
        (38, "稳定不达标", "正常波动范围38.17天—62.83天全部在目标之外，按基准期的水平不会达标"),
    ],
)
def test_assurance_says_why(target: int, word: str, said: str) -> None:
    found = judged(DAYS, COURT, target=Bounds(None, Fraction(target)))
    assert (found.assurance, assurance_sentence(found)) == (word, said)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([*[20, 22] * 6, 30], "2025年1月为30天，高于控制上限26.32天，属真实恶化，需要关注"),
        ([*[20, 22] * 6, 12], "2025年1月为12天，低于控制下限15.68天，属真实改善"),
        (
            [*[20, 22] * 6, 25.5, 21.5, 25.4],
            "2025年1月至2025年3月的3个月中有2个月接近控制上限（在24.55天与26.32天之间），属真实恶化，需要关注",
        ),
        (
            [*[50, 52] * 6, 51.0, 51.2, 51.4, 51.6, 51.8, 52.0, 52.2],
            "连续7个月上升（51天→52.2天），属真实恶化，需要关注",
        ),
    ],
)
def test_each_rule_names_its_numbers(values: list[float], said: str) -> None:
    assert variation_sentence(judged(DAYS, values)) == said


# --- who takes part ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["样本不足", "数据待核", "观察期未满", "在途", "无数据"])
def test_months_that_may_not_be_judged_take_no_part_and_are_counted(word: VerdictWord) -> None:
    """A wild value under one of these words changes neither limits nor words."""
    values = [*COURT[:5], 9999, *COURT[5:]]
    found = judged(DAYS, values, words={5: word})
    plain = judged(DAYS, COURT)
    assert found.limits == plain.limits
    assert found.variation == plain.variation
    assert baseline_lines(found)[-1] == f"未计入：{word}1个月"


def test_a_month_without_data_is_absent_never_zero() -> None:
    found = judged(DAYS, [*COURT[:12], None, *COURT[12:20]])
    assert found.limits == judged(DAYS, COURT).limits
    assert found.left_out == (("无数据", 1),)
    assert variation_sentence(found) == "有数据的连续9个月低于均值50.5天，属真实改善"


@pytest.mark.parametrize("word", ["观察期未满", "在途"])
def test_the_last_settled_month_speaks_while_later_ones_move(word: VerdictWord) -> None:
    found = judged(DAYS, [*COURT, 0], words={24: word})
    assert found.variation == "正常波动"
    assert variation_sentence(found) == "2025年12月下降属正常波动"


@pytest.mark.parametrize("word", ["样本不足", "数据待核", "无数据"])
def test_a_last_month_that_may_not_be_judged_gets_no_word_of_an_earlier_one(word: VerdictWord) -> None:
    found = judged(DAYS, [*COURT[:20], 44], words={20: word}, target=Bounds(None, Fraction(63)))
    assert (found.variation, found.assurance) == (None, None)
    assert variation_sentence(found) == f"2025年9月{word}，不判断是否真变化"


def test_too_few_months_say_nothing_and_fewer_than_twelve_have_trial_limits() -> None:
    few = judged(DAYS, COURT[:5], target=Bounds(None, Fraction(63)))
    assert (few.variation, few.assurance, few.limits) == (None, None, None)
    assert variation_sentence(few) == "可以评判的只有5个月，不足6个月，不判断是否真变化"
    trial = judged(DAYS, COURT[:9])
    assert trial.variation == "正常波动"
    assert baseline_lines(trial)[0].startswith("试用界限：2024年1月至2024年9月共9个月，满12个月后固定")
    assert baseline_lines(judged(DAYS, COURT[:12]))[0].startswith("均值和控制界限")


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    found = judged(DAYS, [])
    assert variation_sentence(found) == "没有可以评判的月份"
    assert baseline_lines(found) == ()
    assert last_signal_sentence(found) == what_would_change(found) == assurance_sentence(found) == ""


# --- constant series -----------------------------------------------------------------------------------------


def test_a_constant_series_is_noise_and_meets_its_target() -> None:
    found = judged(SHARE, [100] * 15, target=Bounds(Fraction(100), None))
    assert (found.variation, found.assurance) == ("正常波动", "稳定达标")
    assert variation_sentence(found) == "本月持平属正常波动"
    assert "没有可用的波动" in baseline_lines(found)[0]


def test_a_change_after_a_constant_baseline_is_not_judged_rather_than_called_noise_or_worse() -> None:
    found = judged(SHARE, [*[100] * 12, 95], target=Bounds(Fraction(100), None))
    assert (found.variation, found.assurance) == (None, None)
    assert "无从估计" in variation_sentence(found)
    assert what_would_change(found) == ""


# --- limits no value can reach -------------------------------------------------------------------------------


def test_a_share_is_never_said_to_exceed_a_hundred_and_a_count_never_to_fall_below_none() -> None:
    high = judged(SHARE, [95, 99] * 7)
    assert high.limits is not None
    assert high.limits.upper > 100
    assert range_text(high.limits, high) == "86.36%—100.00%"
    assert what_would_change(high) == "下月低于86.36%，即属真变化"
    low = judged(indicator("count"), [1, 3] * 7)
    assert what_would_change(low) == "下月高于7.3件，即属真变化"


# --- re-basing -----------------------------------------------------------------------------------------------


def test_only_a_recorded_decision_moves_the_limits_and_it_is_printed() -> None:
    values = [*[50, 52] * 6, *[40, 42] * 6]
    fixed = control(DAYS, months(values), ())
    assert fixed.variation == "真实改善"
    assert rebasing_hint(fixed).startswith("近7个月都是同一方向的真变化")
    moved = control(DAYS, months(values), [rebased(2025, 1)])
    assert moved.variation == "正常波动"
    assert moved.limits is not None
    assert moved.limits.mean == 41
    assert rebasing_hint(moved) == ""
    assert baseline_lines(moved) == (
        "均值和控制界限：以2024年1月至2024年12月的12个月为固定基准",
        "均值和控制界限：以2025年1月至2025年12月的12个月为固定基准",
        "2025年1月起重设基准：做法已变（某副院长，2026年1月1日）",
    )


def test_after_a_rebasing_too_few_months_say_so() -> None:
    found = control(DAYS, months([*COURT[:12], 30, 31, 30]), [rebased(2025, 1)])
    assert found.variation is None
    assert variation_sentence(found) == "重设基准后可以评判的只有3个月，不足6个月，不判断是否真变化"
    assert "2025年1月起重设基准，可评判的月份还不够画界限" in baseline_lines(found)


def test_a_rebasing_of_another_indicator_or_before_the_series_changes_nothing() -> None:
    other = Baseline("other", date(2025, 1, 1), "有效", "x", "y", datetime(2026, 1, 1))
    for decisions in ([other], [rebased(2020, 1)], [rebased(2030, 1)]):
        found = control(DAYS, months(COURT), decisions)
        assert found.limits == judged(DAYS, COURT).limits
        assert found.cuts == ()


def test_a_rebasing_that_was_withdrawn_no_longer_stands_and_the_later_decision_wins() -> None:
    first, gone, again = rebased(2025, 1), rebased(2025, 1, "撤销", 2), rebased(2025, 1, "有效", 3)
    assert in_force([first, gone], "rate") == ()
    assert in_force([again, gone, first], "rate") == (again,)
    assert in_force([first], "other") == ()


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"indicator": "small_claim_rate"}, "indicator"),
        ({"from_month": date(2026, 1, 2)}, "from_month"),
        ({"from_month": date(2026, 3, 1)}, "from_month"),
    ],
)
def test_a_decision_that_cannot_stand_is_named(catalog: Catalog, changed: dict[str, object], column: str) -> None:
    row: dict[str, object] = {
        "indicator": "small_claims_rate",
        "from_month": date(2026, 1, 1),
        "decided_at": datetime(2026, 2, 28),
    }
    assert contradictions(row, catalog) == []
    assert [found[0] for found in contradictions(row | changed, catalog)] == [column]


def test_a_month_outside_the_limits_for_its_few_rows_alone_says_so() -> None:
    """60 % of five rows after months of 78 and 82 % of fifty (tests of the limits work it out)."""
    series = months([78, 82] * 6 + [60])
    found = control(SHARE, [*series[:-1], replace(series[-1], base=5)], ())
    assert found.variation == "正常波动"
    assert variation_sentence(found) == "本月在控制界限之外，但当月件数少，按件数计仍属正常波动"
    assert control(SHARE, series, ()).variation == "需要关注"
