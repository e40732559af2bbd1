"""A baseline is tested before a word rests on it; what is wrong with it is named, and stable months are rarely accused."""

import random
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from scorecard.assessment.cards import Card, card
from scorecard.assessment.control_chart import ControlChart, control
from scorecard.calendar.period import parse
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.attention import groups
from scorecard.narrative.control_words import assurance_sentence, baseline_lines, state_note, variation_sentence
from scorecard.narrative.sentences import of_indicator
from scorecard.records.baselines import Baseline
from scorecard.records.targets import Bounds
from scorecard.statistics.baseline_fitness import BASELINE, Possible, baseline_fault, first_fit
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import card_inputs, open_published
from tests.scorecard.assessment.test_control_chart import DAYS, SHARE, judged, months, rebased
from tests.support.court import indicator
from tests.support.written import hand_in, published

DOOR = Path(__file__).resolve().parents[2] / "data" / "door"
QUIET = [30, 31, 29, 32, 30, 31, 33, 30, 31, 29, 32, 28]
BETTER_OR_WORSE = ("真实改善", "真实恶化", "需要关注", "显著变化", "稳定达标", "稳定不达标", "时达时不达")


def kind(values: Sequence[float | str]) -> str | None:
    fault = baseline_fault([Fraction(str(value)) for value in values])
    return None if fault is None else fault.kind


def faulty(values: Sequence[float | str], possible: Possible) -> str | None:
    fault = baseline_fault([Fraction(str(value)) for value in values], possible)
    return None if fault is None else fault.kind


def named(values: Sequence[float]) -> tuple[int, ...]:
    fault = baseline_fault([Fraction(str(value)) for value in values])
    assert fault is not None
    return fault.months


# --- odd months ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(12))
@pytest.mark.parametrize("odd", [400, 45, 0])
def test_one_odd_month_is_found_wherever_it_stands(at: int, odd: int) -> None:
    values = [*QUIET[:at], odd, *QUIET[at + 1 :]]
    assert (kind(values), named(values)) == ("odd", (at,))


@pytest.mark.parametrize("ats", [(3, 8), (0, 1), (2, 5, 9), (1, 4, 7, 10)])
def test_odd_months_do_not_hide_each_other(ats: tuple[int, ...]) -> None:
    """Masking: each of them is small against a spread that the others make; up to four of twelve are told apart."""
    values = [400 if at in ats else value for at, value in enumerate(QUIET)]
    assert (kind(values), named(values)) == ("odd", ats)


def test_the_published_critical_values_of_grubbs_decide() -> None:
    """Grubbs at 1 %, n = 6: 1.973 (Appendix 7 of Harvey, Analytical Chemistry 2.1). 2,1,2,1,2 and x beside it.

    By hand: the five have mean 1.6 and squared distances 1.2. With x = 1.6 + d the statistic squared is
    (5d/6)²·5/(1.2 + 5d²/6); at d = 3.4 it is 3.705 < 3.893, at d = 6 it is 4.006 > 3.893.
    """
    assert kind([2, 1, 2, "5.0", 1, 2]) is None
    assert kind([2, 1, 2, "7.6", 1, 2]) == "odd"


