"""Numbers and targets as a bulletin prints them: half-up, two decimals, 百分点, 万元."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from scorecard.assessment.number_format import distinct_texts, gap_text, half_up, halves_text, target_text, value_text
from scorecard.calendar.period import parse
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from tests.conftest import ROOT
from tests.support.court import CATALOG, indicator, reading, target


def test_a_half_is_rounded_up_where_python_would_round_to_even() -> None:
    """The official Zhejiang threshold for 54,322.5 is 54,323 (http://www.wzyake.com/detail-6007.html); round(54322.5) is 54322."""
    assert half_up(Decimal("54322.5")) == "54,323"
    assert round(54322.5) == 54322


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Fraction(1, 200), 2, "0.01"),  # 0.005
        (Fraction(-1, 200), 2, "-0.01"),  # away from zero
        (Fraction(-1, 1000), 2, "0.00"),  # no minus before nothing
        (Fraction(2675, 1000), 2, "2.68"),  # the float 2.675 lies below its half
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 0, "1"),
        (Fraction(999999, 1000), 2, "1,000.00"),  # carries through
        (Fraction(1234567), 0, "1,234,567"),
        (0, 2, "0.00"),
    ],
)
def test_rounding_is_half_away_from_zero_on_the_exact_number(value: Fraction, decimals: int, expected: str) -> None:
    assert half_up(value, decimals) == expected


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=6), st.integers(0, 4))
def test_rounding_agrees_with_decimal_half_up(value: Decimal, decimals: int) -> None:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert half_up(value, decimals) == f"{rounded or abs(rounded):,f}"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Fraction(613, 10), "%", "61.30%"),
        (Fraction(100), "%", "100.00%"),
        (Fraction(45), "天", "45天"),
        (Fraction(91, 2), "天", "45.5天"),
        (Fraction(100), "天", "100天"),
        (Fraction(100, 3), "天", "33.33天"),
        (Fraction(12345678, 10000), "万元", "1,234.57万元"),
        (Fraction(1234), "件", "1,234件"),
        (Fraction(0), "%", "0.00%"),
        (Fraction(0), "天", "0天"),
        (None, "%", "—"),
    ],
)
def test_a_value_carries_the_decimals_of_its_unit(value: Fraction | None, unit: str, expected: str) -> None:
    assert value_text(value, unit) == expected


@pytest.mark.parametrize(
    ("gap", "unit", "expected"),
    [
        (Fraction(13, 10), "%", "+1.30个百分点"),
        (Fraction(-6, 5), "%", "-1.20个百分点"),
        (Fraction(-15), "天", "-15天"),
        (Fraction(3), "件", "+3件"),
        (Fraction(0), "%", "持平"),
        (Fraction(-1, 1000), "%", "持平"),
    ],
)
def test_rates_differ_by_percentage_points_never_by_percent(gap: Fraction, unit: str, expected: str) -> None:
    assert gap_text(gap, unit) == expected


def test_a_missed_target_never_reads_as_equal_to_it() -> None:
    """24,999 ÷ 25,000 = 99.996 %: two decimals would print 100.00 % below a bound of 100.00 %."""
    assert distinct_texts(Fraction(99996, 1000), Fraction(100), "%") == ("99.996%", "100.000%", "-0.004个百分点")
    assert distinct_texts(Fraction(60), Fraction(60), "%") == ("60.00%", "60.00%", "持平")


@pytest.mark.parametrize(
    ("row", "unit", "expected"),
    [
        (target("下限", "60", basis="同类"), "%", "≥60%（同类）"),
        (target("上限", None, "180.0000", basis="法定"), "天", "≤180天（法定）"),
        (target("区间", "20", "35", basis="同类"), "%", "20%—35%（同类）"),
        (target("累计", "1200", basis="待确认"), "家", "全年≥1,200家（待确认）"),
        (target("上限", None, "0", basis="上级"), "件", "≤0件（上级）"),
        (target("上限", None, "5.48", basis="同类"), "%", "≤5.48%（同类）"),
        (None, "%", "未设目标"),
    ],
)
def test_a_target_is_printed_with_its_sense_and_its_basis(row: object, unit: str, expected: str) -> None:
    assert target_text(row, unit) == expected


def test_halves_say_what_a_value_is_made_of() -> None:
    ratio, mean, median, total = (indicator(kind) for kind in ("ratio", "mean", "median", "sum"))
    assert halves_text(reading(ratio, 1220, 2548), ratio, CATALOG) == "1,220 / 2,548"
    assert halves_text(reading(mean, 12345, 98), mean, CATALOG) == "12,345天 / 98件"
    assert halves_text(reading(median, "45.5", base=98), median, CATALOG) == "98件"
    assert halves_text(reading(total, "12345678.5", base=3), total, CATALOG) == "1,234.57万元（3件）"
    assert halves_text(reading(indicator("count"), 7), indicator("count"), CATALOG) == ""


@pytest.mark.parametrize(
    ("name", "top", "bottom", "value", "made_of"),
    [
        ("closed_per_judge", 1234, 16, "77.13件/人", "1,234件 / 16人"),
        ("appeals_per_thousand", 3, 400, "7.5件/千件", "3件 / 400件"),
        ("hearings_per_case", 30, 12, "2.5次/件", "30次 / 12件"),
    ],
)
def test_both_halves_of_a_quotient_carry_their_units(
    name: str, top: int, bottom: int, value: str, made_of: str
) -> None:
    catalog = loader.load(ROOT / "tests" / "vocabulary_seeds")
    quotient = catalog.indicators[name]
    read = reading(quotient, top, bottom)
    assert (value_text(read.exact, quotient.unit), halves_text(read, quotient, catalog)) == (value, made_of)


def test_halves_of_a_disposition_time_carry_the_days_it_is_multiplied_by(catalog: Catalog) -> None:
    """Of a whole period; while it runs there is no value and no days. 31: January."""
    disposition = catalog.indicators["case_disposition_days"]
    whole = reading(disposition, 1557, 258, at=parse("month", "2026-01"))
    assert halves_text(whole, disposition, catalog) == "1,557 / 258 × 31天"
    assert halves_text(replace(whole, exact=None, state="partial"), disposition, catalog) == "1,557 / 258"
