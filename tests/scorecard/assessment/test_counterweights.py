"""An indicator and its counterweight: which move counts, which pair is pointed out, and how it is said."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import PeriodChange
from scorecard.assessment.counterweights import moved, pairs
from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.assessment.verdict import Verdict, VerdictWord
from tests.support.court import indicator, period


def card(
    kind: str,
    direction: str,
    now: str | None,
    before: str | None,
    *,
    word: VerdictWord = "仅监测",
    was: VerdictWord = "仅监测",
    **more: Any,
) -> Card:
    """A card whose 同比 is now − before."""
    of = indicator(kind, direction).model_copy(update=more)
    change = PeriodChange("同比", "同比无数据")
    if now is not None and before is not None:
        earlier = JudgedPeriod(period("2025-03"), Verdict(was, ""), Fraction(before), base=50)
        difference = Fraction(now) - Fraction(before)
        change = PeriodChange("同比", f"同比变化{difference}", earlier, difference)
    judged = JudgedPeriod(period(), Verdict(word, ""), figure=now or "—", unit=of.unit)
    return Card(of, judged, points=(), departments="", changes=(change,))


@pytest.mark.parametrize(
    ("direction", "now", "before", "move"),
    [
        ("higher", "51", "50", "变好"),
        ("higher", "50.99", "50", "持平"),
        ("higher", "49", "50", "变差"),
        ("lower", "49", "50", "变好"),
        ("lower", "51", "50", "变差"),
        ("neutral", "90", "50", "不判断"),
        ("higher", None, None, "不判断"),
    ],
)
def test_a_rate_moves_by_a_percentage_point_in_its_direction(
    direction: str, now: str | None, before: str | None, move: str
) -> None:
    assert moved(card("ratio", direction, now, before)) == move


@pytest.mark.parametrize(
    ("kind", "direction", "now", "before", "move"),
    [
        ("mean", "lower", "95", "100", "变好"),
        ("mean", "lower", "95.1", "100", "持平"),
        ("count", "neutral", "21", "20", "增加"),
        ("count", "neutral", "19", "20", "不判断"),
        ("count", "lower", "1", "0", "变差"),
    ],
)
def test_anything_else_moves_by_a_twentieth_and_a_mere_count_only_grows(
    kind: str, direction: str, now: str, before: str, move: str
) -> None:
    assert moved(card(kind, direction, now, before)) == move


@pytest.mark.parametrize(
    ("was", "now", "move"),
    [("未达标", "达标", "变好"), ("达标", "未达标", "变差"), ("达标", "达标", "持平"), ("仅监测", "达标", "不判断")],
)
def test_a_range_is_better_only_inside(was: VerdictWord, now: VerdictWord, move: str) -> None:
    assert moved(card("ratio", "range", "30", "20", word=now, was=was)) == move


def two(mine: Card, other: Card) -> dict[str, Card]:
    named = replace(mine, indicator=mine.indicator.model_copy(update={"id": "mine", "counterweight": "other"}))
    partner = replace(
        other, indicator=other.indicator.model_copy(update={"id": "other", "name": "制衡者", "domain": "elsewhere"})
    )
    return {"mine": named, "other": partner}


def test_better_here_and_worse_there_is_a_hint_to_look_and_names_both_changes() -> None:
    found = pairs(two(card("ratio", "higher", "60", "50"), card("ratio", "lower", "8", "5")), "disputes")
    assert len(found) == 1  # the partner lives in another domain and has its own page
    hint = found[0].hint
    assert hint.startswith("提示核查：")
    for part in ("同比变化10", "制衡者", "同比变化3", "不表示存在问题"):
        assert part in hint


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        (("higher", "60", "50"), ("lower", "5", "8")),
        (("higher", "40", "50"), ("lower", "8", "5")),
        (("higher", "60", "50"), ("neutral", "8", "5")),
        (("higher", "60", "50"), ("lower", None, None)),
    ],
)
def test_any_other_pair_is_left_alone(
    mine: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None]
) -> None:
    (found,) = pairs(two(card("ratio", *mine), card("ratio", *other)), "disputes")
    assert found.hint == ""


def test_more_of_what_is_counted_beside_a_worse_quality_is_a_hint_too() -> None:
    (found,) = pairs(two(card("count", "neutral", "120", "100"), card("ratio", "higher", "80", "95")), "disputes")
    assert (found.move, found.partner_move) == ("增加", "变差")
    assert found.hint


def test_an_indicator_whose_counterweight_is_not_there_stands_alone() -> None:
    mine = two(card("ratio", "higher", "60", "50"), card("ratio", "lower", "8", "5"))
    (found,) = pairs({"mine": mine["mine"]}, "disputes")
    assert (found.partner, found.partner_move, found.hint) == (None, "不判断", "")