# --- ramps and steps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "unlikely", "likely"), [(6, 15, 13), (8, 22, 20), (10, 29, 27)])
def test_the_published_table_of_mann_kendall_decides(size: int, unlikely: int, likely: int) -> None:
    """One-sided probabilities (EPA QA/G-9S, table A-12b): n=8: S=20 .0071, S=22 .0028; n=10: S=27 .0083, S=29 .0046;
    n=6: S=13 .0083, S=15 .0014. Two-sided at 1 % the first of each pair is too likely.
    """
    for score, ramp in ((unlikely, True), (likely, False)):
        moved = (size * (size - 1) // 2 - score) // 2  # one value that moved back so many places
        rising = [*range(2, 2 + moved), 1, *range(2 + moved, size + 1)]
        assert (kind(rising) == "rising") == ramp
        assert (kind([-value for value in rising]) == "falling") == ramp


def test_a_ramp_that_has_reached_its_plateau_is_still_a_ramp() -> None:
    assert kind([6, 16, 26, 36, 45, 56, 73, 83, 96, 95, 93, 95]) == "rising"


@pytest.mark.parametrize("cut", [4, 5, 6, 7, 8])
def test_a_level_that_moved_is_no_baseline_and_its_month_is_named(cut: int) -> None:
    values = [value if at < cut else value - 20 for at, value in enumerate(QUIET)]
    found = baseline_fault([Fraction(value) for value in values])
    assert found is not None
    if found.kind == "step":
        assert found.months == (cut,)
    else:
        assert found.kind in ("falling", "odd")


# --- too few values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "others"),
    [
        ([30, 30, 30, 30, 30, 30, 400, 30, 30, 30, 30, 30], (6,)),
        ([0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0], (2, 9)),
        ([100, 100, 100, 100, 95, 100], (4,)),
    ],
)
def test_where_most_months_are_alike_a_few_jumps_make_no_limits(values: list[int], others: tuple[int, ...]) -> None:
    assert (kind(values), named(values)) == ("few", others)


@pytest.mark.parametrize(
    "values", [[20, 22] * 6, [50, 52] * 6, [95, 99] * 6, [0, 2] * 6, QUIET, QUIET[:6], [7] * 12, [7] * 6]
)
def test_months_that_only_alternate_or_never_vary_are_fit(values: list[int]) -> None:
    assert kind(values) is None


COUNTED = Possible(ends=(0,), step=1)


def share(*sizes: int) -> Possible:
    return Possible(ends=(0, 100), sizes=sizes)


@pytest.mark.parametrize("end", [0, 100])
def test_more_than_a_quarter_of_months_at_a_floor_or_ceiling_is_no_baseline(end: int) -> None:
    """The guide of Provost and Murray for charts of proportions: less than a quarter of the months at zero."""
    away = [value if end == 0 else 100 - value for value in (9, 14, 7, 12, 8, 11, 10, 13, 9)]
    quarter = [end, *away[:4], end, *away[4:8], end, away[8]]
    assert faulty(quarter, share(*[200] * 12)) is None
    more = [end, *away[:4], end, *away[4:7], end, away[7], end]
    assert faulty(more, share(*[200] * 12)) == "end"
    assert faulty(more, Possible()) is None  # of a duration 0 and 100 are values like others


def test_counts_of_less_than_one_step_of_spread_are_too_coarse() -> None:
    """Wheeler: of ranges of two, three possible values or fewer within their limit 3.267 x mean. By hand, eleven ranges: a sum
    of 10 puts the limit at 2.97, where 0, 1 and 2 are all there is; one of 11 at 3.267, where 3 is possible too.
    """
    ten, eleven = [1, 2, 1, 3, 2, 1, 2, 2, 1, 2, 2, 1], [1, 2, 1, 3, 2, 1, 2, 1, 1, 2, 1, 2]
    assert [sum(abs(a - b) for a, b in pairwise(values)) for values in (ten, eleven)] == [10, 11]
    assert (faulty(ten, COUNTED), faulty(eleven, COUNTED)) == ("coarse", None)
    assert faulty(ten, Possible()) is None


def test_rates_of_tiny_denominators_are_too_coarse_and_the_same_rates_of_many_rows_are_not() -> None:
    """One of five is 20 points: ranges whose mean is 20 x 10/11 leave room for no more than 0, 20 and 40."""
    rates = [20, 40, 20, 60, 40, 20, 40, 40, 20, 40, 40, 20]
    assert faulty(rates, share(*[5] * 12)) == "coarse"
    assert faulty(rates, share(*[50] * 12)) is None


# --- neighbours that are alike ---------------------------------------------------------------------------------


