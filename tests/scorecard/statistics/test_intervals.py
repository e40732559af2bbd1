"""Intervals and limits of shares against published numbers."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, strategies as st

from scorecard.statistics.intervals import funnel, laney, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (4, 5, 37.55, 96.38),  # R 4.3: prop.test(4, 5, correct = FALSE)
        (15, 148, 6.24, 16.05),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 25.53, 36.62),  # the same
        (0, 20, 0.0, 16.11),  # the same
        (1, 29, 0.61, 17.18),  # the same
    ],
)
def test_the_interval_is_that_of_the_published_tables(part: int, whole: int, low: float, high: float) -> None:
    assert [round(float(bound) * 100, 2) for bound in wilson(part, whole)] == [low, high]


def test_an_interval_stays_within_the_whole() -> None:
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1


def test_limits_of_equal_sizes_are_those_of_the_published_chart_of_individuals() -> None:
    """Laney's property. The series of NHSRplotthedots' vignette on deviations, unscreened: mean 1.94, limits −3.06 and 6.95."""
    series = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    own = laney([Fraction(value) for value in series], [500] * 18, 18, screening=False)
    for value, where in zip(series, own, strict=True):
        assert float(where) == pytest.approx((value - 1.944) / (6.95 - 1.944), abs=0.002)


def test_limits_of_a_size_of_its_own_by_hand() -> None:
    """Shares of 40, 60, 40, 60 % of 24 rows each, then of 6: pooled 50 %, standard deviations 10.206 and 20.412 points.

    Scores −0.98, 0.98 …, ranges of 1.96 each; limits at 2.66 x 1.96 = 5.21 standard deviations, 53.2 and 106.4 points. As a
    share of 24 rows 0 % is 50 of 53.2 points away, of six 50 of 106.4.
    """
    own = laney([Fraction(one) for one in (40, 60, 40, 60, 0, 0)], [24, 24, 24, 24, 24, 6], 4)
    assert [round(float(one), 3) for one in own] == [-0.188, 0.188, -0.188, 0.188, -0.940, -0.470]


def test_funnel_limits_are_those_of_the_binomial_tables() -> None:
    """n = 20, p = 0.5, as every table prints it: P(X<=5) .0207, P(X<=6) .0577. So r = 6, a = (.0577 − .025)/.0370 = .8838.

    The upper limit mirrors it. At 0.1 %: P(X<=2) .0002, P(X<=3) .0013; r = 3, a = (.0013 − .001)/.0011.
    """
    low, high = funnel(Fraction(1, 2), 20, 0.025)
    assert low == pytest.approx((6 - 0.8838) / 20, abs=2e-4)
    assert funnel(Fraction(1, 2), 20, 0.001)[0] == pytest.approx((3 - 0.27) / 20, abs=5e-3)
    assert high == pytest.approx((13 + 1 - (0.9793 - 0.975) / 0.0370) / 20, abs=2e-4)  # P(X<=14) .9793, P(X<=13) .9423


def test_the_small_unit_that_a_ranking_would_name_last_is_within_its_limits() -> None:
    """180/200, 45/60 and 12/20 of 237/280: by the normal approximation z is 2.10, -2.07 and -3.06, all within Spiegelhalter's 99.8 %
    limits of 3.09, and the third outside his 95 % ones; exactly too.
    """
    rate = Fraction(237, 280)
    for part, rows in ((180, 200), (45, 60), (12, 20)):
        low, high = funnel(rate, rows, 0.001)
        assert low <= part / rows <= high
    assert funnel(rate, 20, 0.025)[0] > 12 / 20


@given(st.integers(1, 60), st.integers(1, 19), st.sampled_from([Fraction(1, 1000), Fraction(1, 40)]))
def test_funnel_limits_agree_with_exact_sums_of_fractions(rows: int, twentieths: int, tail: Fraction) -> None:
    share = Fraction(twentieths, 20)
    chances = [comb(rows, one) * share**one * (1 - share) ** (rows - one) for one in range(rows + 1)]
    exact: list[Fraction] = []
    for wanted in (tail, 1 - tail):
        least = next(one for one in range(rows + 1) if sum(chances[: one + 1]) >= wanted)
        over = (sum(chances[: least + 1]) - wanted) / chances[least]
        exact.append(max(Fraction(0), (least - over) / rows))
    assert funnel(share, rows, float(tail)) == pytest.approx([float(one) for one in exact], abs=1e-6)
