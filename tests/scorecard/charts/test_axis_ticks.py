"""Marks of a number axis: never two with the same words, whole where cases are counted, 万 and 亿 where they are large."""

import re

import pytest
from hypothesis import given, strategies as st

from scorecard.charts.axis_ticks import scale

FACTORS = {"": 1, "万": 10_000, "亿": 100_000_000, "万亿": 10**12}


def told(word: str, unit: str) -> float:
    """The number a reader takes from the words of a mark."""
    found = re.fullmatch(rf"(-?[\d,.]+)(万亿|亿|万)?{re.escape(unit.lstrip('万'))}", word)
    assert found, word
    larger = FACTORS[found[2] or ""] / (10_000 if unit.startswith("万") else 1)
    return float(found[1].replace(",", "")) * larger


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (0, 1, "件", ["0件", "1件"]),  # was 0件 0件 0件 1件 1件 1件
        (0, 3, "件", ["0件", "1件", "2件", "3件"]),
        (-3, 104, "%", ["0%", "20%", "40%", "60%", "80%", "100%"]),
        (41.2, 43.1, "天", ["41.5天", "42天", "42.5天", "43天"]),
        (0, 3551.61, "万元", ["0万元", "1,000万元", "2,000万元", "3,000万元"]),
        (0, 35_000, "万元", ["0亿元", "1亿元", "2亿元", "3亿元"]),
        (0, 120_000, "件", ["0万件", "2万件", "4万件", "6万件", "8万件", "10万件", "12万件"]),
        (0, 250_000_000, "元", ["0亿元", "0.5亿元", "1亿元", "1.5亿元", "2亿元", "2.5亿元"]),
        (7, 7, "家", ["7家"]),
        (99_999_800, 100_000_040, "件", [f"{n:,}件" for n in range(99_999_800, 100_000_041, 50)]),
    ],
)
def test_an_axis_is_marked_in_round_steps_and_chinese_units(
    low: float, high: float, unit: str, words: list[str]
) -> None:
    assert list(scale(low, high, unit).words) == words


@given(
    st.floats(-1e6, 1e9, allow_nan=False),
    st.floats(1e-3, 1e9, allow_nan=False),
    st.sampled_from(["件", "家", "%", "天", "万元"]),
    st.integers(4, 9),
)
def test_every_mark_says_the_place_where_it_stands(low: float, span: float, unit: str, most: int) -> None:
    high = low + span
    found = scale(low, high, unit, most)
    assert len(found.values) == len(set(found.words)) <= most + 1
    for value, word in zip(found.values, found.words, strict=True):
        assert low - 1e-6 * abs(low) <= value <= high + 1e-6 * abs(high) or len(found.values) == 1
        assert told(word, unit) == pytest.approx(value, rel=1e-6, abs=1e-5)
        if unit in ("件", "家") and len(found.values) > 1:
            assert value == int(value)