def test_months_that_wander_slowly_are_named_as_such_and_no_new_level_is_invented() -> None:
    """A slow wave has no trend, no odd month and no one step: what is left on both sides of the best cut wanders too."""
    wave = [50, 58, 62, 58, 50, 42, 38, 42, 50, 58, 62, 58]
    assert (kind(wave), named(wave)) == ("linked", (0, 11))
    assert kind([60, 61, 59, 60, 62, 61, 50, 51, 49, 50, 52, 51]) == "step"
    assert kind([50, 58, 38, 62, 42, 58, 50, 62, 42, 58, 50, 58]) is None  # the same values in another order


# --- how often stable months are accused ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [6, 9, 12])
def test_stable_months_are_rarely_called_unfit(size: int) -> None:
    """The docstring's rate, again by chance: 1500 normal series a size, at most 5 % (expected 2–3 %)."""
    chance = random.Random(size)
    accused = sum(kind([f"{chance.gauss(0, 1):.4f}" for _ in range(size)]) is not None for _ in range(1500))
    assert 0.01 < accused / 1500 < 0.05


@given(st.lists(st.integers(-50, 50), min_size=6, max_size=12), st.integers(1, 9), st.integers(-99, 99))
def test_the_unit_of_the_values_does_not_matter_and_their_mirror_image_is_judged_alike(
    values: list[int], scale: int, moved: int
) -> None:
    plain = baseline_fault([Fraction(value) for value in values])
    again = baseline_fault([Fraction(value * scale + moved) for value in values])
    mirrored = baseline_fault([-Fraction(value) for value in values])
    assert plain == again
    assert (plain is None) == (mirrored is None)
    steps = [after - before for before, after in pairwise(values)]
    assert not (plain and not any(steps))


# --- what is said --------------------------------------------------------------------------------------------


def silent(chart: ControlChart) -> None:
    """Nothing is said that would rest on the limits."""
    assert (chart.variation, chart.assurance, chart.limits, chart.last_signal) == ("基准不稳", None, None, None)
    assert assurance_sentence(chart) == ""
    said = "".join((variation_sentence(chart), *baseline_lines(chart)))
    assert not any(word in said for word in BETTER_OR_WORSE), said
    assert "审管办" in said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([*QUIET[:6], 400, *QUIET[7:]], "基准期内2024年7月为400天，与其余月份相差悬殊"),
        ([*QUIET[:6], 400, *QUIET[7:10], 5, 30], "基准期内2024年7月为400天、2024年11月为5天，与其余月份相差悬殊"),
        (
            [6, 16, 26, 36, 45, 56, 73, 83, 96, 95, 93, 95],
            "基准期内总体走高（2024年1月为6天，2024年12月为95天），均值不代表现在的水平",
        ),
        (
            [30] * 6 + [400] + [30] * 5,
            "基准期12个月中11个月同为30天（不同的只有2024年7月为400天），取值太少，无从估计正常波动的范围",
        ),
        (
            [50, 58, 62, 58, 50, 42, 38, 42, 50, 58, 62, 58],
            "基准期内相邻月份彼此接近、缓慢起伏（2024年1月为50天，2024年12月为58天），各月并非独立，控制界限会过窄",
        ),
        (
            [30, 31, 29, 32, 30, 31, 92, 91, 92, 90, 89, 91],
            "基准期内水平有变，2024年7月以前平均30.5天，此后平均90.83天",
        ),
    ],
)
def test_the_sentence_names_the_months_and_the_reason(values: list[int], said: str) -> None:
    found = judged(DAYS, [*values, *[30] * 15], target=Bounds(None, Fraction(63)))
    silent(found)
    assert variation_sentence(found) == f"基准不稳，不作判断：{said}"
    assert baseline_lines(found)[0] == (
        f"2024年1月至2024年12月的12个月不宜作基准，不画控制界限：{said}；由审管办在“基准与标注”页决定从哪个月起重设基准"
    )


def test_where_no_later_month_is_fit_nobody_is_asked_to_decide() -> None:
    values = [0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1] * 2
    found = judged(indicator("count", "neutral"), values)
    assert (found.variation, found.proposal) == ("基准不稳", None)
    (line,) = baseline_lines(found)
    assert line.endswith("；此后也还没有适合作基准的月份")
    assert "审管办" not in line


