"""Published known answers of control charts, and a second, naive implementation that must agree."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from scorecard.assessment import control_limits
from scorecard.assessment.control_limits import Limits, Signal, assurance, better_side, limits, segments, signals
from scorecard.records.targets import Bounds
from tests.support.registers import known_answers

COURT = [52, 48, 55, 50, 47, 53, 49, 54, 51, 46, 52, 49, 50, 45, 46, 44, 47, 45, 46, 43, 60, 48, 47, 41]
ALTERNATING = [20, 22] * 6


def exact(*values: float | str) -> list[Fraction]:
    return [Fraction(str(value)) for value in values]


def marked(values: list[Fraction], baseline: int | None = 12, screening: bool = True) -> dict[int, str]:
    """Position counted from 1 -> rule and side, as the published tables print it."""
    by = limits(values, baseline, screening)
    assert by is not None
    return {
        position: f"{signal.rule}{'+' if signal.side > 0 else '-'}"
        for position, signal in enumerate(signals(values, by), 1)
        if signal is not None
    }


def near(found: Fraction, wanted: float, places: int = 6) -> bool:
    return abs(float(found) - wanted) < 0.5 * 10**-places + 1e-12


# --- published answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("screening", "lower", "upper"), [(True, -0.72, 4.60), (False, -3.06, 6.95)])
def test_the_published_series_with_one_outlier(screening: bool, lower: float, upper: float) -> None:
    values = exact(1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
    found = limits(values, None, screening)
    assert found is not None
    assert near(found.mean, 1.94, 2)
    assert near(found.lower, lower, 2)
    assert near(found.upper, upper, 2)
    assert marked(values, None, screening)[5] == "outside+"


@pytest.mark.parametrize(
    ("column", "screening", "mean", "lower", "upper"),
    [
        ("y", True, 0.1416238, -3.01138, 3.294627),
        ("y_outlier", True, 0.6694159, -2.383666, 3.722497),
        ("y_outlier", False, 0.6694159, -4.596625, 5.935457),
    ],
)
def test_the_random_series_of_the_published_package(
    column: str, screening: bool, mean: float, lower: float, upper: float
) -> None:
    values = exact(*(row[column] for row in known_answers("xmr")))
    found = limits(values, None, screening)
    assert found is not None
    assert near(found.mean, mean)
    assert near(found.lower, lower, 5)
    assert near(found.upper, upper, 5)
    if column == "y":
        assert marked(values, None) == {}


def test_two_close_points_on_opposite_sides_are_no_signal() -> None:
    values = exact(*[1, -1] * 7, 5.5, -5.5)
    found = limits(values, None)
    assert found is not None
    assert (found.mean, found.lower, found.upper) == (0, exact("-6.175")[0], exact("6.175")[0])
    assert not set(marked(values, None)) & {15, 16}


def test_a_trend_is_seven_values_that_only_rise() -> None:
    flat = Limits(Fraction(0), Fraction(100), 12, 0)
    found = signals(exact(2, 1, 2, 3, 4, 5, 6, 7, 3), flat)
    assert [position for position, one in enumerate(found, 1) if one and one.rule == "trend"] == [*range(2, 9)]
    assert {(one.first, one.last, one.side) for one in found if one and one.rule == "trend"} == {(1, 7, 1)}
    assert not any(one and one.rule == "trend" for one in signals(exact(1, 2, 3, 3, 4, 5, 6), flat))


def test_a_falling_trend_counts_alike_and_may_cross_the_mean() -> None:
    by = Limits(Fraction(4), Fraction(100), 12, 0)
    assert {one.side for one in signals(exact(7, 6, 5, 4, 3, 2, 1), by) if one} == {-1}


@pytest.mark.parametrize(
    ("baseline", "following", "wanted"),
    [
        (ALTERNATING, [23] * 7, dict.fromkeys(range(12, 20), "shift+")),
        (ALTERNATING, [21.5, 25.5, 21.5, 25.4, 21], {14: "close+", 16: "close+"}),
        (ALTERNATING, [23, 23, 23, 21, 23, 23, 23], {}),
        (ALTERNATING, [20.5, 20.7, 20.9, 20.9, 21.1, 21.3, 21.5, 21.7], {}),
        (
            [50, 52] * 6,
            ["51.0", "51.2", "51.4", "51.6", "51.8", "52.0", "52.2", "51"],
            dict.fromkeys(range(13, 20), "trend+"),
        ),
    ],
)
def test_the_small_published_series(baseline: list[int], following: list[float | str], wanted: dict[int, str]) -> None:
    assert marked(exact(*baseline, *following)) == wanted


def test_limits_of_the_small_series() -> None:
    found = limits(exact(*ALTERNATING))
    assert found is not None
    assert [round(float(one), 4) for one in (found.lower, found.upper, found.close_lower, found.close_upper)] == [
        15.68, 26.32, 17.4533, 24.5467,
    ]  # fmt: skip


def test_the_court_example_with_the_first_twelve_months_as_baseline() -> None:
    values = exact(*COURT)
    found = limits(values)
    assert found is not None
    assert found.mean == Fraction(606, 12)
    assert found.moving_range == Fraction(51, 11)
    assert found.screened == 0
    assert [round(float(one), 4) for one in (found.upper, found.lower, found.close_upper, found.close_lower)] == [
        62.8327, 38.1673, 58.7218, 42.2782,
    ]  # fmt: skip
    assert marked(values) == dict.fromkeys(range(12, 21), "shift-")
    (segment,) = segments(values)
    run = segment.signals[15]
    assert run is not None
    assert run.last - run.first + 1 == 9
    assert control_limits.variation(run, better_side("lower", found.mean, values[15], None)) == "真实改善"
    assert control_limits.variation(segment.signals[-1], -1) == "正常波动"


@pytest.mark.parametrize(("target", "wanted"), [(45, "时达时不达"), (63, "稳定达标"), (38, "稳定不达标")])
def test_assurance_of_the_court_example(target: int, wanted: str) -> None:
    found = limits(exact(*COURT))
    assert found is not None
    assert assurance(found, "lower", Bounds(None, Fraction(target))) == wanted


def test_baseline_and_screening_decide_whether_somebody_is_told_it_got_worse() -> None:
    values = exact(*COURT)
    everything = limits(values, None)
    assert everything is not None
    assert (round(float(everything.mean), 4), round(float(everything.upper), 4)) == (48.6667, 59.3067)
    assert marked(values, None)[21] == "outside+"
    unscreened = limits(values, None, screening=False)
    assert unscreened is not None
    assert round(float(unscreened.upper), 4) == 60.8101
    assert 21 not in marked(values, None, screening=False)
    assert 21 not in marked(values)


# --- the words -----------------------------------------------------------------------------------------------


def between(lower: float, upper: float) -> Limits:
    mean = Fraction(lower + upper) / 2
    found = Limits(mean, (Fraction(upper) - mean) / Fraction(266, 100), 12, 0)
    assert (found.lower, found.upper) == (lower, upper)
    return found


@pytest.mark.parametrize(
    ("process", "higher", "lower"),
    [((1, 3), "稳定不达标", "稳定达标"), ((5, 7), "稳定达标", "稳定不达标"), ((1, 5), "时达时不达", "时达时不达")],
)
def test_the_published_assurances(process: tuple[int, int], higher: str, lower: str) -> None:
    by = between(*process)
    assert assurance(by, "higher", Bounds(Fraction(4), None)) == higher
    assert assurance(by, "lower", Bounds(None, Fraction(4))) == lower


@pytest.mark.parametrize(
    ("process", "wanted"),
    [
        ((20, 35), "稳定达标"),
        ((19, 35), "时达时不达"),
        ((22, 36), "时达时不达"),
        ((10, 19), "稳定不达标"),
        ((36, 40), "稳定不达标"),
        ((10, 50), "时达时不达"),
    ],
)
def test_a_range_is_met_by_a_process_that_stays_inside(process: tuple[int, int], wanted: str) -> None:
    assert assurance(between(*process), "range", Bounds(Fraction(20), Fraction(35))) == wanted


def test_a_single_target_that_touches_a_limit_is_hit_or_miss() -> None:
    by = between(4, 8)
    assert assurance(by, "higher", Bounds(Fraction(4), None)) == "时达时不达"
    assert assurance(by, "lower", Bounds(None, Fraction(8))) == "时达时不达"


def test_no_target_and_no_direction_give_no_assurance() -> None:
    by = between(4, 8)
    assert assurance(by, "higher", None) is None
    assert assurance(by, "neutral", Bounds(Fraction(4), None)) is None


def test_a_series_that_never_varies_signals_nothing_and_meets_its_target_or_does_not() -> None:
    values = exact(*[100] * 20)
    by = limits(values)
    assert by is not None
    assert (by.lower, by.mean, by.upper, by.flat) == (100, 100, 100, True)
    assert not any(signals(values, by))
    assert assurance(by, "higher", Bounds(Fraction(100), None)) == "稳定达标"
    assert assurance(by, "higher", Bounds(Fraction(101), None)) == "稳定不达标"


def test_where_screening_leaves_no_variation_nothing_signals() -> None:
    values = exact(0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 9)
    by = limits(values)
    assert by is not None
    assert by.flat
    assert by.screened == 2
    assert not any(signals(values, by))


@pytest.mark.parametrize(
    ("side", "better", "wanted"),
    [(1, 1, "真实改善"), (1, -1, "需要关注"), (-1, -1, "真实改善"), (-1, None, "显著变化")],
)
def test_a_signal_is_good_bad_or_without_direction(side: int, better: int | None, wanted: str) -> None:
    signal = Signal("outside", side, 0, 0)  # pyright: ignore
    assert control_limits.variation(signal, better) == wanted  # pyright: ignore


@pytest.mark.parametrize(
    ("mean", "value", "wanted"), [(15, 18, 1), (40, 36, -1), (27, 34, None), (15, 36, None), (40, 19, None), (15, 5, 1)]
)
def test_a_range_is_better_approached_and_jumping_over_it_is_no_improvement(
    mean: int, value: int, wanted: int | None
) -> None:
    bounds = Bounds(Fraction(20), Fraction(35))
    assert better_side("range", Fraction(mean), Fraction(value), bounds) == wanted
    assert better_side("range", Fraction(mean), Fraction(value), None) is None


def test_rebased_parts_have_limits_of_their_own_and_short_ones_none() -> None:
    values = exact(*COURT)
    first, second, third = segments(values, starts=(12, 20))
    assert (first.start, second.start, third.start) == (0, 12, 20)
    assert first.limits == limits(values[:12])
    assert second.limits is not None
    assert second.limits.mean == sum(values[12:20]) / 8
    assert second.limits.trial
    assert third.limits is None
    assert not any(third.signals)


def test_a_rebasing_outside_the_series_cuts_nothing() -> None:
    assert len(segments(exact(*COURT), starts=(0, 24, 30))) == 1


def test_one_value_has_no_limits() -> None:
    assert limits(exact(1)) is None
    assert [one.limits for one in segments([])] == [None]


# --- a second implementation ---------------------------------------------------------------------------------


def naive(values: list[Fraction], screening: bool) -> tuple[list[Fraction], list[str]]:
    """Straight from the rules, one value at a time, without any of the product's code."""
    base = values[:12]
    moves = [abs(b - a) for a, b in pairwise(base)]
    average = sum(moves, Fraction(0)) / len(moves)
    if screening:
        moves = [m for m in moves if m < average * Fraction("3.267")]
    spread = sum(moves, Fraction(0)) / len(moves) if moves else Fraction(0)
    mean = sum(base, Fraction(0)) / len(base)
    low, high = mean - spread * Fraction("2.66"), mean + spread * Fraction("2.66")
    close = spread * Fraction("2.66") * Fraction(2, 3)
    found: list[str] = []
    for i, value in enumerate(values):
        word = ""
        windows = [values[s : s + 7] for s in range(max(0, i - 6), i + 1) if s + 7 <= len(values)]
        threes = [values[s : s + 3] for s in range(max(0, i - 2), i + 1) if s + 3 <= len(values)]
        for w in windows:
            if all(v > mean for v in w) or all(v < mean for v in w):
                word = "shift+" if value > mean else "shift-"
        for t in threes:
            for sign in (1, -1):
                off = [(v - mean) * sign for v in t]
                if (
                    min(off) > 0
                    and sum(close < o <= high - mean for o in off) >= 2
                    and close < (value - mean) * sign <= high - mean
                ):
                    word = "close+" if sign > 0 else "close-"
        for w in windows:
            if all(b > a for a, b in pairwise(w)):
                word = "trend+"
            if all(b < a for a, b in pairwise(w)):
                word = "trend-"
        if value > high or value < low:
            word = "outside+" if value > high else "outside-"
        found.append(word if spread else "")
    return [mean, low, high], found


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=40), st.booleans())
def test_the_product_and_the_naive_implementation_agree(numbers: list[int], screening: bool) -> None:
    values = [Fraction(n, 3) for n in numbers]
    by = limits(values, 12, screening)
    assert by is not None
    (mean, low, high), words = naive(values, screening)
    assert (by.mean, by.lower, by.upper) == (mean, low, high)
    mine = [f"{one.rule}{'+' if one.side > 0 else '-'}" if one else "" for one in signals(values, by)]
    assert mine == words


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=12, max_size=36), st.sampled_from(["shift", "trend"]))
def test_a_run_names_all_its_values_and_no_neighbour_belongs_to_it(numbers: list[int], rule: str) -> None:
    values = [Fraction(n) for n in numbers]
    by = limits(values)
    assert by is not None
    for position, one in enumerate(signals(values, by)):
        if one is None or one.rule != rule:
            continue
        assert one.first <= position <= one.last
        assert one.last - one.first + 1 >= 7
        if rule == "shift":
            assert all((values[i] - by.mean) * one.side > 0 for i in range(one.first, one.last + 1))
            for beyond in (one.first - 1, one.last + 1):
                assert not 0 <= beyond < len(values) or (values[beyond] - by.mean) * one.side <= 0


