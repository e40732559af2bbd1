"""The limits of a projection against published ones."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from scorecard.statistics.intervals import MONTHS, ahead

# Arsenic (ppb) in twelve background samples: USEPA, Statistical Analysis of Groundwater Monitoring Data, 2009, example 18-1.
# Mean 27.51667, standard deviation 17.10119, upper limit 73.67237 for one value at the level 1 - 0.05/4 (EnvStats, predIntNorm).
ARSENIC = [
    Fraction(text)
    for text in ["12.6", "30.8", "52.0", "28.1", "33.3", "44.0", "3.0", "12.8", "58.1", "12.6", "17.6", "25.3"]
]
T_AT_9875 = Decimal("2.593093")  # Student's t with 11 degrees of freedom at 0.9875


def test_the_limit_of_one_future_value_is_the_published_one() -> None:
    _, middle, high = ahead(ARSENIC, 1, T_AT_9875)
    assert round(float(middle), 5) == 27.51667
    assert abs(float(high) - 73.67237) < 0.0001


def test_limits_of_several_months_by_hand() -> None:
    """8 and 12 in turn: mean 10, variance 48/11; two months: 20 ± 2.200985 · √(48/11 · 2 · (1 + 2/12)) = 20 ± 7.0231."""
    low, middle, high = ahead([Fraction(8), Fraction(12)] * 6, 2)
    assert middle == 20
    assert round(float(low), 3) == 12.977
    assert round(float(high), 3) == 27.023


def test_a_count_is_never_projected_below_nothing() -> None:
    assert ahead([Fraction(0), Fraction(30)] * 6, 1)[0] == 0


def test_nineteen_of_twenty_intervals_hold_what_comes() -> None:
    """Months of about 20 cases, a binomial of 40 and one half; the rest of the year is two months. 95 % ± chance of 400 trials."""
    chance = Random(11)
    inside = 0
    for _ in range(400):
        months = [Fraction(sum(chance.getrandbits(1) for _ in range(40))) for _ in range(MONTHS + 2)]
        low, _, high = ahead(months[:MONTHS], 2)
        inside += low <= sum(months[MONTHS:]) <= high
    assert 370 <= inside <= 390
