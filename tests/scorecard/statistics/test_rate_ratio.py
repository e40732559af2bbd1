"""Two rates compared: known answers of tables and of R's manual, and how often events without any pattern are noticed."""

import math
from itertools import combinations
from random import Random

import pytest

from scorecard.statistics.rate_ratio import Stretch, binomial_tail, rate_ratio, share_of_choices, t_tail


def test_two_poisson_rates_are_compared_as_in_r() -> None:
    """R, help of poisson.test: c(11, 6 + 8 + 7) cases in c(800, 1083 + 1050 + 878) person-years, two-sided p = 0.07967.

    Two-sided: all numbers of the 32 cases no likelier than 11, which are 11 and more, 2 and fewer.
    """
    part = 800 / (800 + 1083 + 1050 + 878)
    both = binomial_tail(11, 32, part) + binomial_tail(2, 32, part, fewer=True)
    assert both == pytest.approx(0.07967, abs=5e-6)


@pytest.mark.parametrize(("t", "degrees", "chance"), [(3.169, 10, 0.005), (4.144, 10, 0.001), (3.552, 20, 0.001)])
def test_students_t_is_that_of_the_tables(t: float, degrees: int, chance: float) -> None:
    """The upper percentage points of any table of Student's distribution."""
    assert t_tail(t, degrees) == pytest.approx(chance, rel=0.02)
    assert t_tail(-t, degrees) == pytest.approx(1 - chance, abs=1e-4)


def test_choices_are_counted_as_they_would_be_one_by_one() -> None:
    units = [3, 0, 1, 4, 1, 5, 2]
    chosen = [sum(some) for some in combinations(units, 3)]
    for count in range(13):
        assert share_of_choices(count, 3, units) == pytest.approx(sum(n >= count for n in chosen) / len(chosen))


def test_nothing_at_all_is_nothing_noticed() -> None:
    found = rate_ratio([(0, 1)] * 3, [(0, 1)] * 18)
    assert (found.chance, found.ratio) == (1, None)
    assert not found.beyond(0.001)


def _events(chance: Random, mean: float, lumps: float) -> int:
    """Poisson, or with a variance of `lumps` times the mean: Poisson of a gamma (negative binomial)."""
    rate = mean if lumps == 1 else chance.gammavariate(mean / (lumps - 1), lumps - 1)
    bound, many, product = math.exp(-rate), 0, chance.random()
    while product > bound:
        many, product = many + 1, product * chance.random()
    return many


def _noticed(mean: float, lumps: float, kind: str, tries: int, more: float = 1) -> int:
    chance, found = Random(f"{mean} {lumps} {kind}"), 0
    looked_at, others = {"period_end": (3, 18), "before_limit": (7, 14), "year_end": (1, 11)}[kind]
    for _ in range(tries):
        first: list[Stretch] = [(_events(chance, mean * more, lumps), 1) for _ in range(looked_at)]
        rest: list[Stretch] = [(_events(chance, mean, lumps), 1) for _ in range(others)]
        fewer = kind == "year_end"
        found += rate_ratio(first, rest, fewer=fewer).beyond(0.01 if fewer else 0.001)
    return found


@pytest.mark.parametrize(("kind", "mean"), [("period_end", 6), ("before_limit", 3), ("year_end", 60)])
def test_without_a_pattern_false_alarms_stay_below_the_stated_rate(kind: str, mean: float) -> None:
    """One in a thousand of independent events, one in a hundred (year_end: of both) in lumps; in 800 tries 5 and 17 at most.

    More than 5 of 800 at 0.001, more than 17 at 0.01, come by chance less often than once in 500 (binomial).
    """
    assert _noticed(mean, 1, kind, 800) <= (17 if kind == "year_end" else 5)
    for lumps in (2, 4):
        assert _noticed(mean, lumps, kind, 800) <= 17


def test_a_planted_rush_is_noticed() -> None:
    """Three times as many on each of three days, also where cases come in lumps."""
    assert _noticed(10, 1, "period_end", 100, more=3) >= 95
    assert _noticed(10, 2, "period_end", 100, more=3) >= 80


def test_a_batch_of_one_day_is_no_pattern() -> None:
    """A mass of one day, among days of two: any three days with it would do, which is 3 of 21 choices or more."""
    days: list[Stretch] = [(2, 1)] * 18
    assert not rate_ratio([(40, 1), (2, 1), (2, 1)], days).beyond(0.001)
    assert rate_ratio([(16, 1), (15, 1), (13, 1)], days).beyond(0.001)