# --- shares of few rows ---------------------------------------------------------------------------------------


def test_a_month_of_few_rows_signals_alone_only_beyond_limits_of_its_own_size() -> None:
    """Twelve months of 78 and 82 % (of 50 rows), whose limits are 69.36 and 90.64 %; then 60 % of 50 rows and 60 % of five.

    By hand: pooled 80 %, standard deviations 5.66 and 17.89 points, moving range 0.707, limits at 1.88 of them: 10.6 points of
    fifty rows, 33.6 points of five.
    """
    values = [Fraction(one) for one in (78, 82) * 6] + [Fraction(60)]
    by = limits(values, 12)
    assert by is not None
    assert (float(by.lower), float(by.upper)) == (pytest.approx(69.36), pytest.approx(90.64))
    for rows, alone in ((50, "outside"), (5, None)):
        last = signals(values, by, sizes=(*[50] * 12, rows))[-1]
        assert (last.rule if last else None) == alone


def test_a_run_of_months_signals_however_few_rows_they_have() -> None:
    values = [Fraction(one) for one in (78, 82) * 6] + [Fraction(60)] * 7
    by = limits(values, 12)
    assert by is not None
    last = signals(values, by, sizes=(*[50] * 12, *[5] * 7))[-1]
    assert last is not None
    assert (last.rule, last.last - last.first) == ("shift", 6)


