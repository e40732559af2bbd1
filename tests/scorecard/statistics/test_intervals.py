"""Intervals and limits of shares against published numbers."""

from fractions import Fraction
from math import comb, log
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, strategies as st

from scorecard.statistics.intervals import FunnelLimits, funnel, funnel_limits, laney, wilson


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
    assert high == pytest.approx(1 - low, abs=1e-9)


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
    for ways in (chances, chances[::-1]):
        least = next(one for one in range(rows + 1) if sum(ways[: one + 1]) >= tail)
        over = (sum(ways[: least + 1]) - tail) / ways[least]
        exact.append(max(Fraction(0), (least - over) / rows))
    low, high = funnel(share, rows, float(tail))
    assert (low, 1 - high) == pytest.approx([float(one) for one in exact], abs=1e-6)
    for count in range(rows + 1):
        assert (count / rows < low - 1e-9) == (sum(chances[: count + 1]) < tail)
        assert (count / rows > high + 1e-9) == (sum(chances[count:]) < tail)


def naive_spread(share: float, units: list[tuple[float, int]], trimmed: float) -> tuple[float, float]:
    """Dispersion and variance between units once more, by numpy: its own percentiles, and moments of a drawn-in normal by sums."""
    own, rows = np.array(units).T
    z = (own - share) / np.sqrt(share * (1 - share) / rows)
    drawn_in = np.clip(z, np.quantile(z, trimmed), np.quantile(z, 1 - trimmed))
    normal = np.array([NormalDist().inv_cdf((one + 0.5) / 200_000) for one in range(200_000)])
    cut = NormalDist().inv_cdf(1 - trimmed) if trimmed else np.inf
    phi = (drawn_in**2).sum() / (np.clip(normal, -cut, cut) ** 2).mean() / (len(units) - 1)
    weight = rows
    return phi, max(0.0, (len(units) - 1) * (phi - 1) / (weight.sum() - (weight**2).sum() / weight.sum()))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("trimmed", [0.1, 0.0])
def test_limits_of_units_that_differ_agree_with_a_second_computation(seed: int, trimmed: float) -> None:
    chance = np.random.default_rng(seed)
    rows = chance.integers(5, 900, size=12 + 40 * seed)
    shares = np.sin(np.arcsin(np.sqrt(0.3)) + chance.normal(0, 0.02 * seed, size=len(rows))) ** 2
    units = [(int(chance.binomial(one, own)) / int(one), int(one)) for one, own in zip(rows, shares, strict=True)]
    rate = Fraction(sum(round(own * one) for own, one in units), sum(one for _, one in units))
    found = funnel_limits(rate, units, trimmed)
    phi, spread = naive_spread(float(rate), units, trimmed)
    assert (found.dispersion, found.spread) == pytest.approx((phi, spread), rel=1e-3, abs=1e-9)
    assert (found.spread > 0) == (phi > 1)
    low, high = found.at(100, 0.025)
    reach = 1.96 * np.sqrt((1 + 100 * spread) / 400)
    middle = np.arcsin(np.sqrt(float(rate)))
    assert (low, high) == pytest.approx((np.sin(middle - reach) ** 2, np.sin(middle + reach) ** 2), abs=0.015)


def test_the_variance_between_units_is_that_of_the_published_meta_analysis() -> None:
    """Nothing drawn in, it is DerSimonian and Laird's. Thirteen trials of BCG vaccine (Colditz, JAMA 271, 1994): cases and others,
    vaccinated and not. Log risk ratios, as metafor's documentation has them: Q = 152.23 on 12 degrees, tau² = 0.3088, around −0.4303.
    Put in as shares around one half, of 1/4n variance each: both scaled by 1/100, so tau² over that of a row by 4/10,000.
    """
    trials = [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
        (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ]  # fmt: skip
    units = []
    for ill, well, others_ill, others_well in trials:
        effect = log(ill / (ill + well) / (others_ill / (others_ill + others_well)))
        variance = 1 / ill - 1 / (ill + well) + 1 / others_ill - 1 / (others_ill + others_well)
        units.append((0.5 + (effect + 0.4303) / 100, round(10_000 / (4 * variance))))
    found = funnel_limits(Fraction(1, 2), units, trimmed=0)
    assert found.dispersion == pytest.approx(152.2330 / 12, rel=1e-4)
    assert found.spread * 10_000 / 4 == pytest.approx(0.3088, abs=1e-4)


def test_dispersion_by_hand_and_limits_that_stay_within_all() -> None:
    """Ten units of 400 rows, a sixteenth beside one half: z = ±2.5. Squares 62.5 / .6787 over 9 degrees: 10.23; between them
    (92.09 − 9) / (4,000 − 400) = .02308 of the variance of a row.
    """
    units = [(0.5 + sign / 16, 400) for sign in (-1, 1) * 5]
    found = funnel_limits(Fraction(1, 2), units)
    assert (found.dispersion, found.spread) == pytest.approx((10.23, 0.02308), rel=1e-3)
    assert funnel_limits(Fraction(1, 2), units[:9]) == FunnelLimits(Fraction(1, 2), None, 0)
    assert FunnelLimits(Fraction(19, 20), 9.0, 0.2).at(50, 0.001)[1] == 1
    assert FunnelLimits(Fraction(1, 20), 9.0, 0.2).at(50, 0.001)[0] == 0


@given(st.integers(10, 40), st.integers(1, 9))
def test_units_no_further_apart_than_chance_are_beside_the_limits_of_chance_alone(number: int, tenths: int) -> None:
    share = Fraction(tenths, 10)
    found = funnel_limits(share, [(tenths / 10, 10 * (one + 1)) for one in range(number)])
    assert (found.dispersion, found.spread) == (0, 0)
    assert found.at(60, 0.025) == funnel(share, 60, 0.025)


def test_all_of_few_rows_are_within_where_nearly_all_is_usual() -> None:
    """14 of 14 where 94 % are usual: chance alone makes 42 % of such courts so."""
    assert funnel(Fraction(94, 100), 14, 0.025)[1] == 1


def test_small_courts_that_differ_by_chance_alone_are_not_said_to_differ() -> None:
    """Counts at the quantiles of their own binomial, 94 % of six to fifty rows; arcsines would give 1.9."""
    chance = np.random.default_rng(1)
    found = []
    for _ in range(40):
        rows = chance.integers(6, 50, size=40)
        counts = chance.binomial(rows, 0.94)
        rate = Fraction(int(counts.sum()), int(rows.sum()))
        found.append(
            funnel_limits(rate, [(float(c / n), int(n)) for c, n in zip(counts, rows, strict=True)]).dispersion
        )
    assert np.mean(found) == pytest.approx(1, abs=0.15)
