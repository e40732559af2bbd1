"""Whether some stretches hold more, or fewer, events than the others beside them would lead to expect.

Events of a constant rate are Poisson: given all of them, how many fall into these stretches is binomial with their part of the
exposure (Przyborowski and Wilenski, Biometrika 31, 1940). Real events come in lumps, so the same comparison is made once more
with the scatter of the others: the root of the deviance over the root of their Pearson dispersion, against Student's t
(quasi-likelihood: McCullagh and Nelder, Generalized Linear Models, 1989, ch. 9). The larger of the two chances counts. Where
stretches are few and alike, a third one asks nothing of the events but that any stretches might have been these: the share of
all choices of as many that hold no less (Fisher's permutation test).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, exp, lgamma, log, sqrt
from statistics import NormalDist

Stretch = tuple[int, int]  # events, and the exposure they had: days, rows
_FEW = 70  # of more stretches lumps are averaged, and choices of them too many to count
_LUMPS = 10  # how many times the chance of independent events the share of choices may be


@dataclass(frozen=True)
class RateRatio:
    """`count` events where the rate of the `other` ones leads to expect `expected`; `chance` of so many or more (or fewer).

    `choices` is the share of choices of stretches that hold no less; 0 where they are not counted.
    """

    count: int
    other: int
    expected: Fraction
    chance: float
    choices: float

    @property
    def ratio(self) -> Fraction | None:
        """None where there are no others."""
        return self.count / self.expected if self.expected else None

    def beyond(self, alpha: float) -> bool:
        """Whether independent events do so less often than `alpha`, and events in lumps less often than ten times that."""
        return self.chance <= alpha and self.choices <= _LUMPS * alpha


def rate_ratio(these: Sequence[Stretch], others: Sequence[Stretch], *, fewer: bool = False) -> RateRatio:
    """The comparison of stretches with at least two others; exposures are positive."""
    units, exposures = zip(*these, *others, strict=True)
    count, other = sum(units[: len(these)]), sum(units[len(these) :])
    exposure, beside = sum(exposures[: len(these)]), sum(exposures[len(these) :])
    part, total = exposure / (exposure + beside), count + other
    deviance = 2 * sum(n * log(n / (total * share)) for n, share in ((count, part), (other, 1 - part)) if n)
    root = sqrt(max(deviance, 0)) * (1 if (count >= total * part) != fewer else -1)
    scatter = sum((n - days * other / beside) ** 2 / (days * other / beside) for n, days in others) if other else 0
    lumped = t_tail(root / sqrt(max(1, scatter / (len(others) - 1))), len(others) - 1)
    chance = max(binomial_tail(count, total, part, fewer=fewer), lumped)
    few = len(set(exposures)) == 1 < len(these) and len(units) <= _FEW and not fewer
    choices = share_of_choices(count, len(these), units) if few else 0
    return RateRatio(count, other, Fraction(other * exposure, beside), chance, choices)


def binomial_tail(count: int, total: int, part: float, *, fewer: bool = False) -> float:
    """The chance of at least (or at most) `count` of `total`."""
    span, yes, no = range(count + 1) if fewer else range(count, total + 1), log(part), log(1 - part)
    ways = ((k, lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1)) for k in span)
    return min(1.0, sum(exp(chosen + k * yes + (total - k) * no) for k, chosen in ways))


def t_tail(t: float, degrees: int) -> float:
    """The chance of more than t under Student's distribution: Wallace, Annals of Mathematical Statistics 30, 1959."""
    root = sqrt(degrees * log(1 + t * t / degrees)) * (8 * degrees + 1) / (8 * degrees + 3)
    return NormalDist().cdf(-root if t > 0 else root)


def share_of_choices(count: int, size: int, units: Sequence[int]) -> float:
    """The share of all choices of `size` of these numbers that add up to at least `count`."""
    ways = [Counter({0: 1}), *(Counter[int]() for _ in range(size))]
    for number in units:
        for chosen in range(size, 0, -1):
            for total, many in ways[chosen - 1].items():
                ways[chosen][min(total + number, count)] += many
    return ways[size][count] / comb(len(units), size)
