"""A value that another body published stands beside ours; beyond its tolerance ours is 数据待核 until it is explained.

Expected numbers by hand: 220 of 300 is 73.33…%, 3 of 4 is a base too small to be a rate.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from scorecard.assessment.cards import Card, card, trend
from scorecard.assessment.data_quality import beside_official
from scorecard.assessment.small_counts import UNTOLD
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import sentences
from scorecard.narrative.control_words import state_note
from scorecard.records.official_values import TOLERANCE, OfficialValue, contradictions, from_rows
from scorecard.records.parameters import Parameter
from tests.scorecard.assessment.test_cards import OCTOBER, evidence, reading, target
from tests.support.court import indicator, period, reading as value_of
from tests.support.naive import months_from

NAME = "小额诉讼程序适用率"
ONE = OfficialValue(
    NAME, 2026, "10月", "全部案件", "市中院", Decimal("73.33"), "%", "通报〔2026〕11号", date(2026, 11, 20),
    Decimal("0.05"), "", None,
)  # fmt: skip


def seen(catalog: Catalog, *official: OfficialValue, top: int = 220, bottom: int = 300, **inputs: object) -> Card:
    one = catalog.indicators["small_claims_rate"]
    goals = (target(one.id, "区间", "20", "80"),)
    beside = evidence(catalog, reading(one.id, OCTOBER, top, bottom), targets=goals)
    return card(replace(beside, official=official, **inputs), one, OCTOBER)


def test_a_difference_within_the_tolerance_is_shown_and_doubts_nothing(catalog: Catalog) -> None:
    found = seen(catalog, ONE)
    assert found.verdict.word == "达标"
    text = "本院73.333%，市中院公布73.330%（通报〔2026〕11号，2026年11月20日），本院较公布值+0.003个百分点，不超过允许差0.05个百分点"
    assert found.official == (text,)
    assert dict(state_note(found))["公布值"] == (text,)
    assert sentences.of_indicator(found).endswith(f"。{text}。")


def test_a_difference_beyond_it_is_data_to_be_checked_with_both_numbers_and_the_document(catalog: Catalog) -> None:
    found = seen(catalog, replace(ONE, value=Decimal(71)))
    assert found.verdict.word == "数据待核"
    assert found.verdict.reason == (
        "本院73.33%，市中院公布71.00%（通报〔2026〕11号，2026年11月20日），本院较公布值+2.33个百分点，超过允许差0.05个百分点"
    )
    assert found.value == "73.33%", "ours is not withheld: both stand there"
    assert sentences.of_indicator(found).count("市中院") == 1
    assert not found.judged.takes_part


def test_an_explanation_settles_it_and_stands_beside_with_its_day(catalog: Catalog) -> None:
    told = replace(ONE, value=Decimal(71), explanation="上级按立案日期统计", explained_on=date(2026, 11, 25))
    found = seen(catalog, told)
    assert found.verdict.word == "达标"
    assert found.official[0].endswith("；2026年11月25日说明：上级按立案日期统计")


def test_of_two_bodies_each_must_agree_or_be_explained(catalog: Catalog) -> None:
    other = replace(ONE, issuer="省法院", value=Decimal(60))
    found = seen(catalog, ONE, other)
    assert found.verdict.word == "数据待核"
    assert "省法院公布60.00%" in found.verdict.reason and len(found.official) == 1


@pytest.mark.parametrize(
    ("change", "top", "bottom", "said"),
    [
        ({}, 3, 4, "市中院公布73.33%（通报〔2026〕11号，2026年11月20日），本院4件，样本不足，不比"),
        ({"scope": "涉企案件"}, 220, 300, None),
        ({"span": "1—10月"}, 220, 300, None),
        ({"indicator": "诉前调解成功率"}, 220, 300, None),
    ],
)
def test_only_the_same_indicator_period_and_scope_is_compared_and_no_rate_of_a_few_rows(
    catalog: Catalog, change: dict[str, str], top: int, bottom: int, said: str | None
) -> None:
    found = seen(catalog, replace(ONE, value=Decimal("73.33"), **change), top=top, bottom=bottom)
    assert found.official == ((said,) if said else ())
    assert found.verdict.word == ("样本不足" if bottom == 4 else "达标")


def test_a_department_is_not_measured_by_a_number_of_the_whole_court(catalog: Catalog) -> None:
    assert seen(catalog, replace(ONE, value=Decimal(1)), department="civil").official == ()


def test_all_months_since_counting_began_owe_no_target_and_are_not_the_last_of_them(catalog: Catalog) -> None:
    """220 of 300 in 2024-01..2026-10 is below a target of 80 % and is not what a bulletin says of October."""
    one, whole = catalog.indicators["small_claims_rate"], period("2024-01..2026-10", "total")
    readings = [replace(reading(one.id, OCTOBER, top, bottom), period=whole) for top, bottom in ((220, 300), (3, 4))]
    goals = (target(one.id, "下限", "80", None),)
    inputs = [
        replace(evidence(catalog, each, targets=goals), official=(replace(ONE, value=Decimal(1)),)) for each in readings
    ]
    (found,), (few,) = (trend(each, one) for each in inputs)
    assert (found.word, found.target, found.official, found.text) == ("仅监测", "未设目标", (), "73.33%")
    assert (few.word, few.exact, few.figure) == ("样本不足", None, "4件")


@pytest.mark.parametrize(("state", "said"), [("partial", "本期未结束"), ("immature", "观察期未满")])
def test_a_value_that_still_moves_contradicts_nobody(state: str, said: str) -> None:
    of = indicator()
    (told,) = beside_official([replace(ONE, value=Decimal(1))], of, value_of(of, 220, 300, state=state), 5)  # pyright: ignore
    assert not told.doubted and told.text.endswith(f"本院{said}，不比")


def test_without_a_value_of_ours_the_published_one_stands_alone() -> None:
    (told,) = beside_official([ONE], indicator(), None, 5)
    assert not told.doubted and told.text.endswith("本院没有该期数值，不比")


def test_a_visitor_learns_that_a_value_is_doubted_and_no_number_of_it(catalog: Catalog) -> None:
    one = catalog.indicators["small_claims_rate"]
    bare = replace(reading(one.id, OCTOBER, 220, 300), numerator=None, denominator=None, public=True)
    inputs = replace(evidence(catalog, bare), official=(replace(ONE, value=Decimal(71)),))
    found = card(inputs, one, OCTOBER)
    assert (found.verdict.word, found.verdict.reason, found.official) == ("数据待核", UNTOLD, ())


@given(ours=st.integers(0, 10_000), theirs=st.integers(0, 10_000), tolerance=st.integers(0, 300))
def test_it_is_doubted_exactly_when_the_difference_is_larger_than_the_tolerance(
    ours: int, theirs: int, tolerance: int
) -> None:
    """In hundredths of a percentage point, in whole numbers."""
    value = value_of(indicator(), ours, 10_000, at=period("2026-10"))
    official = replace(ONE, value=Decimal(theirs) / 100, tolerance=Decimal(tolerance) / 100)
    assert value.exact == Fraction(ours, 100)
    assert beside_official([official], indicator(), value, 5)[0].doubted == (abs(ours - theirs) > tolerance)


@pytest.mark.parametrize(
    ("value", "tolerance"), [("64.7", "0.05"), ("424", "0.5"), ("29.06", "0.005"), ("1000", "0.5")]
)
def test_without_a_tolerance_half_a_unit_of_the_last_digit_is_rounding(value: str, tolerance: str) -> None:
    """数值修约: a number rounded to a digit is at most half of it away."""
    known = [Parameter(TOLERANCE, 2024, Decimal("0.5"), date(2024, 1, 1))]
    row = {**vars(ONE), "value": Decimal(f"{value}.0000" if "." not in value else value), "tolerance": None}
    assert [one.tolerance for one in from_rows([row], known)] == [Decimal(tolerance)]
    assert [one.tolerance for one in from_rows([row])] == [None], "nobody said what rounding is"


def test_what_cannot_be_right_is_refused(catalog: Catalog) -> None:
    assert contradictions(vars(ONE), catalog) == []
    early = contradictions({**vars(ONE), "published_on": date(2026, 10, 31)}, catalog)
    assert [one.statement for one in early] == ["2026-10-31 公布，2026年10月还没有结束"]
    assert [one.column for one in contradictions({**vars(ONE), "unit": "件"}, catalog)] == ["unit"]


def test_of_a_number_that_ended_in_noughts_the_digits_are_those_its_issuer_publishes() -> None:
    """65.00 is kept as 65: beside 64.73 of the same issuer and indicator half a hundredth is rounding, beside others half of one."""
    known = [Parameter(TOLERANCE, 2024, Decimal("0.5"), date(2024, 1, 1))]
    rounded, finer = ({**vars(ONE), "value": Decimal(value), "tolerance": None} for value in ("65.0000", "64.7300"))
    assert [one.tolerance for one in from_rows([rounded, finer], known)] == [Decimal("0.005")] * 2
    others = from_rows([rounded, {**finer, "issuer": "省法院"}, {**finer, "indicator": "诉前调解成功率"}], known)
    assert others[0].tolerance == Decimal("0.5")


def test_a_span_from_january_is_refused_where_years_begin_in_another_month(catalog: Catalog) -> None:
    months = (months_from(date(2025, 10, 1), year_begins=10),)
    court = replace(catalog, court=catalog.court.model_copy(update={"statistical_months": months}))
    (wrong,) = contradictions({**vars(ONE), "span": "1—3月"}, court)
    assert (wrong.column, wrong.statement) == ("span", "本院的年度不从1月开始，“1—3月”在本院是2025年10月—2026年3月")
    for span in ("3月", "第一季度", "全年"):
        assert contradictions({**vars(ONE), "span": span}, court) == []
