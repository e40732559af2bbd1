"""Targets are dated rows: which one is in force, what it asks of a period, and which rows contradict themselves."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scorecard.calendar.period import Grain
from scorecard.catalog.definitions import Catalog
from scorecard.records.targets import Bounds, bounds, contradictions, effective, from_rows, to_review
from tests.support.court import period, target

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 5, 9) for month in (1, 2, 3))

# --- which target is in force -----------------------------------------------------------------------------------


def test_a_target_recorded_later_supersedes_the_earlier_one_and_both_are_kept() -> None:
    first, second = target(lower="60", set_at=JANUARY), target(lower="65", set_at=FEBRUARY)
    assert effective([first, second], "rate", period("2026-03")) is second
    assert effective([second, first], "rate", period("2026-03")) is second  # by the day it was set, not by place


def test_of_two_recorded_in_the_same_minute_the_one_written_last_is_in_force() -> None:
    first, second = target(lower="60", set_at=JANUARY), target(lower="65", set_at=JANUARY)
    assert effective([first, second], "rate", period("2026-03")) is second


def test_a_later_target_that_begins_later_leaves_the_earlier_one_in_force_until_then() -> None:
    old = target(lower="60", set_at=JANUARY)
    new = target(lower="65", set_at=FEBRUARY, since=date(2026, 7, 1))
    assert effective([old, new], "rate", period("2026-06")) is old
    assert effective([old, new], "rate", period("2026-07")) is new


def test_an_expired_target_judges_no_period_that_ends_after_it() -> None:
    expired = target(lower="60", until=date(2025, 12, 31))
    assert effective([expired], "rate", period("2025-12")) is expired
    assert effective([expired], "rate", period("2026-01")) is None
    assert effective([expired], "rate", period("2025", "year")) is expired


def test_a_future_target_judges_no_period_that_ends_before_it() -> None:
    future = target(lower="60", since=date(2026, 4, 1))
    assert effective([future], "rate", period("2026-03")) is None
    assert effective([future], "rate", period("2026-04")) is future


def test_a_target_is_in_force_on_the_last_day_of_the_period() -> None:
    """Set for the second half of the year, it judges the year and January to July, for these end within it."""
    half = target(lower="60", since=date(2026, 7, 1), until=date(2026, 12, 31))
    assert effective([half], "rate", period("2026", "year")) is half
    assert effective([half], "rate", period("2026-07", "ytd")) is half
    assert effective([half], "rate", period("2026-06", "ytd")) is None
    on_the_day = target(lower="60", since=date(2026, 1, 31), until=date(2026, 1, 31))
    assert effective([on_the_day], "rate", period("2026-01")) is on_the_day


def test_a_target_of_another_indicator_is_not_ours() -> None:
    assert effective([target(lower="60", of="other")], "rate", period()) is None


# --- what it asks of a period -----------------------------------------------------------------------------------


@pytest.mark.parametrize("grain", ["month", "quarter", "ytd", "year"])
def test_a_bound_asks_the_same_of_every_grain(grain: Grain) -> None:
    key = {"month": "2026-01", "quarter": "2026-Q1", "ytd": "2026-01", "year": "2026"}[grain]
    at = period(key, grain)
    assert bounds(target("下限", "60"), at) == Bounds(Fraction(60), None)
    assert bounds(target("上限", None, "5.48"), at) == Bounds(None, Fraction(137, 25))
    assert bounds(target("区间", "20", "35"), at) == Bounds(Fraction(20), Fraction(35))


@pytest.mark.parametrize(
    ("month", "due"), [(1, Fraction(10)), (3, Fraction(30)), (10, Fraction(100)), (12, Fraction(120))]
)
def test_a_yearly_total_is_due_evenly_by_month(month: int, due: Fraction) -> None:
    """120 a year: 10 by January, 30 by March, 100 by October."""
    at = period(f"2026-{month:02}", "ytd")
    assert bounds(target("累计", "120"), at) == Bounds(due, None)
    assert bounds(target("累计", None, "120"), at) == Bounds(None, due)


def test_a_yearly_total_that_twelve_does_not_divide_is_due_exactly() -> None:
    assert bounds(target("累计", "100"), period("2026-01", "ytd")) == Bounds(Fraction(25, 3), None)


def test_a_ladder_says_what_is_due_by_each_month() -> None:
    """One league's floors for 结案率: March 18, June 55, December 93 (http://wlhtfy.nmgfy.gov.cn/article/detail/2022/10/id/6962580.shtml)."""
    league = target("累计", "93", ladder=(5, 10, 18, 29, 42, 55, 63, 70, 76, 82, 88, 93))
    assert bounds(league, period("2026-03", "ytd")) == Bounds(Fraction(18), None)
    assert bounds(league, period("2026-06", "ytd")) == Bounds(Fraction(55), None)
    assert bounds(league, period("2026", "year")) == Bounds(Fraction(93), None)