def test_a_recorded_decision_settles_it_when_its_own_months_are_fit() -> None:
    values = [*QUIET[:6], 400, *QUIET[7:], *QUIET]
    silent(control(DAYS, months(values), ()))
    settled = control(DAYS, months(values), [rebased(2024, 8)])
    assert settled.fault is None
    assert settled.variation == "正常波动"
    assert baseline_lines(settled)[:2] == (
        "2024年1月至2024年7月的7个月不宜作基准，不画控制界限",
        "均值和控制界限：以2024年8月至2025年7月的12个月为固定基准",
    )
    silent(control(DAYS, months(values), [rebased(2024, 5)]))  # the odd month is in this one too


def test_a_last_month_that_may_not_be_judged_still_says_so_first() -> None:
    values = [*QUIET[:6], 400, *QUIET[7:], 30]
    found = judged(DAYS, values, words={12: "数据待核"})
    assert variation_sentence(found) == "2025年1月数据待核，不判断是否真变化"


def test_a_ramp_that_ended_long_ago_gives_neither_word() -> None:
    """The register of dishonest firms: 6 to 96 % in its first year, then 94 to 99 %."""
    share = (94, 95, 97, 96, 99, 98)
    silent(
        judged(SHARE, [6, 16, 26, 36, 45, 56, 73, 83, 96, 95, 93, 95, *share * 3], target=Bounds(Fraction(100), None))
    )


# --- end to end ----------------------------------------------------------------------------------------------


def shown(data: DataDir, name: str, decisions: tuple[Baseline, ...] = ()) -> Card:
    version = open_published(data)
    inputs = card_inputs(version, "month", "all", "all", date(2026, 11, 5))
    period = parse("month", "2026-10")
    assert period is not None
    if decisions:
        inputs = type(inputs)(**{**vars(inputs), "baselines": decisions})
    return card(inputs, version.catalog.indicators[name], period)


def test_one_odd_month_of_the_first_year_is_named_and_no_improvement_is_said(data: DataDir, catalog: Catalog) -> None:
    """Twenty-two months of 29 to 32 days and one of 400: fifteen of them used to be 真实改善."""
    raw = (DOOR / "spc_one_odd_month.csv").read_bytes()
    hand_in(data, catalog, "cases", raw, date(2026, 10, 31))
    published(data, catalog)
    found = shown(data, "small_claims_mean_days")
    assert found.control is not None
    silent(found.control)
    texts = [of_indicator(found), *(line for _, lines in state_note(found) for line in lines)]
    texts += [item.sentence for group in groups([found]) for item in group.items]
    assert not any(word in text for text in texts for word in BETTER_OR_WORSE), texts
    assert "基准不稳，不作判断：基准期内2025年7月为400天，与其余月份相差悬殊" in texts[0]
    assert [group.title for group in groups([found])][-1] == "基准不稳，不作判断"
    decided = Baseline(
        "small_claims_mean_days", date(2025, 8, 1), "有效", "2025年7月系集中清理积案", "某副院长", datetime(2026, 11, 1)
    )
    settled = shown(data, "small_claims_mean_days", (decided,)).control
    assert settled is not None
    assert (settled.fault, settled.variation) == (None, "正常波动")


# --- what to do about it -------------------------------------------------------------------------------------


def test_the_proposal_is_the_first_month_whose_twelve_are_fit() -> None:
    """A ramp of six months, then level: any start within the ramp still rises, or has an odd first month."""
    values = [Fraction(one) for one in (6, 24, 42, 60, 78, 90, *QUIET, *QUIET)]
    start = first_fit(values)
    assert start is not None
    assert baseline_fault(values[start : start + BASELINE]) is None
    assert all(baseline_fault(values[at : at + BASELINE]) is not None for at in range(start))


def test_there_is_no_proposal_without_six_fit_months() -> None:
    assert first_fit([Fraction(one) for one in (6, 24, 42, 60, 78, 90)]) is None
    assert first_fit([Fraction(one) for one in range(0, 240, 20)]) is None
