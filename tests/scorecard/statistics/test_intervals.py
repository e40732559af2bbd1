"""Wilson's interval against published numbers."""

import pytest

from scorecard.statistics.intervals import wilson


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
