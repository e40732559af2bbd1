"""Formulas in words: what is counted, over what, and when it may be judged."""

import pytest

from scorecard.catalog.conditions import Reach, Test as Condition
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.formula_words import computed_columns, condition_words, formula_words, interval_words

CASES: list[tuple[Condition, str]] = [
    (Condition(column="procedure", operator="eq", value="小额诉讼"), "“适用程序”为“小额诉讼”"),
    (Condition(column="converted", operator="eq", value=True), "“是否转程序”为“是”"),
    (Condition(column="outcome", operator="not", value="移送"), "“结案方式”不是“移送”"),
    (Condition(column="outcome", operator="in", value=("判决", "调解")), "“结案方式”是“判决”、“调解”之一"),
    (Condition(column="outcome", operator="not_in", value=("判决", "调解")), "“结案方式”不是“判决”、“调解”之一"),
    (Condition(column="trial_days", operator="lte", value=60), "“审理天数”不超过60天"),
    (Condition(column="trial_days", operator="gt", value=1000), "“审理天数”大于1,000天"),
    (Condition(column="filed_on", operator="gte", value="2026-01-01"), "“立案日期”不早于2026-01-01"),
    (Condition(column="closed_on", operator="known", value=True), "“结案日期”已填"),
    (Condition(column="closed_on", operator="known", value=False), "“结案日期”未填"),
    (Condition(column="closed_on", operator="after", value="filed_on"), "“结案日期”晚于“立案日期”"),
    (Condition(column="closed_on", operator="not_after", value="filed_on"), "“结案日期”不晚于“立案日期”"),
    (
        Condition(column="closed_on", operator="within", value=Reach(of="filed_on", months=6)),
        "“结案日期”不晚于“立案日期”之后6个月",
    ),
    (
        Condition(column="closed_on", operator="beyond", value=Reach(of="filed_on", days=30)),
        "“结案日期”晚于“立案日期”之后30天或未填",
    ),
]


@pytest.mark.parametrize(("condition", "words"), CASES, ids=[one.operator for one, _ in CASES])
def test_each_condition_has_its_words(condition: Condition, words: str, catalog: Catalog) -> None:
    assert condition_words(condition, catalog.tables["cases"]) == words


def test_a_ratio_says_its_denominator_and_what_the_numerator_adds(catalog: Catalog) -> None:
    assert formula_words(catalog.indicators["small_claims_rate"], catalog) == (
        "分母 = 《审判案件表》中“结案日期”在报告期内、“案件类型”为“民初”的行数",
        "分子 = 其中“适用程序”为“小额诉讼”的行数",
        "数值 = 分子 ÷ 分母 × 100%",
        "“结案日期”空白表示尚未审结；其余各列空白是未知，不是“否”也不是零，整列没有或全空时数值待核。",
    )


def test_a_cohort_says_when_it_may_be_judged(catalog: Catalog) -> None:
    assert "满6个月后才评判" in formula_words(catalog.indicators["mediation_enforcement_rate"], catalog)[-2]


def test_a_share_above_the_whole_is_announced_only_where_it_is_allowed(catalog: Catalog) -> None:
    for indicator in catalog.indicators.values():
        words = " ".join(formula_words(indicator, catalog))
        assert ("可以超过100%" in words) == (indicator.unit == "%" and not indicator.formula.share), indicator.id


def test_a_duration_says_how_its_days_are_counted(catalog: Catalog) -> None:
    computed = dict(computed_columns(catalog.indicators["small_claims_mean_days"], catalog))
    assert computed["审理天数"] == "“立案日期”至“结案日期”的日历天数，首日不计"


def test_no_word_of_a_formula_is_a_column_id(catalog: Catalog) -> None:
    for indicator in catalog.indicators.values():
        for line in formula_words(indicator, catalog):
            assert "_" not in line, (indicator.id, line)


@pytest.mark.parametrize(
    ("reach", "words"), [({"months": 12, "days": 1}, "12个月1天"), ({"hours": 48}, "48小时"), ({}, "0天")]
)
def test_intervals(reach: dict[str, int], words: str) -> None:
    assert interval_words(Reach(of="x", **reach)) == words