@pytest.mark.parametrize(("key", "grain"), [("2026-03", "month"), ("2026-Q1", "quarter")])
def test_a_yearly_total_says_nothing_of_a_single_month_or_quarter(key: str, grain: Grain) -> None:
    assert bounds(target("累计", "120"), period(key, grain)) is None


# --- rows that contradict themselves ----------------------------------------------------------------------------


def row(**changes: Any) -> dict[str, object]:
    """A sound row of the target table for small_claims_rate, as the door types it, with changes."""
    sound: dict[str, object] = {
        "indicator": "small_claims_rate", "kind": "区间", "lower": Decimal(20), "upper": Decimal(35), "ladder": None,
        "valid_from": date(2024, 1, 1), "valid_until": None, "basis": "同类", "document": None, "set_by": "某人",
        "set_at": datetime(2026, 1, 1), "note": None, "_line": 2,
    }  # fmt: skip
    return {**sound, **changes}


def test_a_sound_row_becomes_a_target_and_has_no_mistake(catalog: Catalog) -> None:
    (found,) = from_rows([row()])
    assert (found.lower, found.upper, found.ladder, found.document) == (Decimal(20), Decimal(35), (), "")
    assert contradictions(row(), catalog) == []


def test_a_ladder_may_be_written_with_full_width_semicolons() -> None:
    (found,) = from_rows([row(ladder="1；2；3；4；5；6；7；8；9；10；11；12")])
    assert found.ladder == tuple(Decimal(step) for step in range(1, 13))


LADDER = "10;20;30;40;50;60;70;80;90;100;110;120"


@pytest.mark.parametrize(
    ("changes", "column", "found"),
    [
        ({"indicator": "small_claim_rate"}, "indicator", "“small_claim_rate”不是已登记的指标"),
        ({"lower": None}, "kind", "区间目标填了 上限"),
        ({"upper": None}, "kind", "区间目标填了 下限"),
        ({"kind": "下限"}, "kind", "下限目标填了 下限、上限"),
        ({"kind": "上限", "upper": None}, "kind", "上限目标填了 下限"),
        ({"lower": Decimal(40)}, "lower", "下限 40 大于上限 35"),
        ({"valid_until": date(2023, 12, 31)}, "valid_until", "生效止 2023-12-31 早于生效起 2024-01-01"),
        ({"ladder": LADDER}, "ladder", "区间目标写了月度阶梯"),
    ],
)
def test_a_row_that_contradicts_itself_is_named_by_its_column(
    catalog: Catalog, changes: dict[str, Any], column: str, found: str
) -> None:
    assert [(one[0], one[1]) for one in contradictions(row(**changes), catalog)] == [(column, found)]


TOTAL = {"indicator": "outreach_firm_count", "kind": "累计", "lower": Decimal(120), "upper": None}


@pytest.mark.parametrize(
    ("changes", "column", "found"),
    [
        ({"upper": Decimal(130)}, "kind", "累计目标填了 下限、上限"),
        ({"lower": None}, "kind", "累计目标填了 空白"),
        ({"ladder": "10;20;三十;40;50;60;70;80;90;100;110;120"}, "ladder", "“10;20;三十;40;50;60;70;80;90;100;110;120”含有不是数字的项"),
        ({"ladder": "10;20;30"}, "ladder", "“10;20;30”有 3 项"),
        ({"kind": "下限"}, "kind", "“送法进企/法治体检覆盖企业数”按期累加，目标却是下限"),
    ],
)  # fmt: skip
def test_a_row_for_a_yearly_total_that_contradicts_itself_is_named_by_its_column(
    catalog: Catalog, changes: dict[str, Any], column: str, found: str
) -> None:
    assert contradictions(row(**TOTAL), catalog) == []
    assert contradictions(row(**TOTAL, ladder=LADDER), catalog) == []
    assert [(one[0], one[1]) for one in contradictions(row(**{**TOTAL, **changes}), catalog)] == [(column, found)]


def test_a_ladder_that_goes_down_is_a_mistake(catalog: Catalog) -> None:
    falling = "10;20;30;40;50;60;70;80;90;100;110;105"
    assert [one[0] for one in contradictions(row(**TOTAL, ladder=falling), catalog)] == ["ladder"]


def test_a_bound_against_the_sense_of_the_indicator_is_a_mistake(catalog: Catalog) -> None:
    """Longer trials cannot be the aim of an indicator that is better when lower."""
    found = contradictions(row(indicator="small_claims_mean_days", kind="下限", upper=None), catalog)
    assert [one[1] for one in found] == ["“小额诉讼平均审理天数”越低越好，目标却是下限"]


def test_a_stock_may_have_a_plain_bound_because_it_does_not_add_up(catalog: Catalog) -> None:
    stock = row(indicator="bankruptcy_pending_over_2y_count", kind="上限", lower=None, upper=Decimal(0))
    assert contradictions(stock, catalog) == []


# --- pace, and what takes no target ---------------------------------------------------------------------