SCREENED = [57, 51, 71, 62, 57, 57, 52, 64, 61, 57, 58, 58]


def test_limits_of_equal_sizes_screen_the_same_moving_range() -> None:
    """By hand: ranges 6, 20, 9, 5, 0, 5, 12, 3, 4, 1, 0 have a mean of 65 / 11; 20 is beyond 3.267 of it (19.3).

    The mean is 705 / 12 = 58.75, the limits 2.66 x 4.5 = 11.97 from it: 71 is outside, unscreened (15.7) it would not be.
    """
    values = exact(*SCREENED, 71)
    by = limits(values)
    assert by is not None
    assert (by.screened, by.moving_range, by.upper) == (1, Fraction(9, 2), Fraction("70.72"))
    last = signals(values, by, sizes=[100] * 13)[-1]
    assert last is not None
    assert last.rule == "outside"


@settings(max_examples=200, deadline=None)
@given(st.permutations(SCREENED), st.lists(st.integers(30, 90), max_size=12), st.integers(5, 500))
def test_equal_sizes_signal_as_no_sizes_do(baseline: list[int], following: list[int], rows: int) -> None:
    values = exact(*baseline, *following)
    by = limits(values)
    assert by is not None
    assert signals(values, by, sizes=[rows] * len(values)) == signals(values, by)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=24))
def test_a_further_value_moves_no_close_signal(following: list[int]) -> None:
    values = exact(*ALTERNATING, *following)
    by = limits(values)
    assert by is not None
    for before, after in zip(signals(values[:-1], by), signals(values, by), strict=False):
        if before and before.rule == "close" and after and after.rule == "close":
            assert before == after