def test_a_rate_is_paced_by_its_own_ladder_or_not_at_all(catalog: Catalog) -> None:
    """A twelfth of 30 % is no aim for January: 29.86 % in October would read as ahead of 25 %."""
    yearly = row(indicator="small_claims_rate", kind="累计", lower=Decimal(30), upper=None)
    assert [(one.column, one.remedy) for one in contradictions(yearly, catalog)] == [
        ("kind", "比率和存量不能按十二分之一推进")
    ]
    assert contradictions({**yearly, "ladder": LADDER}, catalog) == []


def test_a_stock_is_not_added_up_by_month(catalog: Catalog) -> None:
    stock = row(indicator="bankruptcy_pending_over_2y_count", kind="累计", lower=None, upper=Decimal(12))
    assert [one.column for one in contradictions(stock, catalog)] == ["kind"]


def test_every_indicator_whose_note_says_so_takes_no_target(catalog: Catalog) -> None:
    without = {name for name, one in catalog.indicators.items() if "不设目标" in one.note}
    assert without == {name for name, one in catalog.indicators.items() if not one.takes_target}
    assert "credit_repair_firm_count" in without
    for name in without:
        refused = contradictions(row(indicator=name, kind="累计", lower=Decimal(1), upper=None), catalog)
        assert [one.statement for one in refused] == [f"“{catalog.indicators[name].name}”不设目标"]


def test_what_an_earlier_program_let_in_judges_nothing_and_says_why(catalog: Catalog) -> None:
    yearly = row(indicator="small_claims_rate", kind="累计", lower=Decimal(30), upper=None)
    (read,) = from_rows(
        [{**yearly, "document": "", "set_by": "", "set_at": datetime(2026, 1, 1), "basis": "", "note": ""}], catalog
    )
    assert "累计目标没有写月度阶梯" in read.refused
    assert effective([read], "small_claims_rate", period("2026-10", "ytd")) is None


def test_what_the_court_set_stands_before_what_came_with_the_program() -> None:
    preset = replace(target(lower="60", set_at=datetime(2026, 11, 23)), preset=True)
    own = target(lower="65", set_at=datetime(2026, 3, 1))
    assert effective([preset, own], "rate", period("2026-10")) is own
    assert effective([own, preset], "rate", period("2026-10")) is own
    until = replace(own, valid_until=date(2026, 6, 30))
    assert effective([preset, until], "rate", period("2026-10")) is preset


# --- whose target, and against what ---------------------------------------------------------------------


def test_a_target_of_a_department_or_of_firms_judges_exactly_them() -> None:
    court = target(lower="60")
    civil, firms = replace(target(lower="70"), department="civil"), replace(target(lower="80"), scope="涉企")
    rows, at = [court, civil, firms], period("2026-10")
    assert effective(rows, "rate", at) is court
    assert effective(rows, "rate", at, "civil") is civil
    assert effective(rows, "rate", at, "filing") is court
    assert effective(rows, "rate", at, "", "涉企") is firms
    assert effective(rows, "rate", at, "civil", "涉企") is court  # set for neither of the two together


def test_an_improvement_counts_from_the_year_before() -> None:
    """At least 2 points more than 61.2 % is 63.2 %; at least 5 days less than 60 is 55."""
    at = period("2026-10")
    assert bounds(target("较上年", "2"), at, Fraction("61.2")) == Bounds(Fraction("63.2"), None)
    assert bounds(target("较上年", None, "5"), at, Fraction(60)) == Bounds(None, Fraction(55))
    assert bounds(target("较上年", "2"), at) is None


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"kind": "较上年"}, "kind"),  # both bounds
        (
            {"kind": "较上年", "indicator": "small_claims_mean_days", "upper": None},
            "kind",
        ),  # longer trials are no improvement
        (
            {"department": "civil", "indicator": "dishonest_firm_screening_rate", "kind": "下限", "upper": None},
            "department",
        ),
        ({"scope": "涉企", "indicator": "dishonest_firm_screening_rate", "kind": "下限", "upper": None}, "scope"),
    ],
)
def test_a_row_for_nobody_or_for_no_improvement_is_named_by_its_column(
    catalog: Catalog, changes: dict[str, Any], column: str
) -> None:
    assert column in [one.column for one in contradictions(row(**changes), catalog)]


def test_a_review_and_an_end_are_told_a_month_before() -> None:
    now = date(2026, 11, 30)
    due = replace(target(lower="60"), review_on=date(2026, 12, 30))
    assert to_review([due], now) == {due: "临近复核日期 2026-12-30"}
    assert to_review([due], now - timedelta(days=1)) == {}
    assert "已过复核日期" in to_review([due], date(2027, 1, 5))[due]
    ending = target(lower="60", until=date(2026, 12, 31))
    assert to_review([ending], now - timedelta(days=1)) == {}
    assert "到期" in to_review([ending], date(2026, 12, 1))[ending]
    replaced = target(lower="65", set_at=datetime(2026, 11, 1))
    assert to_review([due, replaced], now) == {}
